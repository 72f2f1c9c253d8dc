import { open } from 'node:fs/promises';
import type { InputTrack } from 'mediabunny';
import { describePage } from '../core/error-page.ts';
import { NotSavedError } from '../core/errors.ts';
import { readerOfFile, type ByteReader } from './byte-reader.ts';
import { checkFilm } from './film-structure.ts';
import { Mp4Fault } from './mp4-boxes.ts';

/** What a finished video is, as read from the file itself. */
export type Mp4Facts = {
  bytes: number;
  /** Pixels as shown, rotation applied. */
  width: number;
  height: number;
  /** Length of the picture; sound may overhang by a packet. */
  seconds: number;
  hasAudio: boolean;
  /** `avc`, `hevc`, `vp9`, `av1`, ..., or `unknown` */
  videoCodec: string;
};

const headBytes = 4096;

/**
 * Proves that a file is a whole, readable MP4: boxes, index, and the first and last packet of each track.
 * @throws NotSavedError that says what is wrong with it
 */
export async function verifyMp4(path: string): Promise<Mp4Facts> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = (await file.stat()).size;
      const film = await checkStructure(readerOfFile(file, bytes), path);
      return { bytes, ...(await readTracks(film)) };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof NotSavedError) throw error;
    if (error instanceof Mp4Fault)
      throw new NotSavedError(`${path} is not a whole MP4 file: ${error.message}`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotSavedError(`${path} cannot be read as a video: ${reason}`, { cause: error });
  }
}

async function checkStructure(reader: ByteReader, path: string): Promise<ByteReader> {
  const head = await reader.read(0, headBytes);
  if (head.length === 0) throw new Mp4Fault('it is empty');
  const page = describePage(head);
  if (page !== undefined) throw new NotSavedError(`${path} is no video: the server sent ${page}`);
  return checkFilm(reader);
}

async function readTracks(film: ByteReader): Promise<Omit<Mp4Facts, 'bytes'>> {
  // Loading it takes some 90 ms: paid by those who verify only.
  const { CustomSource, EncodedPacketSink, Input, Logging, LogLevel, MP4, QTFF } =
    await import('./mediabunny.ts');
  // It would print what it reads in a damaged file to the terminal.
  Logging.level = LogLevel.Silent;
  const source = new CustomSource({
    getSize: () => film.size,
    read: (start, end) => film.read(start, end - start),
  });
  const input = new Input({ source, formats: [MP4, QTFF] });
  const checkPackets = async (track: InputTrack, name: string): Promise<void> => {
    const sink = new EncodedPacketSink(track);
    const ends = await Promise.all([sink.getFirstPacket(), sink.getPacket(Number.POSITIVE_INFINITY)]);
    if (ends.some((packet) => packet === null || packet.data.byteLength === 0)) {
      throw new Mp4Fault(`its ${name} track holds nothing`);
    }
  };
  try {
    const video = await input.getPrimaryVideoTrack();
    if (video === null) throw new Mp4Fault('it has no picture');
    const audio = await input.getPrimaryAudioTrack();
    await checkPackets(video, 'picture');
    if (audio !== null) await checkPackets(audio, 'sound');
    // A film without an edit list may begin a few frames after zero.
    const seconds = (await video.computeDuration()) - (await video.getFirstTimestamp());
    return {
      width: await video.getDisplayWidth(),
      height: await video.getDisplayHeight(),
      seconds: Math.round(seconds * 1e6) / 1e6,
      hasAudio: audio !== null,
      videoCodec: (await video.getCodec()) ?? 'unknown',
    };
  } finally {
    input.dispose();
  }
}
