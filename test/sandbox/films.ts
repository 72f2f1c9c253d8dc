import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';

// Clips and sounds made here: headers and lengths are real, pictures and tones are not.

export type ClipShape = {
  seconds: number;
  width?: number;
  height?: number;
  rate?: number;
  format?: 'mp4' | 'mov';
  /** The index in front, as streaming wants it. */
  isFast?: boolean;
};

/** A clip of empty pictures. */
export async function film(shape: ClipShape): Promise<Buffer> {
  const { seconds, width = 640, height = 480, rate = 20, format = 'mp4', isFast = false } = shape;
  const target = new BufferTarget();
  const fastStart = isFast ? 'in-memory' : false;
  const output = new Output({
    target,
    format: format === 'mp4' ? new Mp4OutputFormat({ fastStart }) : new MovOutputFormat({ fastStart }),
  });
  // A codec whose decoder needs no description of its own.
  const source = new EncodedVideoPacketSource('vp9');
  output.addVideoTrack(source, { frameRate: rate });
  await output.start();
  const decoderConfig = { codec: 'vp09.00.10.08', codedWidth: width, codedHeight: height };
  for (let frame = 0; frame < Math.round(seconds * rate); frame += 1) {
    const type = frame === 0 ? 'key' : 'delta';
    const packet = new EncodedPacket(new Uint8Array(4), type, frame / rate, 1 / rate);
    // oxlint-disable-next-line no-await-in-loop -- packets have an order
    await source.add(packet, frame === 0 ? { decoderConfig } : undefined);
  }
  await output.finalize();
  return Buffer.from(target.buffer ?? new ArrayBuffer(0));
}

/** Silence: one channel, 8 bits, 8000 samples a second. */
export function wav(seconds: number): Buffer {
  const data = Math.round(seconds * 8000);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + data, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(data, 40);
  return Buffer.concat([head, Buffer.alloc(data, 0x80)]);
}

/** Frames of MPEG-1 layer III, 128 kbit/s at 44100 Hz: 1152 samples in 417 bytes each. */
export function mp3(seconds: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat(Array.from({ length: Math.round((seconds * 44_100) / 1152) }, () => frame));
}

/** The headers of an AVI. */
export function avi({ seconds, width = 640, height = 480, rate = 20 }: ClipShape): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(504, 4);
  bytes.write('AVI LIST', 8, 'latin1');
  bytes.writeUInt32LE(192, 16);
  bytes.write('hdrlavih', 20, 'latin1');
  bytes.writeUInt32LE(56, 28);
  bytes.writeUInt32LE(Math.round(1e6 / rate), 32);
  bytes.writeUInt32LE(Math.round(seconds * rate), 48);
  bytes.writeUInt32LE(width, 64);
  bytes.writeUInt32LE(height, 68);
  return bytes;
}
