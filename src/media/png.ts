import type { ByteReader } from './byte-reader.ts';
import { imageFacts, type FactsOfContent } from './image-facts.ts';
import { MediaFault } from './media-fault.ts';
import { starts } from './signature.ts';

const headerBytes = 33;
// 20 MB in pieces of 4 KB have some five thousand. Without a limit, 256 MB of empty chunks would take minutes.
const maxChunks = 50_000;

/**
 * Walks the chunks to the end, so that a picture that was cut off shows. What stands behind the end does not count.
 * @throws MediaFault
 */
export async function readPng({ size, read }: ByteReader): Promise<FactsOfContent> {
  const header = await read(0, headerBytes);
  if (header.length < headerBytes) throw new MediaFault('it is cut off inside its header');
  if (header.readUInt32BE(8) !== 13 || !starts(header, 'IHDR', 12)) {
    throw new MediaFault('its header tells no size');
  }
  const colourType = header.readUInt8(25);
  let hasAlpha = colourType === 4 || colourType === 6;
  let hasPicture = false;
  let at = headerBytes;
  for (let count = 0; count < maxChunks; count += 1) {
    // oxlint-disable-next-line no-await-in-loop -- where the next chunk is, only this one tells
    const chunk = await read(at, 8);
    if (chunk.length < 8) throw new MediaFault('it is cut off: it has no end');
    const type = chunk.toString('latin1', 4, 8);
    if (!/^[A-Za-z]{4}$/u.test(type)) throw new MediaFault(`there is no chunk at byte ${at}`);
    at += 12 + chunk.readUInt32BE(0);
    if (at > size) throw new MediaFault(`it is cut off inside its ${type} chunk`);
    if (type === 'IEND') {
      if (!hasPicture) throw new MediaFault('it holds no picture');
      return imageFacts('png', header.readUInt32BE(16), header.readUInt32BE(20), hasAlpha);
    }
    hasPicture ||= type === 'IDAT';
    // A palette or one colour can be transparent too.
    hasAlpha ||= type === 'tRNS';
  }
  throw new MediaFault(`it has more than ${maxChunks} chunks`);
}
