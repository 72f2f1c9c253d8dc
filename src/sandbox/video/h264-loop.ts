import { setImmediate } from 'node:timers/promises';

import type * as H264 from 'h264-mp4-encoder';
import { BufferSource, type EncodedPacket, EncodedPacketSink, Input, MP4 } from 'mediabunny';

import type { Picture } from './picture.ts';

/** Encoded packets of one track, with what a player needs to decode them. */
export type Packets<Config> = { packets: EncodedPacket[]; config: Config };

export const FRAMES_PER_SECOND = 30;

/**
 * From 10 (best) to 51. Coarser than 20 the still sky no longer comes out exact, and the encoder then works on it
 * again in every picture: half as much time more for a third less size (measured on version 1.0.12).
 */
const QUANTIZER = 18;

/** Counts the files in the encoder's memory: loops encoded at the same time must not share one. */
let loops = 0;

/** Encodes the pictures as one closed group: the first is a key frame, no other is. */
export async function encodeLoop(
  pictures: Iterable<Picture>,
  size: { width: number; height: number; count: number },
): Promise<Packets<VideoDecoderConfig>> {
  const createH264MP4Encoder = await loadEncoder();
  const encoder = await createH264MP4Encoder();
  encoder.width = size.width;
  encoder.height = size.height;
  encoder.frameRate = FRAMES_PER_SECOND;
  encoder.speed = 10;
  encoder.quantizationParameter = QUANTIZER;
  encoder.groupOfPictures = size.count;
  loops += 1;
  const output = `loop-${loops}.mp4`;
  encoder.outputFilename = output;
  encoder.initialize();
  for (const picture of pictures) {
    encoder.addFrameYuv(picture.bytes);
    // Lets the sound, which another thread encodes meanwhile, send its next piece.
    await setImmediate();
  }
  encoder.finalize();
  const file = encoder.FS.readFile(output);
  encoder.FS.unlink(output);
  encoder.delete();
  return readPackets(file);
}

/**
 * Loads the encoder and takes off what its runtime hangs on the process: handlers that turn every stray error of the
 * whole program into a crash of their own.
 */
async function loadEncoder(): Promise<typeof H264.createH264MP4Encoder> {
  const exceptions = new Set(process.listeners('uncaughtException'));
  const rejections = new Set(process.listeners('unhandledRejection'));
  const { default: h264 } = await import('h264-mp4-encoder');
  for (const listener of process.listeners('uncaughtException')) {
    if (!exceptions.has(listener)) process.off('uncaughtException', listener);
  }
  for (const listener of process.listeners('unhandledRejection')) {
    if (!rejections.has(listener)) process.off('unhandledRejection', listener);
  }
  return h264.createH264MP4Encoder;
}

async function readPackets(file: Uint8Array): Promise<Packets<VideoDecoderConfig>> {
  const input = new Input({ source: new BufferSource(file), formats: [MP4] });
  const track = await input.getPrimaryVideoTrack();
  const config = await track?.getDecoderConfig();
  if (!track || !config) throw new Error('the H.264 encoder gave no video track');
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  // The encoder does not say which colours it was given; without a word players guess by the size.
  const colorSpace = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;
  return { packets, config: { ...config, colorSpace } };
}
