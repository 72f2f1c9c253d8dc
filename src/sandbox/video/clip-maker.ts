import { createHash, randomUUID } from 'node:crypto';
import { access, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { makeDirectories } from '../../store/make-directories.ts';
import type { ClipSpec } from './clip-spec.ts';
import { createClipRenderer } from './clip-renderer.ts';

export type { ClipSpec } from './clip-spec.ts';

export type ClipMaker = {
  /** The path of the finished file; made on the first call for a spec, found again afterwards. */
  clip(spec: ClipSpec): Promise<string>;
  /** Stops a render under way, rejecting its callers, and leaves nothing unfinished in the directory. */
  close(): Promise<void>;
};

/** Part of every name: raise it with any change of the picture, the sound or the file's layout. */
const FORMAT_VERSION = 2;

/**
 * Makes clips and keeps them in `cacheDir` (created with mode 0700). The worker's file stands beside the chunk this
 * module is bundled into; only tests name another.
 */
export function createClipMaker(
  cacheDir: string,
  workerUrl = new URL('./clip-worker.js', import.meta.url),
): ClipMaker {
  const renderer = createClipRenderer(workerUrl);
  const underWay = new Map<string, Promise<string>>();
  let closed = false;

  async function findOrMake(spec: ClipSpec, path: string): Promise<string> {
    if (await exists(path)) return path;
    const bytes = await renderer.render(spec);
    await makeDirectories(cacheDir, 0o700);
    await writeWhole(path, bytes);
    return path;
  }

  return {
    async clip(spec) {
      if (closed) throw new Error('the clip maker was closed');
      const path = join(cacheDir, fileName(spec));
      const shared = underWay.get(path);
      if (shared) return shared;
      const made = findOrMake(spec, path).finally(() => underWay.delete(path));
      underWay.set(path, made);
      return made;
    },
    async close() {
      closed = true;
      await renderer.close();
      await Promise.allSettled(underWay.values());
    },
  };
}

function fileName({ width, height, seconds, sound, title, seed }: ClipSpec): string {
  const text = JSON.stringify([FORMAT_VERSION, width, height, seconds, sound, title, seed]);
  return `${createHash('sha256').update(text).digest('hex').slice(0, 32)}.mp4`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** No reader ever sees half a file; the name is new each time, so a left-over of a killed run stands in no way. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
