import type { ByteReader } from './byte-reader.ts';
import { starts } from './signature.ts';

const waveHeads = ['RIFF', 'RIFX', 'RF64', 'BW64'];
/** The longest frame of layer III: 320 kbit/s at 32 kHz. */
const maxFrameBytes = 1441;
/** In noise, so many frames do not follow one another. */
const framesForSure = 4;

/**
 * Where the frames of an MP3 begin that was cut out of a stream: behind zeros, or behind the rest of a frame whose
 * beginning is missing. Undefined where there are none.
 */
export async function findMp3(head: Buffer, reader: ByteReader): Promise<number | undefined> {
  const from = head.findIndex((byte) => byte !== 0);
  for (let at = from; at >= 0 && at <= from + maxFrameBytes && at + 4 <= head.length; at += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the first that fits
    if (frameBytes(head, at) !== undefined && (await isChain(reader, at))) return at;
  }
  return undefined;
}

/** Whether frame follows frame from here on. */
async function isChain(reader: ByteReader, start: number): Promise<boolean> {
  let at = start;
  for (let count = 0; count < framesForSure; count += 1) {
    // oxlint-disable-next-line no-await-in-loop -- where the next is, only this one tells
    const length = frameBytes(await reader.read(at, 4), 0);
    if (length === undefined) return false;
    at += length;
  }
  return true;
}

/** What sound file it is, or undefined. */
export async function soundFormat(head: Buffer, reader: ByteReader): Promise<string | undefined> {
  if (waveHeads.some((id) => starts(head, id)) && starts(head, 'WAVE', 8)) return 'wav';
  if (starts(head, 'fLaC')) return 'flac';
  if (starts(head, 'OggS')) return 'ogg';
  if (starts(head, 'FORM') && starts(head, 'AIF', 8)) return 'aiff';
  if (starts(head, '#!AMR')) return 'amr';
  if (starts(head, 'ID3')) return 'mp3';
  const first = frameBytes(head, 0);
  // Two bytes of sync are common in noise: the next frame must be where the first says.
  if (first !== undefined) {
    const next = await reader.read(first, 4);
    if (first === reader.size || frameBytes(next, 0) !== undefined) return 'mp3';
  }
  return isAdts(head) ? 'aac' : undefined;
}

// In kbit/s, by index; of layer III alone, which is what MP3 means.
const rates1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const rates2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const samplings = [44_100, 48_000, 32_000];

/** The length of the layer III frame that begins here; undefined when none does. */
function frameBytes(bytes: Buffer, at: number): number | undefined {
  if (at + 4 > bytes.length) return undefined;
  const header = bytes.readUInt32BE(at);
  if (header >>> 21 !== 0x7ff || ((header >>> 17) & 3) !== 1) return undefined;
  const version = (header >>> 19) & 3;
  if (version === 1) return undefined;
  const isFirst = version === 3;
  const rate = (isFirst ? rates1 : rates2)[(header >>> 12) & 15] ?? 0;
  const sampling = samplings[(header >>> 10) & 3] ?? 0;
  if (rate === 0 || sampling === 0) return undefined;
  // MPEG 2 halves the sampling rate, MPEG 2.5 halves it again.
  const divisor = isFirst ? 1 : version === 2 ? 2 : 4;
  const padding = (header >>> 9) & 1;
  return Math.floor(((isFirst ? 144 : 72) * rate * 1000 * divisor) / sampling) + padding;
}

function isAdts(head: Buffer): boolean {
  if (head.length < 7 || head[0] !== 0xff || (head.readUInt8(1) & 0xf6) !== 0xf0) return false;
  const length = (head.readUInt32BE(2) >>> 5) & 0x1fff;
  return length >= 7 && head[length] === 0xff && ((head[length + 1] ?? 0) & 0xf6) === 0xf0;
}
