import type { InputFormat } from 'mediabunny';
import type { ByteReader } from './byte-reader.ts';
import type { FactsOfContent } from './image-facts.ts';
import { Mp4Fault } from './mp4-boxes.ts';

// A few seconds tell the rate; reading every frame of an hour does not tell it better.
const packetsForRate = 240;

/**
 * Reads the tracks of a film whose index was checked, or of a sound file, as sizes, rate and length.
 * @throws whatever mediabunny does, and Mp4Fault
 */
export async function readTracks(
  reader: ByteReader,
  format: 'mp4' | 'mov' | 'wav' | 'mp3',
): Promise<FactsOfContent> {
  // Loading it takes some 90 ms: images never come here.
  const { CustomSource, Input, Logging, LogLevel, MP3, MP4, QTFF, WAVE } = await import('./mediabunny.ts');
  // It would print what it reads in a damaged file to the terminal.
  Logging.level = LogLevel.Silent;
  const formats: InputFormat[] = format === 'wav' ? [WAVE] : format === 'mp3' ? [MP3] : [MP4, QTFF];
  const source = new CustomSource({
    getSize: () => reader.size,
    read: (start, end) => reader.read(start, end - start),
  });
  const input = new Input({ source, formats });
  try {
    const audio = await input.getPrimaryAudioTrack();
    if (format === 'wav' || format === 'mp3') {
      if (audio === null) throw new Mp4Fault('it has no sound');
      return { kind: 'audio', format, ...length(await audio.computeDuration()), hasAudio: true };
    }
    const video = await input.getPrimaryVideoTrack();
    if (video === null && audio !== null) {
      return { kind: 'audio', format: 'm4a', ...length(await audio.computeDuration()), hasAudio: true };
    }
    if (video === null) throw new Mp4Fault('it has no picture');
    // A film without an edit list may begin a few frames after zero.
    const seconds = (await video.computeDuration()) - (await video.getFirstTimestamp());
    const { averagePacketRate } = await video.computePacketStats(packetsForRate);
    return {
      kind: 'video',
      format,
      ...positive('width', Math.round(await video.getDisplayWidth())),
      ...positive('height', Math.round(await video.getDisplayHeight())),
      ...length(seconds),
      ...positive('framesPerSecond', Math.round(averagePacketRate * 1000) / 1000),
      hasAudio: audio !== null,
      videoCodec: (await video.getCodec()) ?? 'unknown',
    };
  } finally {
    input.dispose();
  }
}

/** A damaged file may announce anything. */
function positive<Key extends string>(key: Key, value: number): { [key in Key]?: number } {
  const fact: { [key in Key]?: number } = {};
  if (value > 0 && Number.isFinite(value)) fact[key] = value;
  return fact;
}

function length(seconds: number): { seconds?: number } {
  return positive('seconds', Math.round(seconds * 1e6) / 1e6);
}
