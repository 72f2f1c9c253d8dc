import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { makePrivateDirectory, writeFileAtomic } from './atomic-file.ts';

/** What makes two uploads the same one. */
export type UploadIdentity = {
  provider: string;
  /** Null where an upload serves every model. */
  model: string | null;
  /** Of key, region and base. */
  fingerprint: string;
  /** Hexadecimal, of the content. */
  sha256: string;
};

/** Times are ISO 8601. */
export type CachedUpload = { url: string; uploaded_at: string; expires_at: string };

export type UploadCache = {
  /** An upload that will still be there when a task gets to it; undefined without one. Never throws. */
  find: (identity: UploadIdentity, nowMs: number) => Promise<CachedUpload | undefined>;
  /** Keeps an upload and clears a few expired ones away. Throws the file system's error. */
  keep: (identity: UploadIdentity, upload: CachedUpload, nowMs: number) => Promise<void>;
};

/** A task may wait in a queue for hours before the service reads its inputs. */
const minLeftMs = 6 * 3_600_000;
/** Entries that are looked at after a write: the work stays the same however many there are. */
const sweepCount = 50;

const schema = z.object({
  schema: z.literal(1),
  url: z.string().regex(/^(?:oss|https?):\/\/[\x21-\x7e]+$/u),
  uploaded_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});

/** Uploads that are still there, one file each, in `uploads/`. Two writers of one entry: the last one wins. */
export function createUploadCache(stateDirectory: string): UploadCache {
  const directory = path.join(stateDirectory, 'uploads');
  return {
    find: async (identity, nowMs) => {
      const entry = await read(path.join(directory, nameOf(identity)));
      return entry !== undefined && Date.parse(entry.expires_at) - nowMs >= minLeftMs ? entry : undefined;
    },
    keep: async (identity, upload, nowMs) => {
      const name = nameOf(identity);
      await makePrivateDirectory(stateDirectory);
      await makePrivateDirectory(directory);
      await writeFileAtomic(
        path.join(directory, name),
        `${JSON.stringify({ schema: 1, ...upload }, undefined, 1)}\n`,
      );
      await sweep(directory, name, nowMs);
    },
  };
}

function nameOf({ provider, model, fingerprint, sha256 }: UploadIdentity): string {
  const identity = JSON.stringify([provider, model, fingerprint, sha256]);
  return `${createHash('sha256').update(identity).digest('hex').slice(0, 32)}.json`;
}

/** An entry that cannot be read, or is none, counts as absent: uploading again costs nothing but time. */
async function read(file: string): Promise<CachedUpload | undefined> {
  try {
    const { schema: _schema, ...upload } = schema.parse(JSON.parse(await readFile(file, 'utf8')));
    return upload;
  } catch {
    return undefined;
  }
}

/** Removes what is expired or damaged among the next entries after a name. Names are hashes, so all get their turn. */
async function sweep(directory: string, after: string, nowMs: number): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /^[0-9a-f]{32}\.json$/u.test(name)).toSorted();
  const start = names.indexOf(after) + 1;
  const next = [...names.slice(start), ...names.slice(0, Math.max(0, start - 1))].slice(0, sweepCount);
  await Promise.all(
    next.map(async (name) => {
      const entry = await read(path.join(directory, name));
      if (entry === undefined || Date.parse(entry.expires_at) <= nowMs)
        await rm(path.join(directory, name), { force: true });
    }),
  );
}
