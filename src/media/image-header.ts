import type { ByteReader } from './byte-reader.ts';
import { imageFacts, type FactsOfContent } from './image-facts.ts';
import { readJpeg } from './jpeg.ts';
import { MediaFault } from './media-fault.ts';
import { readPng } from './png.ts';
import { checkRiffSize } from './riff.ts';
import { starts } from './signature.ts';
import { readTiff } from './tiff-header.ts';

type ReadImage = (head: Buffer, reader: ByteReader) => FactsOfContent | Promise<FactsOfContent>;

const readers: readonly { isOne: (head: Buffer) => boolean; read: ReadImage }[] = [
  { isOne: (head) => starts(head, '\x89PNG\r\n\x1a\n'), read: (_, reader) => readPng(reader) },
  { isOne: (head) => starts(head, '\xff\xd8\xff'), read: (_, reader) => readJpeg(reader) },
  { isOne: (head) => starts(head, 'RIFF') && starts(head, 'WEBP', 8), read: readWebp },
  { isOne: isBmp, read: readBmp },
  { isOne: (head) => starts(head, 'GIF87a') || starts(head, 'GIF89a'), read: readGif },
  { isOne: (head) => starts(head, 'II*\0') || starts(head, 'MM\0*'), read: readTiff },
];

/**
 * What reads format, pixels as stored and transparency of a picture; undefined when it is none that is known. It
 * throws MediaFault when the picture is cut off or has no size.
 * @param head the first bytes
 */
export function findImageReader(head: Buffer): ReadImage | undefined {
  return readers.find(({ isOne }) => isOne(head))?.read;
}

async function readWebp(head: Buffer, reader: ByteReader): Promise<FactsOfContent> {
  await checkRiffSize(head, reader);
  checkHeader(head, 30);
  if (starts(head, 'VP8X', 12)) {
    const hasAlpha = (head.readUInt8(20) & 0x10) !== 0;
    return imageFacts('webp', head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1, hasAlpha);
  }
  if (starts(head, 'VP8L', 12)) {
    const bits = head.readUInt32LE(21);
    const hasAlpha = (bits & 0x1000_0000) !== 0;
    return imageFacts('webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, hasAlpha);
  }
  if (!starts(head, 'VP8 ', 12)) throw new MediaFault('its header tells no size');
  return imageFacts('webp', head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff, false);
}

/** `BM` alone begins many a text: the header behind it must have a length that exists. */
function isBmp(head: Buffer): boolean {
  return (
    starts(head, 'BM') && head.length >= 18 && [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14))
  );
}

function readBmp(head: Buffer, { size }: ByteReader): FactsOfContent {
  const headerBytes = head.readUInt32LE(14);
  checkHeader(head, 14 + headerBytes);
  if (headerBytes === 12) return imageFacts('bmp', head.readUInt16LE(18), head.readUInt16LE(20), false);
  // A negative height means that the rows run from the top.
  const width = Math.abs(head.readInt32LE(18));
  const height = Math.abs(head.readInt32LE(22));
  const bits = head.readUInt16LE(28);
  // Only of pictures that are not packed (0 and 3) is it known how many bytes they have.
  const isPlain = [0, 3].includes(head.readUInt32LE(30));
  const pictureBytes = isPlain ? Math.ceil((width * bits) / 32) * 4 * height : 0;
  if (head.readUInt32LE(10) + pictureBytes > size) throw new MediaFault('it is cut off inside its picture');
  // The fourth byte of 32 bits is padding unless a mask, of the longer headers, names it alpha.
  const hasMask = headerBytes >= 56 && head.readUInt32LE(66) !== 0;
  return imageFacts('bmp', width, height, bits === 32 && hasMask);
}

function readGif(head: Buffer): FactsOfContent {
  checkHeader(head, 10);
  return imageFacts('gif', head.readUInt16LE(6), head.readUInt16LE(8));
}

function checkHeader(head: Buffer, bytes: number): void {
  if (head.length < bytes) throw new MediaFault('it is cut off inside its header');
}
