import type { FileHandle } from 'node:fs/promises';

/** Writes chunks behind one another, from an offset on. @returns where they end */
export async function writeAll(
  file: FileHandle,
  offset: number,
  chunks: readonly Uint8Array[],
): Promise<number> {
  let at = offset;
  let rest = chunks;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest, at);
    at += bytesWritten;
    rest = withoutFirst(rest, bytesWritten);
  }
  return at;
}

/** What is left of chunks when so many bytes are taken off their front. A disk may take less than it was given. */
function withoutFirst(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes;
  return chunks.flatMap((chunk) => {
    const left = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - left.length;
    return left.length === 0 ? [] : [left];
  });
}
