import type { FileHandle } from 'node:fs/promises';
import type { ReadBytes } from './mp4-boxes.ts';

/** Bytes that can be read anywhere: of an open file, or in memory. */
export type ByteReader = { size: number; read: ReadBytes };

/** Reads from an open file, which the caller closes. */
export function readerOfFile(file: FileHandle, size: number): ByteReader {
  return {
    size,
    read: async (offset, length) => {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      let filled = 0;
      while (filled < buffer.length) {
        // oxlint-disable-next-line no-await-in-loop -- a read may bring less than asked for
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
  };
}

/** The same bytes behind others. */
export function readerBehind(front: Buffer, { size, read }: ByteReader): ByteReader {
  return {
    size: front.length + size,
    read: async (offset, length) => {
      const part = front.subarray(offset, offset + length);
      const rest = await read(Math.max(0, offset - front.length), length - part.length);
      return Buffer.concat([part, rest]);
    },
  };
}

/** The first bytes of them alone. */
export function readerUpTo(end: number, { size, read }: ByteReader): ByteReader {
  if (end === size) return { size, read };
  return { size: end, read: (offset, length) => read(offset, Math.max(0, Math.min(length, end - offset))) };
}

/** What stands behind the first bytes. */
export function readerFrom(start: number, { size, read }: ByteReader): ByteReader {
  return { size: size - start, read: (offset, length) => read(start + offset, length) };
}

export function readerOfBytes(bytes: Uint8Array): ByteReader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: buffer.length,
    read: (offset, length) => Promise.resolve(buffer.subarray(offset, offset + length)),
  };
}
