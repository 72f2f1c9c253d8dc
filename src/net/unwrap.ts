import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

type Bytes = AsyncIterable<Buffer>;
type Decoder = (bytes: Bytes) => Bytes;

const maxLayers = 3;
const headBytes = 128;
const filmBoxes = new Set(['ftyp', 'moov', 'mdat', 'moof', 'styp', 'wide', 'free', 'skip', 'uuid', 'pdin']);
const chunkHead = /^[0-9a-f]{1,8}(?:;[^\r\n]{0,120})?\r\n/iu;

/** Whether a file that begins so is a video, or something else, in a wrapping that can be taken off. */
export function isWrapped(head: Buffer, coding: string | undefined): boolean {
  return findDecoder(head, namesOf(coding)) !== undefined;
}

/**
 * Takes off what is around a file, by its first bytes rather than by what its server said.
 * @throws for bytes that are damaged
 */
export function unwrap(bytes: Bytes, coding: string | undefined): Bytes {
  return peel(bytes, namesOf(coding), maxLayers);
}

async function* peel(bytes: Bytes, names: readonly string[], layers: number): Bytes {
  const { head, all } = await peek(bytes);
  const decode = layers === 0 ? undefined : findDecoder(head, names);
  if (decode === undefined) yield* all;
  else yield* peel(decode(all), names, layers - 1);
}

function namesOf(coding: string | undefined): string[] {
  return coding?.split(',') ?? [];
}

function findDecoder(head: Buffer, names: readonly string[]): Decoder | undefined {
  if (filmBoxes.has(head.toString('latin1', 4, 8))) return undefined;
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return through(createGunzip);
  if (chunkHead.test(head.toString('latin1'))) return unchunk;
  const isZlib = head.length > 2 && head[0] === 0x78 && head.readUInt16BE(0) % 31 === 0;
  if (isZlib) return through(createInflate);
  // These two begin with anything.
  if (names.includes('br')) return through(createBrotliDecompress);
  return names.includes('deflate') ? through(createInflateRaw) : undefined;
}

function through(create: () => Transform): Decoder {
  return async function* (bytes) {
    const decoder = create();
    // Its failure is told by the decoder too, which is destroyed with it.
    pipeline(Readable.from(bytes), decoder).catch(() => {});
    yield* decoder as Bytes;
  };
}

/** HTTP's own framing, and that of S3's signed uploads: a length, what it counts, and again. */
async function* unchunk(bytes: Bytes): Bytes {
  let held: Buffer = Buffer.alloc(0);
  let left = -1;
  for await (const piece of bytes) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    for (;;) {
      if (left > 0) {
        const data = held.subarray(0, left);
        held = held.subarray(data.length);
        left -= data.length;
        if (data.length > 0) yield data;
        if (left > 0) break;
      }
      const lead = left === 0 ? 2 : 0;
      const line = chunkHead.exec(held.toString('latin1', lead, lead + headBytes));
      if (line === null) {
        if (held.length > lead + headBytes) throw new Error('there is no length of a chunk');
        break;
      }
      held = held.subarray(lead + line[0].length);
      left = Number.parseInt(line[0], 16);
      if (left === 0) return;
    }
  }
  throw new Error('the last chunk is missing');
}

/** The first bytes, and all of them once more. */
async function peek(bytes: Bytes): Promise<{ head: Buffer; all: Bytes }> {
  const rest = bytes[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < headBytes) {
    // oxlint-disable-next-line no-await-in-loop -- until there are enough
    const next = await rest.next();
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
  }
  const all = async function* () {
    yield* first;
    yield* { [Symbol.asyncIterator]: () => rest };
  };
  return { head: Buffer.concat(first), all: all() };
}
