import type { ByteReader } from './byte-reader.ts';
import { imageFacts, type FactsOfContent } from './image-facts.ts';
import { readTiff } from './tiff-header.ts';

// More than a segment of a JPEG or a chunk in front of a PNG's picture has headers.
const maxSegments = 1000;

/**
 * Format, pixels as stored and transparency of a picture; undefined when it is none that is known. A header that is
 * cut off gives the format alone.
 * @param head the first bytes
 */
export async function readImageHeader(head: Buffer, reader: ByteReader): Promise<FactsOfContent | undefined> {
  if (starts(head, '\x89PNG\r\n\x1a\n')) return readPng(head, reader);
  if (starts(head, '\xff\xd8\xff')) return readJpeg(reader);
  if (starts(head, 'RIFF') && starts(head, 'WEBP', 8)) return readWebp(head);
  if (isBmp(head)) return readBmp(head);
  if (/^GIF8[79]a/u.test(head.toString('latin1', 0, 6))) return readGif(head);
  if (starts(head, 'II*\0') || starts(head, 'MM\0*')) return readTiff(head, reader);
  return undefined;
}

export function starts(bytes: Buffer, signature: string, at = 0): boolean {
  return bytes.toString('latin1', at, at + signature.length) === signature;
}

async function readPng(head: Buffer, { size, read }: ByteReader): Promise<FactsOfContent> {
  if (head.length < 33 || !starts(head, 'IHDR', 12)) return imageFacts('png');
  const colourType = head.readUInt8(25);
  let hasAlpha = colourType === 4 || colourType === 6;
  // A palette or one colour can be transparent too: a tRNS chunk, in front of the picture, says so.
  let at = 33;
  for (let chunk = 0; chunk < maxSegments && !hasAlpha && at + 8 <= size; chunk += 1) {
    // oxlint-disable-next-line no-await-in-loop -- where the next chunk is, only this one tells
    const header = await read(at, 8);
    if (header.length < 8 || starts(header, 'IDAT', 4) || starts(header, 'IEND', 4)) break;
    hasAlpha = starts(header, 'tRNS', 4);
    at += 12 + header.readUInt32BE(0);
  }
  return imageFacts('png', head.readUInt32BE(16), head.readUInt32BE(20), hasAlpha);
}

/** Walks the segments to the frame header, which large EXIF blocks can push far back. */
async function readJpeg({ size, read }: ByteReader): Promise<FactsOfContent> {
  let at = 2;
  for (let segment = 0; segment < maxSegments && at + 9 <= size; segment += 1) {
    // oxlint-disable-next-line no-await-in-loop -- where the next segment is, only this one tells
    const header = await read(at, 9);
    if (header.length < 9 || header[0] !== 0xff) break;
    const marker = header.readUInt8(1);
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (isFrame(marker)) {
      return imageFacts('jpeg', header.readUInt16BE(7), header.readUInt16BE(5), false);
    } else at += 2 + header.readUInt16BE(2);
  }
  return imageFacts('jpeg');
}

/** SOF0 to SOF15, without the tables that share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function readWebp(head: Buffer): FactsOfContent {
  if (head.length < 30) return imageFacts('webp');
  if (starts(head, 'VP8X', 12)) {
    const hasAlpha = (head.readUInt8(20) & 0x10) !== 0;
    return imageFacts('webp', head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1, hasAlpha);
  }
  if (starts(head, 'VP8L', 12)) {
    const bits = head.readUInt32LE(21);
    const hasAlpha = (bits & 0x1000_0000) !== 0;
    return imageFacts('webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, hasAlpha);
  }
  if (starts(head, 'VP8 ', 12)) {
    return imageFacts('webp', head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff, false);
  }
  return imageFacts('webp');
}

/** `BM` alone begins many a text: the header behind it must have a length that exists. */
function isBmp(head: Buffer): boolean {
  return (
    starts(head, 'BM') && head.length >= 26 && [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14))
  );
}

function readBmp(head: Buffer): FactsOfContent {
  const headerBytes = head.readUInt32LE(14);
  if (headerBytes === 12) return imageFacts('bmp', head.readUInt16LE(18), head.readUInt16LE(20), false);
  // A negative height means that the rows run from the top.
  const width = Math.abs(head.readInt32LE(18));
  const height = Math.abs(head.readInt32LE(22));
  // The fourth byte of 32 bits is padding unless a mask, of the longer headers, names it alpha.
  const hasMask = headerBytes >= 56 && head.length >= 70 && head.readUInt32LE(66) !== 0;
  return imageFacts('bmp', width, height, head.length >= 30 && head.readUInt16LE(28) === 32 && hasMask);
}

function readGif(head: Buffer): FactsOfContent {
  return head.length < 10 ? imageFacts('gif') : imageFacts('gif', head.readUInt16LE(6), head.readUInt16LE(8));
}
