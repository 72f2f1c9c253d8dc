import { crc32, deflateSync } from 'node:zlib';

// Small whole files, made here so that no fixtures are needed.

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body) >>> 0);
  return Buffer.concat([length, body, check]);
}

/** A whole PNG; only as many rows as are cheap to make when it is to be huge. */
export function pngFile(width: number, height: number, colourType = 2, before: Buffer[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  header.writeUInt8(colourType, 9);
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colourType] ?? 3;
  const rows = deflateSync(Buffer.alloc(Math.min(height, 64) * (1 + width * channels)));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...before,
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export const transparency = chunk('tRNS', Buffer.alloc(6));

export function wavFile(seconds: number, rate = 8000): Buffer {
  const data = Buffer.alloc(Math.round(seconds * rate) * 2);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** Silent frames of MPEG 1 layer III at 128 kbit/s and 44.1 kHz: 417 bytes, 1152 samples each. */
export function mp3File(frames: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.writeUInt32BE(0xfffb_9000);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

/** @param order `II` or `MM` */
export function tiffFile(width: number, height: number, order: 'II' | 'MM', extraSamples?: number): Buffer {
  const entries = [[256, width], [257, height], ...(extraSamples === undefined ? [] : [[338, extraSamples]])];
  const file = Buffer.alloc(100 + 2 + entries.length * 12 + 4);
  const u16 = (value: number, at: number) =>
    order === 'II' ? file.writeUInt16LE(value, at) : file.writeUInt16BE(value, at);
  const u32 = (value: number, at: number) =>
    order === 'II' ? file.writeUInt32LE(value, at) : file.writeUInt32BE(value, at);
  file.write(order, 'latin1');
  u16(42, 2);
  u32(100, 4);
  u16(entries.length, 100);
  for (const [index, [tag = 0, value = 0]] of entries.entries()) {
    u16(tag, 102 + index * 12);
    u16(3, 104 + index * 12);
    u32(1, 106 + index * 12);
    u16(value, 110 + index * 12);
  }
  return file;
}

export function aviFile(width: number, height: number, rate: number, frames: number): Buffer {
  const file = Buffer.alloc(200);
  file.write('RIFF', 0, 'latin1');
  file.write('AVI LIST', 8, 'latin1');
  file.write('hdrlavih', 20, 'latin1');
  file.writeUInt32LE(Math.round(1e6 / rate), 32);
  file.writeUInt32LE(frames, 48);
  file.writeUInt32LE(width, 64);
  file.writeUInt32LE(height, 68);
  file.write('strh', 100, 'latin1');
  file.write('vids', 108, 'latin1');
  file.writeUInt32LE(1, 128);
  file.writeUInt32LE(rate, 132);
  file.writeUInt32LE(frames, 140);
  return file;
}

/** A whole BMP, its picture being zeros. */
export function bmpFile(width: number, height: number, bits: 24 | 32, alphaMask = 0): Buffer {
  const pictureAt = 138;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const file = Buffer.alloc(pictureAt + rowBytes * Math.abs(height));
  file.write('BM', 'latin1');
  file.writeUInt32LE(pictureAt, 10);
  file.writeUInt32LE(alphaMask === 0 ? 40 : 124, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(alphaMask === 0 ? 0 : 3, 30);
  file.writeUInt32LE(alphaMask, 66);
  return file;
}

/** The first bytes of a JPEG, made a whole one. */
export function withEnd(head: Buffer): Buffer {
  return Buffer.concat([head, Buffer.from([0xff, 0xd9])]);
}

/** A RIFF file that announces how many bytes it has, or another number. */
export function riffFile(bytes: Buffer, announced = bytes.length): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(announced - 8, 4);
  return copy;
}

/** What of a ZIP tells an office file: the signature, and a name inside. */
export function zipFile(nameInside: string): Buffer {
  return Buffer.from(`PK\x03\x04${'\0'.repeat(26)}${nameInside}PK\x05\x06${'\0'.repeat(18)}`, 'latin1');
}
