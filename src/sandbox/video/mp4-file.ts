import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';

import { FRAMES_PER_SECOND, type Packets } from './h264-loop.ts';
import { forgetDates } from './mp4-dates.ts';

/**
 * Joins a loop of pictures, repeated until `frames` are there, and perhaps a sound into one MP4 file with its index
 * in front, so that it can be played while it is downloaded.
 */
export async function writeMp4(
  loop: Packets<VideoDecoderConfig>,
  frames: number,
  sound: Packets<AudioDecoderConfig> | undefined,
  title: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target });
  const video = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(video, { frameRate: FRAMES_PER_SECOND });
  const audio = sound && new EncodedAudioPacketSource('aac');
  if (audio) output.addAudioTrack(audio);
  output.setMetadataTags({ title });
  await output.start();
  const pictures = Array.from({ length: frames }, (_, frame) => {
    const at = frame / FRAMES_PER_SECOND;
    const packet = loop.packets[frame % loop.packets.length];
    const times = { timestamp: at, duration: 1 / FRAMES_PER_SECOND, sequenceNumber: frame };
    return {
      at,
      write: async () => packet && video.add(packet.clone(times), { decoderConfig: loop.config }),
    };
  });
  const sounds = (sound?.packets ?? []).map((packet) => ({
    at: packet.timestamp,
    write: async () => audio?.add(packet, { decoderConfig: sound?.config }),
  }));
  // In the order of time: the file then plays well from a slow connection, and its bytes are always the same.
  for (const { write } of [...pictures, ...sounds].toSorted((one, other) => one.at - other.at)) await write();
  await output.finalize();
  if (!target.buffer) throw new Error('the MP4 writer gave no file');
  return forgetDates(new Uint8Array(target.buffer));
}
