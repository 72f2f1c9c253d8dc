import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { chunkBytes, type Asset, type AssetFormat, type AssetSource } from '../core/asset.ts';
import { errorCode } from '../core/error-code.ts';
import { UsageError } from '../core/errors.ts';
import type { LocalFile } from '../core/media-facts.ts';

/** A file of this machine, to be sent exactly as it was when it was looked at. */
export function fileAsset(file: LocalFile, format: AssetFormat): Asset {
  const { path, bytes, sha256 } = file;
  return { ...format, name: basename(path), bytes, sha256, open: () => openFile(file) };
}

/** Bytes that are in memory already, as those of a data URL. */
export function bytesAsset(content: Uint8Array, name: string, format: AssetFormat): Asset {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const source: AssetSource = { chunks: () => slices(content), close: async () => {} };
  return { ...format, name, bytes: content.length, sha256, open: async () => source };
}

async function* slices(content: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < content.length; start += chunkBytes) {
    yield content.subarray(start, start + chunkBytes);
  }
}

async function openFile(file: LocalFile): Promise<AssetSource> {
  const handle = await openPlain(file);
  try {
    compare(file, await handle.stat());
  } catch (error) {
    await handle.close().catch(() => {}); // nothing was written; the first error tells more
    throw error;
  }
  return { chunks: () => read(handle, file), close: () => handle.close() };
}

/** Without blocking: a pipe that took the file's place would be waited for, for ever. */
async function openPlain(file: LocalFile): Promise<FileHandle> {
  try {
    // Windows has no such flag, whatever its type says.
    const flag = (constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0;
    return await open(file.path, constants.O_RDONLY | flag);
  } catch (error) {
    throw changed(file, errorCode(error) === 'ENOENT' ? 'it is gone' : String(errorCode(error)), error);
  }
}

/** From the descriptor, so that what was compared is what is sent, whatever happens to the name meanwhile. */
async function* read(handle: FileHandle, file: LocalFile): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  for (let position = 0; position < file.bytes;) {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, file.bytes - position));
    // One piece after the other, so that memory stays flat.
    // oxlint-disable-next-line no-await-in-loop
    const bytesRead = await readAt(handle, buffer, position, file);
    if (bytesRead === 0) throw changed(file, 'it is shorter');
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    position += bytesRead;
    // Before the last piece leaves: without it the other side has no whole form, and keeps nothing.
    // oxlint-disable-next-line no-await-in-loop
    if (position === file.bytes) await verify(handle, file, hash.digest('hex'));
    yield chunk;
  }
}

async function readAt(
  handle: FileHandle,
  buffer: Buffer,
  position: number,
  file: LocalFile,
): Promise<number> {
  try {
    return (await handle.read(buffer, 0, buffer.length, position)).bytesRead;
  } catch (error) {
    throw changed(file, `it cannot be read: ${String(errorCode(error))}`, error);
  }
}

async function verify(handle: FileHandle, file: LocalFile, sha256: string): Promise<void> {
  compare(file, await handle.stat());
  if (sha256 !== file.sha256) throw changed(file, 'its content is another');
}

function compare(file: LocalFile, now: Stats): void {
  if (!now.isFile()) throw changed(file, 'it is no plain file any more');
  if (now.size !== file.bytes) throw changed(file, `it has ${now.size} bytes instead of ${file.bytes}`);
  // Systems keep nanoseconds, whoever noted the time perhaps whole milliseconds.
  if (Math.abs(now.mtimeMs - file.modifiedMs) >= 1) throw changed(file, 'it was written to');
}

function changed(file: LocalFile, how: string, cause?: unknown): UsageError {
  return new UsageError(`${file.path} has changed since it was looked at: ${how}`, {
    hint: 'nothing was submitted; run it again once the file stays as it is',
    cause,
  });
}
