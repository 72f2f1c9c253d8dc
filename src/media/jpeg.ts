import type { ByteReader } from './byte-reader.ts';
import { imageFacts, type FactsOfContent } from './image-facts.ts';
import { isWholeScan } from './jpeg-scan.ts';
import { MediaFault } from './media-fault.ts';

// Large EXIF blocks and colour profiles are spread over many.
const maxSegments = 1000;
const maxStrayBytes = 64 * 1024;
const pieceBytes = 256 * 1024;
const endOfImage = Buffer.from([0xff, 0xd9]);

/**
 * Walks the segments to the frame header, and looks for the end behind it: inside the picture, its mark cannot occur.
 * What stands behind the end, as the film of a moving photo, does not count.
 * @throws MediaFault
 */
export async function readJpeg(reader: ByteReader): Promise<FactsOfContent> {
  let at = 2;
  let stray = 0;
  for (let segment = 0; segment < maxSegments; segment += 1) {
    // oxlint-disable-next-line no-await-in-loop -- where the next segment is, only this one tells
    const header = await reader.read(at, 9);
    if (header.length < 9) throw new MediaFault('it is cut off in front of its picture');
    if (header[0] !== 0xff) {
      // As every viewer does: on to the next mark.
      // oxlint-disable-next-line no-await-in-loop
      const next = await findMarker(reader, at);
      if (next === undefined) throw new MediaFault(`there is no segment at byte ${at}`);
      stray += next - at;
      at = next;
      continue;
    }
    const marker = header.readUInt8(1);
    if (isFrame(marker)) {
      const facts = imageFacts('jpeg', header.readUInt16BE(7), header.readUInt16BE(5), false);
      const notes =
        stray === 0 ? [] : [`has ${stray} stray bytes between its segments, which are passed over`];
      // oxlint-disable-next-line no-await-in-loop -- the last thing that is read
      if (!(await hasEnd(reader, at + 9))) {
        // oxlint-disable-next-line no-await-in-loop
        if (!(await isWholeScan(reader))) throw new MediaFault('it is cut off: it has no end');
        notes.push('has no mark at its end: its picture is whole');
      }
      return notes.length === 0 ? facts : { ...facts, notes };
    }
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (marker === 0xd9 || marker === 0xda) break;
    else at += 2 + header.readUInt16BE(2);
  }
  throw new MediaFault('it has no header of a picture');
}

/** SOF0 to SOF15, without the tables that share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Where the next segment begins; the marks that only a picture's own bytes hold do not count. */
async function findMarker({ read }: ByteReader, from: number): Promise<number | undefined> {
  const bytes = await read(from, maxStrayBytes);
  for (let at = bytes.indexOf(0xff); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes.readUInt8(at + 1);
    if (marker >= 0xc0 && marker < 0xff && !(marker >= 0xd0 && marker <= 0xd8)) return from + at;
  }
  return undefined;
}

async function hasEnd({ size, read }: ByteReader, from: number): Promise<boolean> {
  for (let at = from; at < size; at += pieceBytes) {
    // One byte more, for a mark that two pieces share.
    // oxlint-disable-next-line no-await-in-loop -- one piece in memory at a time
    if ((await read(at, pieceBytes + 1)).includes(endOfImage)) return true;
  }
  return false;
}
