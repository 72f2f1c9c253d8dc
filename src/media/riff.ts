import type { ByteReader } from './byte-reader.ts';
import { MediaFault } from './media-fault.ts';
import { starts } from './signature.ts';

// Who writes into a pipe cannot know the size, and leaves 0 or says some 2 or 4 GB: sox 0x7ffff000, ffmpeg 0xffffffff.
const unknownFrom = 0x7fff_f000;
const longHeaderBytes = 36;
const maxChunks = 1000;

/**
 * Holds the size that a RIFF file (WebP, AVI, WAV) announces against the bytes that are there.
 * @param head its first bytes
 * @throws MediaFault when some are missing; the byte that pads the last chunk may be
 */
export function checkRiffSize(head: Buffer, fileBytes: number): void {
  if (head.length < 12) throw new MediaFault('it is cut off inside its header');
  const announced = head.readUInt32LE(4);
  if (announced < unknownFrom && 8 + announced > fileBytes + 1) {
    throw new MediaFault(
      `it is cut off: it should have ${8 + announced} bytes, of which ${fileBytes} are there`,
    );
  }
}

/**
 * Finds the sound of a WAV.
 * @returns whether it says how long it is: what was written into a pipe does not, and may have been cut off
 * @throws MediaFault when it is cut off, or has no sound
 */
export async function checkWav(head: Buffer, { size, read }: ByteReader): Promise<boolean> {
  checkRiffSize(head, size);
  // RF64, for more than 4 GB, has its real sizes in a chunk in front.
  const isLong = starts(head, 'RF64') && starts(head, 'ds64', 12) && head.length >= longHeaderBytes;
  let at = 12;
  for (let count = 0; count < maxChunks; count += 1) {
    // oxlint-disable-next-line no-await-in-loop -- where the next chunk is, only this one tells
    const chunk = await read(at, 8);
    if (chunk.length < 8) break;
    const short = chunk.readUInt32LE(4);
    at += 8;
    if (starts(chunk, 'data')) {
      const bytes = isLong && short === 0xffff_ffff ? Number(head.readBigUInt64LE(28)) : short;
      const left = size - at;
      if (bytes === 0 ? left > 0 : bytes >= unknownFrom && bytes > left) return false;
      if (bytes <= left) return true;
      throw new MediaFault(`it is cut off: its sound has ${bytes} bytes, of which ${left} are there`);
    }
    at += short + (short % 2);
  }
  throw new MediaFault(at > size ? 'it is cut off in front of its sound' : 'it has no sound');
}
