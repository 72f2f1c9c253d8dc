import { open } from 'node:fs/promises';
import { readAvi } from './avi-header.ts';
import type { FilmFacts } from './film.ts';

/** A file's bytes, on disk or in memory. */
export type Content = { path: string } | { bytes: Buffer };

/** Enough for the headers of an AVI; its index is not read. */
const aviHeadBytes = 64 * 1024;

/** Packets from which a frame rate is told. */
const ratePackets = 120;

/** Reads what a film or sound is off its content, whatever its name says; undefined where it cannot be read whole. */
export async function readFilm(content: Content, sizeBytes: number): Promise<FilmFacts | undefined> {
  const file = 'path' in content ? await open(content.path, 'r') : undefined;
  const read: ReadBytes = async (offset, length) => {
    if (file === undefined)
      return 'bytes' in content ? content.bytes.subarray(offset, offset + length) : none;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  try {
    const head = await read(0, Math.min(sizeBytes, aviHeadBytes));
    const avi = readAvi(head);
    if (avi !== undefined) return avi;
    // A file cut off behind its index looks whole to the library.
    if (head.toString('latin1', 4, 8) === 'ftyp' && !(await isWhole(read, sizeBytes))) return undefined;
    return await readByLibrary(content);
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

type ReadBytes = (offset: number, length: number) => Promise<Buffer>;

const none = Buffer.alloc(0);

/** Walks the boxes at the top of an MP4: each must end inside the file. */
async function isWhole(read: ReadBytes, sizeBytes: number): Promise<boolean> {
  let at = 0;
  for (let boxes = 0; at < sizeBytes && boxes < 10_000; boxes += 1) {
    // oxlint-disable-next-line no-await-in-loop -- where the next box is, only this one tells
    const head = await read(at, 16);
    if (head.length < 8) return false;
    const short = head.readUInt32BE(0);
    // 0 means "to the end".
    if (short === 0) return true;
    if (short === 1 && head.length < 16) return false;
    const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short;
    if (size < 8) return false;
    at += size;
  }
  return at === sizeBytes;
}

async function readByLibrary(content: Content): Promise<FilmFacts | undefined> {
  // Loading it takes some 90 ms: paid by requests that name a clip or a sound of this machine.
  const { BufferSource, FilePathSource, Input, Logging, LogLevel, MP3, MP4, QTFF, WAVE } =
    await import('mediabunny');
  // It would print what it finds in a damaged file.
  Logging.level = LogLevel.Silent;
  const source =
    'path' in content
      ? new FilePathSource(content.path, { handleUnhandledError: () => {} })
      : new BufferSource(content.bytes);
  const input = new Input({ source, formats: [MP4, QTFF, WAVE, MP3] });
  try {
    const container = await input.getFormat();
    const video = await input.getPrimaryVideoTrack();
    if (video === null) {
      const audio = await input.getPrimaryAudioTrack();
      if (audio === null || (container !== WAVE && container !== MP3)) return undefined;
      return { format: container === WAVE ? 'wav' : 'mp3', seconds: await audio.computeDuration() };
    }
    const { averagePacketRate } = await video.computePacketStats(ratePackets);
    return {
      format: container === QTFF ? 'mov' : 'mp4',
      // A film without an edit list may begin a few frames after zero.
      seconds: rounded((await video.computeDuration()) - (await video.getFirstTimestamp())),
      size: { width: await video.getDisplayWidth(), height: await video.getDisplayHeight() },
      rate: averagePacketRate,
    };
  } finally {
    input.dispose();
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
