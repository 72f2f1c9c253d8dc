import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../core/errors.ts';
import type { LocalFile, MediaFacts } from '../core/media-facts.ts';
import { readerOfBytes, readerOfFile } from './byte-reader.ts';
import { readFacts } from './read-facts.ts';

const chunkBytes = 256 * 1024;

/**
 * What a file is by its content, and the hash by which it is known again. Reads it once, in flat memory, and never
 * waits for a pipe.
 * @param path absolute, or relative to the working directory
 * @param options `signal` stops the reading, which takes a while on a large file
 * @throws UsageError with one line that says what is wrong with the file; the reason of the signal
 */
export async function probeFile(
  path: string,
  options: { signal?: AbortSignal } = {},
): Promise<{ file: LocalFile; facts: MediaFacts }> {
  // Opening some devices already does something, so they are turned away before.
  checkKind(await orExplain(path, () => stat(path)), path);
  const handle = await orExplain(path, () => open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const before = await orExplain(path, () => handle.stat());
    // Another file may have taken its place meanwhile.
    checkKind(before, path);
    const facts = await readFacts(readerOfFile(handle, before.size), path);
    const sha256 = await hashFile(handle, before.size, path, options.signal);
    const after = await orExplain(path, () => handle.stat());
    if (sha256 === undefined || !isSame(before, after)) throw changed(path);
    const file = { path: resolve(path), bytes: before.size, modifiedMs: before.mtimeMs, sha256 };
    return { file, facts };
  } finally {
    await handle.close();
  }
}

/**
 * What the bytes of a data URL are.
 * @param name what to call them in errors
 * @throws UsageError
 */
export async function probeBytes(bytes: Uint8Array, name: string): Promise<MediaFacts> {
  return readFacts(readerOfBytes(bytes), name);
}

/** Undefined when the file ends before, or goes on behind, the length it had. */
async function hashFile(
  handle: FileHandle,
  size: number,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(chunkBytes);
  let at = 0;
  for (;;) {
    signal?.throwIfAborted();
    // oxlint-disable-next-line no-await-in-loop, no-loop-func -- one piece in memory at a time
    const { bytesRead } = await orExplain(path, () => handle.read(buffer, 0, buffer.length, at));
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
    if (at > size) return undefined;
  }
  return at === size ? hash.digest('hex') : undefined;
}

function isSame(before: Stats, after: Stats): boolean {
  return before.size === after.size && before.mtimeMs === after.mtimeMs && before.ctimeMs === after.ctimeMs;
}

function changed(path: string): UsageError {
  return new UsageError(`${path} changed while it was read`, {
    hint: 'wait until whatever writes it is done, then try again',
  });
}

function checkKind(stats: Stats, path: string): void {
  const hint = 'give the path of a file';
  if (stats.isDirectory()) throw new UsageError(`${path} is a directory`, { hint });
  if (stats.isFIFO())
    throw new UsageError(`${path} is a pipe, not a file`, { hint: 'save what it brings to a file' });
  if (!stats.isFile()) throw new UsageError(`${path} is a device or a socket, not a file`, { hint });
}

async function orExplain<Result>(path: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UsageError(`there is no file ${path}`, { hint: 'check the path', cause });
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new UsageError(`${path} may not be read`, { hint: `chmod u+r ${path}`, cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${path} cannot be read: ${reason}`, { hint: 'check the path', cause });
  }
}
