import { UsageError } from '../core/errors.ts';
import type { MediaFacts } from '../core/media-facts.ts';
import { readAvi } from './avi-header.ts';
import type { ByteReader } from './byte-reader.ts';
import { readDocument } from './document.ts';
import { checkFilm } from './film-structure.ts';
import type { FactsOfContent } from './image-facts.ts';
import { readImageHeader, starts } from './image-header.ts';
import { soundFormat } from './sound-format.ts';
import { readTracks } from './tracks.ts';

const headBytes = 64 * 1024;
// Lengths of sounds are read frame by frame; what is larger fits no service anyway.
const maxSoundBytes = 64 * 1024 * 1024;
const soundBrands = /^M4[AB] $/u;
// Pictures in the same container as films.
const pictureBrands = /^(?:avif|avis|heic|heix|mif1|msf1)$/u;

/**
 * What a file is, by its content.
 * @param name tells kinds apart that share a container, and is named in errors
 * @throws UsageError when it is empty, or a film or a sound that cannot be read
 */
export async function readFacts(reader: ByteReader, name: string): Promise<MediaFacts> {
  if (reader.size === 0)
    throw new UsageError(`${name} is empty`, { hint: 'give a file that holds something' });
  try {
    return { ...(await readContent(reader, name)), bytes: reader.size };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${name} cannot be read as ${await kindOf(reader)}: ${reason}`, {
      hint: 'copy or download it again; if it plays elsewhere, save it anew: ffmpeg -i in out',
      cause: error,
    });
  }
}

async function readContent(reader: ByteReader, name: string): Promise<FactsOfContent> {
  const head = await reader.read(0, headBytes);
  const image = await readImageHeader(head, reader);
  if (image !== undefined) return image;
  if (isFilm(head)) return readFilm(head, reader);
  if (starts(head, 'RIFF') && starts(head, 'AVI ', 8)) return readAvi(head);
  if (starts(head, '\x1a\x45\xdf\xa3')) return { kind: 'video', format: 'mkv' };
  const sound = await soundFormat(head, reader);
  if ((sound === 'wav' || sound === 'mp3') && reader.size <= maxSoundBytes) return readTracks(reader, sound);
  if (sound !== undefined) return { kind: 'audio', format: sound };
  return (await readDocument(head, reader, name)) ?? { kind: 'unknown', format: 'unknown' };
}

async function readFilm(head: Buffer, reader: ByteReader): Promise<FactsOfContent> {
  const brand = starts(head, 'ftyp', 4) ? head.toString('latin1', 8, 12) : 'qt  ';
  if (pictureBrands.test(brand)) return { kind: 'image', format: brand.startsWith('avi') ? 'avif' : 'heic' };
  // QuickTime's first writers put no ftyp in front; the walk of the boxes wants one.
  if (!starts(head, 'ftyp', 4)) return { kind: 'video', format: 'mov' };
  await checkFilm(reader);
  const facts = await readTracks(reader, brand === 'qt  ' ? 'mov' : 'mp4');
  return soundBrands.test(brand) && facts.kind === 'video' ? { kind: 'audio', format: 'm4a' } : facts;
}

function isFilm(head: Buffer): boolean {
  const type = head.toString('latin1', 4, 8);
  const length = head.length >= 8 ? head.readUInt32BE(0) : 0;
  return (
    type === 'ftyp' ||
    (['moov', 'mdat', 'wide', 'free', 'skip'].includes(type) && (length >= 8 || length < 2))
  );
}

async function kindOf(reader: ByteReader): Promise<string> {
  return isFilm(await reader.read(0, 16)) ? 'a video' : 'a sound file';
}
