import { randomBytes } from 'node:crypto';
import { chmod, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { makeDirectories } from './make-directories.ts';

export type FileOptions = {
  /** Permission bits of a new file, before the umask; 0600 unless told. */
  mode?: number;
  /** Asked when the new content is on disk, right before it takes its name: it may still refuse. */
  beforeRename?: (() => Promise<void>) | undefined;
};

// What systems and file systems answer that cannot open or flush a directory (Windows, some network and FUSE ones).
const cannotSyncDirectory = new Set([
  'EISDIR',
  'EPERM',
  'EACCES',
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
]);
// Likewise for hard links: FAT and exFAT, many network and FUSE ones, Android (EACCES); or no further link allowed.
const cannotLink = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
// File systems whose permissions are fixed when they are mounted.
const cannotChangeMode = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Replaces a file (or a symbolic link to one) as a whole: readers, a kill and a power cut find the old content or
 * the new, never a part. On disk when it resolves. Throws the file system's error; then the old file is untouched,
 * unless only the last step failed, flushing the directory.
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: FileOptions = {},
): Promise<void> {
  const temporary = await writeTemporary(path, data, options);
  try {
    await options.beforeRename?.();
    await rename(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/**
 * Makes a file that must not be there yet: of any number of processes exactly one succeeds, the others get EEXIST.
 * The file appears with its whole content, except where hard links do not exist: there a reader may see it grow.
 */
export async function createFileExclusive(
  path: string,
  data: string | Uint8Array,
  options: FileOptions = {},
): Promise<void> {
  const temporary = await writeTemporary(path, data, options);
  try {
    await link(temporary, path);
  } catch (error) {
    if (!lacksLinks(error) && errorCode(error) !== 'EXDEV') throw error;
    await writeNew(path, data, options);
  } finally {
    await discard(temporary);
  }
  await syncDirectory(dirname(path));
}

/**
 * Makes a directory and its missing parents, readable by this user only. One that is there already loses the rights
 * of others if it is ours; its parents stay as they are, because they are not only ours to decide about.
 */
export async function makePrivateDirectory(path: string, { narrows = true } = {}): Promise<void> {
  const created = await makeDirectories(path, 0o700);
  if (created === undefined) return narrows ? narrow(path) : undefined;
  // A file flushed into a directory is lost with it when the directory's own entry was never flushed.
  const top = dirname(resolve(created));
  let directory = resolve(path);
  while (directory.length > top.length) {
    directory = dirname(directory);
    await syncDirectory(directory);
  }
}

/** Whether an error of `link` means that there are no hard links here, rather than that this one failed. */
export function lacksLinks(error: unknown): boolean {
  return cannotLink.has(errorCode(error) ?? '');
}

/** Flushes a directory's entries to disk, where the system has such a thing. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (error) {
    if (!cannotSyncDirectory.has(errorCode(error) ?? '')) throw error;
  }
}

// Beside the target, so that rename never crosses a file system; a short name of its own, so that a target with the
// longest name allowed still works.
async function writeTemporary(
  path: string,
  data: string | Uint8Array,
  options: FileOptions,
): Promise<string> {
  const temporary = join(dirname(path), `.wan-${randomBytes(8).toString('hex')}.tmp`);
  await writeNew(temporary, data, options);
  return temporary;
}

/** Makes a file that must not be there yet, flushed; none is left when it throws. */
export async function writeNew(path: string, data: string | Uint8Array, options: FileOptions): Promise<void> {
  const file = await open(path, 'wx', options.mode ?? 0o600);
  try {
    await file.writeFile(data);
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => {}); // already closed, or failing a second time: the first error tells more
    await discard(path);
    throw error;
  }
}

/** Removes what may be there; never throws. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => {}); // a leftover is harmless, hiding the original error is not
}

async function narrow(path: string): Promise<void> {
  const { uid, mode } = await stat(path);
  if (uid !== process.getuid?.() || (mode & 0o077) === 0) return;
  try {
    await chmod(path, mode & 0o7700);
  } catch (error) {
    if (!cannotChangeMode.has(errorCode(error) ?? '')) throw error;
  }
}
