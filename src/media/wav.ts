import { readerBehind, readerFrom, readerUpTo, type ByteReader } from './byte-reader.ts';
import { MediaFault } from './media-fault.ts';
import { isUnknownSize, riffChunks, type Chunk } from './riff.ts';
import { starts } from './signature.ts';

const maxFormatBytes = 4096;

/**
 * The sound of a WAV under a head that is right: as long as its data says, or, where its writer did not know that, as
 * the bytes that are there. What the whole file is said to have does not count.
 * @throws MediaFault when it is cut off, or has no sound
 */
export async function readWav(
  head: Buffer,
  reader: ByteReader,
): Promise<{ sound: ByteReader; notes: string[] }> {
  const { size, read } = reader;
  if (head.length < 12) throw new MediaFault('it is cut off inside its header');
  const isBig = starts(head, 'RIFX');
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    if (isBig) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  };
  let format = Buffer.alloc(0);
  let longBytes: number | undefined;
  let last: Chunk | undefined;
  for await (const chunk of riffChunks(reader, isBig)) {
    last = chunk;
    if (chunk.id === 'fmt ')
      format = Buffer.from(await read(chunk.at, Math.min(chunk.bytes, maxFormatBytes)));
    // RF64 and BW64, for more than 4 GB, have their real sizes in a chunk in front.
    if (chunk.id === 'ds64' && chunk.bytes >= 16 && chunk.isWhole) {
      longBytes = Number((await read(chunk.at + 8, 8)).readBigUInt64LE());
    }
    if (chunk.id !== 'data') continue;
    const bytes = longBytes !== undefined && chunk.bytes === 0xffff_ffff ? longBytes : chunk.bytes;
    const left = size - chunk.at;
    const isUnknown = isUnknownSize(bytes, left);
    if (!isUnknown && bytes > left) {
      throw new MediaFault(`it is cut off: its sound has ${bytes} bytes, of which ${left} are there`);
    }
    const there = isUnknown ? left : bytes;
    const front = Buffer.concat([
      head.subarray(0, 4),
      u32(4 + 8 + format.length + 8 + there),
      Buffer.from('WAVEfmt '),
      u32(format.length),
      format,
      Buffer.from('data'),
      u32(there),
    ]);
    if (!isBig) front.write('RIFF', 'latin1');
    const data = readerUpTo(there, readerFrom(chunk.at, reader));
    return {
      sound: readerBehind(front, data),
      notes: notesOf(head, isBig, isUnknown, chunk.at + there, size),
    };
  }
  const isCut = last !== undefined && !last.isWhole;
  throw new MediaFault(isCut ? 'it is cut off in front of its sound' : 'it has no sound');
}

function notesOf(
  head: Buffer,
  isBig: boolean,
  isUnknown: boolean,
  soundEnd: number,
  fileBytes: number,
): string[] {
  if (isUnknown) return ['does not say how long its sound is: all bytes that are there are taken for it'];
  const announced = 8 + (isBig ? head.readUInt32BE(4) : head.readUInt32LE(4));
  const isLong = starts(head, 'RF64') || starts(head, 'BW64');
  // Its last byte may be there to make the number even.
  if (isLong || (announced >= soundEnd && announced <= fileBytes + 1)) return [];
  return [`says that it has ${announced} bytes, and has ${fileBytes}: its sound is whole`];
}
