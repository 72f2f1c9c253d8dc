import type { ByteReader } from './byte-reader.ts';
import type { FactsOfContent } from './image-facts.ts';
import { MediaFault } from './media-fault.ts';
import { checkRiffSize, isUnknownSize, riffChunks, type Chunk } from './riff.ts';

const unknownFrom = 0x4000_0000;
const indexFlag = 0x10;

/**
 * Size, rate and length of an AVI, from its main header and its first picture stream.
 * @throws MediaFault when it is cut off
 */
export async function readAvi(head: Buffer, reader: ByteReader): Promise<FactsOfContent> {
  const main = head.indexOf('avih', 0, 'latin1');
  const hasIndex = main >= 0 && main + 24 <= head.length && (head.readUInt32LE(main + 20) & indexFlag) !== 0;
  const notes = await checkParts(head, reader, hasIndex);
  const facts: FactsOfContent = { kind: 'video', format: 'avi', ...(notes.length === 0 ? {} : { notes }) };
  if (main < 0 || main + 48 > head.length) throw new MediaFault('it is cut off inside its header');
  const microsecondsPerFrame = head.readUInt32LE(main + 8);
  const frames = head.readUInt32LE(main + 24);
  const width = head.readUInt32LE(main + 40);
  const height = head.readUInt32LE(main + 44);
  if (width > 0 && height > 0) Object.assign(facts, { width, height });
  const stream = head.indexOf('vids', 0, 'latin1');
  const hasStream =
    stream >= 8 && stream + 36 <= head.length && head.toString('latin1', stream - 8, stream - 4) === 'strh';
  const scale = hasStream ? head.readUInt32LE(stream + 20) : 0;
  const rate = hasStream ? head.readUInt32LE(stream + 24) : 0;
  const length = hasStream ? head.readUInt32LE(stream + 32) : frames;
  const framesPerSecond = scale > 0 && rate > 0 ? rate / scale : 1e6 / microsecondsPerFrame;
  if (microsecondsPerFrame === 0 && (scale === 0 || rate === 0)) return facts;
  // No frames, or a billion: a recording that nobody closed, or that went into a pipe.
  const seconds = length > 0 && length < unknownFrom ? { seconds: length / framesPerSecond } : {};
  return { ...facts, framesPerSecond, ...seconds, hasAudio: head.includes('auds', 0, 'latin1') };
}

/**
 * Whether film and index are there; only where that cannot be told, what the whole file is said to have counts.
 * @returns what is to be noted
 */
async function checkParts(head: Buffer, reader: ByteReader, hasIndex: boolean): Promise<string[]> {
  let film: Chunk | undefined;
  let index: Chunk | undefined;
  for await (const chunk of riffChunks(reader)) {
    if (chunk.id === 'idx1') index = chunk;
    if (chunk.id !== 'LIST' || (await reader.read(chunk.at, 4)).toString('latin1') !== 'movi') continue;
    film = chunk;
    if (isUnknownSize(chunk.bytes, reader.size - chunk.at)) {
      return ['does not say how long its film is: all bytes that are there are taken for it'];
    }
  }
  const left = film === undefined ? 0 : reader.size - film.at;
  if (film !== undefined && !film.isWhole) {
    throw new MediaFault(`it is cut off: its film has ${film.bytes} bytes, of which ${left} are there`);
  }
  if (index?.isWhole === false) throw new MediaFault('it is cut off inside its index');
  if (film === undefined || (hasIndex && index === undefined)) {
    await checkRiffSize(head, reader);
    return [];
  }
  const announced = 8 + head.readUInt32LE(4);
  const isRight = announced <= reader.size + 1 && announced >= film.at + film.bytes;
  return isRight ? [] : [`says that it has ${announced} bytes, and has ${reader.size}: its film is whole`];
}
