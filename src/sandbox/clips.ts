import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ClipSpec } from './video/clip-spec.ts';

/** Renders clips, or finds them in its cache. */
export type ClipMaker = {
  /** The path of a finished MP4. */
  clip: (spec: ClipSpec) => Promise<string>;
  close: () => Promise<void>;
};

/** A finished clip on disk. */
export type ClipFile = { path: string; sizeBytes: number; md5: Buffer };

/** The maker of real videos, loaded with its encoders when the first clip is wanted. */
export function lazyClipMaker(cacheDirectory: string): ClipMaker {
  let maker: Promise<ClipMaker> | undefined;
  const load = async (): Promise<ClipMaker> => {
    const { createClipMaker } = await import('./video/clip-maker.ts');
    return createClipMaker(cacheDirectory);
  };
  return {
    clip: async (spec) => {
      maker ??= load();
      return (await maker).clip(spec);
    },
    close: async () => {
      if (maker !== undefined) await (await maker).close();
    },
  };
}

/** Finds the files of clips, with the checksums that object stores send. */
export class ClipFiles {
  readonly #maker: ClipMaker;
  readonly #checksums = new Map<string, Buffer>();

  constructor(maker: ClipMaker) {
    this.#maker = maker;
  }

  async get(spec: ClipSpec): Promise<ClipFile> {
    const path = await this.#maker.clip(spec);
    const { size, mtimeMs } = await stat(path);
    const key = `${path}\n${size}\n${mtimeMs}`;
    const md5 = this.#checksums.get(key) ?? (await md5Of(path));
    this.#checksums.set(key, md5);
    return { path, sizeBytes: size, md5 };
  }
}

async function md5Of(path: string): Promise<Buffer> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest();
}
