import {
  AudioSample,
  AudioSampleSource,
  type EncodedPacket,
  Mp4OutputFormat,
  NullTarget,
  Output,
} from 'mediabunny';

import type { Packets } from './h264-loop.ts';

/** In Hz. Enough for the low chord, and every packet costs a round trip to the encoder's own thread. */
const SAMPLE_RATE = 32_000;
const PACKET_SAMPLES = 1_024;

/** An open chord, low to high, in Hz with its loudness. */
const tones = [
  [110, 0.05],
  [164.81, 0.04],
  [220, 0.035],
  [277.18, 0.022],
  [329.63, 0.018],
] as const;

/** A quiet swelling chord as AAC; it lasts at least `seconds` and at most one packet (32 ms) longer. */
export async function encodeSound(seconds: number): Promise<Packets<AudioDecoderConfig>> {
  // The AAC encoder is LGPL: reached only through this import, it is a chunk of its own that a user may replace.
  const { registerAacEncoder } = await import('@mediabunny/aac-encoder');
  registerAacEncoder();
  const packets: EncodedPacket[] = [];
  let config: AudioDecoderConfig | undefined;
  const source = new AudioSampleSource({
    codec: 'aac',
    bitrate: 96_000,
    onEncodedPacket: (packet, meta) => {
      packets.push(packet);
      config ??= meta?.decoderConfig;
    },
  });
  const output = new Output({ format: new Mp4OutputFormat(), target: new NullTarget() });
  output.addAudioTrack(source);
  await output.start();
  // The encoder gives one packet more than it takes: its first only carries its start-up delay.
  const taken = Math.max(1, Math.ceil((seconds * SAMPLE_RATE) / PACKET_SAMPLES) - 1);
  const sample = new AudioSample({
    data: chord(taken * PACKET_SAMPLES),
    format: 'f32',
    numberOfChannels: 2,
    sampleRate: SAMPLE_RATE,
    timestamp: 0,
  });
  await source.add(sample);
  sample.close();
  await output.finalize();
  if (!config) throw new Error('the AAC encoder gave no packet');
  return { packets, config };
}

/** Interleaved stereo samples; both ends fade, so the sound starts and stops without a click. */
function chord(count: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(count * 2);
  const fade = Math.min(SAMPLE_RATE * 0.6, count / 2);
  for (const [index, [pitch, loudness]] of tones.entries()) {
    const step = (2 * Math.PI * pitch) / SAMPLE_RATE;
    // Each tone swells at a pace of its own and leans to one side, which keeps the chord alive.
    const swell = (2 * Math.PI * (0.11 + 0.05 * index)) / SAMPLE_RATE;
    const lean = index % 2 === 0 ? 0.2 : -0.2;
    for (let at = 0; at < count; at += 1) {
      const value = loudness * Math.sin(at * step) * (0.75 - 0.25 * Math.cos(at * swell));
      samples[at * 2] = (samples[at * 2] ?? 0) + value * (1 - lean);
      samples[at * 2 + 1] = (samples[at * 2 + 1] ?? 0) + value * (1 + lean);
    }
  }
  for (let at = 0; at < count; at += 1) {
    const level = Math.min(1, at / fade, (count - 1 - at) / fade);
    samples[at * 2] = (samples[at * 2] ?? 0) * level;
    samples[at * 2 + 1] = (samples[at * 2 + 1] ?? 0) * level;
  }
  return samples;
}
