import type { ByteReader } from './byte-reader.ts';
import { starts } from './signature.ts';

/** What sound file it is, or undefined. */
export async function soundFormat(head: Buffer, reader: ByteReader): Promise<string | undefined> {
  if ((starts(head, 'RIFF') || starts(head, 'RF64')) && starts(head, 'WAVE', 8)) return 'wav';
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
