import type { ByteReader } from './byte-reader.ts';
import { MediaFault } from './media-fault.ts';

// Who writes into a pipe cannot know the size, and leaves 0 or says some number that is large enough: sox 0x7ffff000,
// ffmpeg 0xffffffff, speech services 2,000,000,000. A sound that is really so long is taken by no service.
const unknownFrom = 1_000_000_000;
const maxChunks = 1000;

/** Whether a size of nothing, or of so much, only says that its writer did not know it. */
export function isUnknownSize(announced: number, left: number): boolean {
  return announced === 0 ? left > 0 : announced >= unknownFrom && announced > left;
}

/** A chunk of a RIFF file: where its content begins, and how many bytes it says to have. */
export type Chunk = { id: string; at: number; bytes: number; isWhole: boolean };

/**
 * The chunks of a RIFF file (WebP, AVI, WAV), one behind the other; the last one may reach over the end.
 * @param isBig that numbers begin with their largest byte, as in RIFX
 */
export async function* riffChunks({ size, read }: ByteReader, isBig = false): AsyncGenerator<Chunk> {
  let at = 12;
  for (let count = 0; count < maxChunks; count += 1) {
    // oxlint-disable-next-line no-await-in-loop -- where the next chunk is, only this one tells
    const head = await read(at, 8);
    if (head.length < 8) return;
    const bytes = isBig ? head.readUInt32BE(4) : head.readUInt32LE(4);
    at += 8;
    yield { id: head.toString('latin1', 0, 4), at, bytes, isWhole: at + bytes <= size };
    at += bytes + (bytes % 2);
    if (at > size) return;
  }
}

/**
 * Holds the size that a RIFF file announces against the bytes that are there. One that counts its own first eight
 * bytes does no harm where the chunks fill the file.
 * @param head its first bytes
 * @throws MediaFault when some are missing; the byte that pads the last chunk may be
 */
export async function checkRiffSize(head: Buffer, reader: ByteReader): Promise<void> {
  const fileBytes = reader.size;
  if (head.length < 12) throw new MediaFault('it is cut off inside its header');
  const announced = head.readUInt32LE(4);
  if (announced >= unknownFrom || 8 + announced <= fileBytes + 1) return;
  if (announced === fileBytes && (await fillsFile(reader))) return;
  throw new MediaFault(
    `it is cut off: it should have ${8 + announced} bytes, of which ${fileBytes} are there`,
  );
}

async function fillsFile(reader: ByteReader): Promise<boolean> {
  let end = 12;
  for await (const { at, bytes } of riffChunks(reader)) end = at + bytes;
  return end === reader.size || end + 1 === reader.size;
}
