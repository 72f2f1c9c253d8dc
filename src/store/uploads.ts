import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { makePrivateDirectory, writeFileAtomic } from './atomic-file.ts';
import { readPlainFile } from './plain-file.ts';
import { prepareStateDirectory } from './state-directory.ts';

/** What makes two uploads the same one. */
export type UploadIdentity = {
  provider: string;
  /** Null where an upload serves every model. */
  model: string | null;
  /** Of key, region and base. */
  fingerprint: string;
  /** Hexadecimal, of the content. */
  sha256: string;
  /** That it was sent with: services read types off names. */
  extension: string;
};

/** Times are ISO 8601. */
export type CachedUpload = { url: string; uploaded_at: string; expires_at: string };

export type UploadCache = {
  /** An upload that will still be there when a task gets to it; undefined without one. Never throws. */
  find: (identity: UploadIdentity, nowMs: number) => Promise<CachedUpload | undefined>;
  /** Keeps an upload and clears a few expired ones away. Throws the file system's error. */
  keep: (identity: UploadIdentity, upload: CachedUpload, nowMs: number) => Promise<void>;
  /** Drops an upload that a service could not read, unless another has taken its place. Never throws. */
  forget: (identity: UploadIdentity, url: string) => Promise<void>;
};

/** A task may wait in a queue for hours before the service reads its inputs. */
const minLeftMs = 6 * 3_600_000;
/** Entries that are looked at after a write: the work stays the same however many there are. */
const sweepCount = 50;
/** An address and two times; addresses of services have at most a few kilobytes. */
const maxEntryBytes = 64 * 1024;

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
      return isEntry(entry) && Date.parse(entry.expires_at) - nowMs >= minLeftMs ? entry : undefined;
    },
    forget: async (identity, url) => {
      const file = path.join(directory, nameOf(identity));
      const entry = await read(file);
      if (isEntry(entry) && entry.url === url) await rm(file, { force: true }).catch(() => {});
    },
    keep: async (identity, upload, nowMs) => {
      const name = nameOf(identity);
      await prepareStateDirectory(stateDirectory);
      await makePrivateDirectory(directory);
      await writeFileAtomic(
        path.join(directory, name),
        `${JSON.stringify({ schema: 1, ...upload }, undefined, 1)}\n`,
      );
      await sweep(directory, name, nowMs);
    },
  };
}

function nameOf({ provider, model, fingerprint, sha256, extension }: UploadIdentity): string {
  const identity = JSON.stringify([provider, model, fingerprint, sha256, extension]);
  return `${createHash('sha256').update(identity).digest('hex').slice(0, 32)}.json`;
}

/**
 * An entry that cannot be read, or is none, counts as absent: uploading again costs nothing but time. Undefined for
 * one that is damaged, `foreign` for what we never wrote: a pipe, a device, a directory, something large.
 */
async function read(file: string): Promise<CachedUpload | 'foreign' | undefined> {
  try {
    const text = await readPlainFile(file, maxEntryBytes);
    if (text === undefined) return undefined;
    if (text === null) return 'foreign';
    const { schema: _schema, ...upload } = schema.parse(JSON.parse(text));
    return upload;
  } catch {
    return undefined;
  }
}

function isEntry(entry: CachedUpload | 'foreign' | undefined): entry is CachedUpload {
  return entry !== undefined && entry !== 'foreign';
}

/** Removes what is expired or damaged among the next entries after a name. Names are hashes, so all get their turn. */
async function sweep(directory: string, after: string, nowMs: number): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /^[0-9a-f]{32}\.json$/u.test(name)).toSorted();
  const start = names.indexOf(after) + 1;
  const next = [...names.slice(start), ...names.slice(0, Math.max(0, start - 1))].slice(0, sweepCount);
  await Promise.all(
    next.map(async (name) => {
      const entry = await read(path.join(directory, name));
      if (entry === 'foreign') return;
      if (entry === undefined || Date.parse(entry.expires_at) <= nowMs)
        await rm(path.join(directory, name), { force: true });
    }),
  );
}
