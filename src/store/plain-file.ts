import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import limited from 'p-limit';
import { errorCode } from '../core/error-code.ts';
import { oddKind } from '../core/file-kind.ts';

/** One command may look for many jobs at once, in many files each, and descriptors are scarce. */
const turns = limited(16);

/** Longer than any file of ours gets, and short enough to be read whole. */
const usualMaxBytes = 64 * 1024 * 1024;

/**
 * The text of a file of ours: undefined when there is none, null for what we never wrote (a directory, a pipe, a
 * device, a link to nowhere, something huge). Never waits for a pipe. Throws the file system's error.
 */
export function readPlainFile(file: string, maxBytes = usualMaxBytes): Promise<string | null | undefined> {
  return turns(() => read(file, maxBytes));
}

async function read(file: string, maxBytes: number): Promise<string | null | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | nonBlocking);
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > maxBytes) return null;
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return (await isLink(file)) ? null : undefined;
    if (code === 'ENOTDIR') return undefined;
    // A directory on Windows, a socket, a device that is not there, links in a circle.
    if (code === 'EISDIR' || code === 'ENXIO' || code === 'ELOOP') return null;
    throw error;
  }
}

/** More than any prompt, key or list of variables has. */
const userMaxBytes = 1_000_000;

/**
 * The bytes of a file that the user named. A pipe or a device is refused without being opened: one may never end, and
 * another does something when it is opened.
 * @throws Error that says in words what else it is, or that it is too large; the file system's error
 */
export function readUserFile(file: string, maxBytes = userMaxBytes): Buffer {
  requirePlain(statSync(file));
  const handle = openSync(file, constants.O_RDONLY | nonBlocking);
  try {
    // Another may have taken its place meanwhile.
    requirePlain(fstatSync(handle));
    const chunks: Buffer[] = [];
    // What a file says of its size is not believed: those of /proc say 0.
    for (let bytes = 0; bytes <= maxBytes;) {
      const chunk = Buffer.alloc(pieceBytes);
      const length = readSync(handle, chunk, 0, chunk.length, null);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      bytes += length;
    }
    throw new TooLargeError(`it has more than ${maxBytes / 1e6} MB`);
  } finally {
    closeSync(handle);
  }
}

export class TooLargeError extends Error {}

const pieceBytes = 64 * 1024;

/** @throws Error that completes "cannot be read: " */
export function requirePlain(stats: Parameters<typeof oddKind>[0]): void {
  const kind = oddKind(stats);
  if (kind !== undefined) throw new Error(`it is ${kind}, not a file`);
}

/** A link to nowhere lies in the way of what is to be made under its name. */
function isLink(file: string): Promise<boolean> {
  return lstat(file).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

/** What is written in the state directory is never written through a link. Windows has no such flag. */
export const noFollow = (constants as { O_NOFOLLOW?: number }).O_NOFOLLOW ?? 0;

// Windows has no such flag, whatever its type says.
const nonBlocking = (constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0;
