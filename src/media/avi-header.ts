import type { ByteReader } from './byte-reader.ts';
import type { FactsOfContent } from './image-facts.ts';
import { MediaFault } from './media-fault.ts';
import { checkRiffSize } from './riff.ts';

const unknownFrom = 0x4000_0000;

/**
 * Size, rate and length of an AVI, from its main header and its first picture stream.
 * @throws MediaFault when it is cut off
 */
export function readAvi(head: Buffer, { size }: ByteReader): FactsOfContent {
  checkRiffSize(head, size);
  const facts: FactsOfContent = { kind: 'video', format: 'avi' };
  const main = head.indexOf('avih', 0, 'latin1');
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
