import type { ByteReader } from './byte-reader.ts';
import { imageFacts, type FactsOfContent } from './image-facts.ts';
import { MediaFault } from './media-fault.ts';

const widthTag = 256;
const heightTag = 257;
const extraSamplesTag = 338;
const maxEntries = 1000;

/**
 * Reads the first directory of a TIFF, which may lie anywhere in it.
 * @throws MediaFault
 */
export async function readTiff(head: Buffer, { read }: ByteReader): Promise<FactsOfContent> {
  if (head.length < 8) throw new MediaFault('it is cut off inside its header');
  const isLittle = head[0] === 0x49;
  const u16 = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const directoryAt = u32(head, 4);
  const counter = await read(directoryAt, 2);
  const bytes = counter.length < 2 ? 0 : 12 * Math.min(u16(counter, 0), maxEntries);
  const directory = await read(directoryAt + 2, bytes);
  if (counter.length < 2 || directory.length < bytes) {
    throw new MediaFault('it is cut off: the description of its picture is missing');
  }
  const values = new Map<number, number>();
  for (let at = 0; at + 12 <= directory.length; at += 12) {
    // Type 3 is a number of 16 bits, 4 one of 32.
    const isShort = u16(directory, at + 2) === 3;
    values.set(u16(directory, at), isShort ? u16(directory, at + 8) : u32(directory, at + 8));
  }
  // Samples besides the colours: 1 and 2 are alpha, 0 is anything.
  const hasAlpha = [1, 2].includes(values.get(extraSamplesTag) ?? 0);
  return imageFacts('tiff', values.get(widthTag), values.get(heightTag), hasAlpha);
}
