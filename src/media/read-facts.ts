import { UsageError } from '../core/errors.ts';
import type { MediaFacts } from '../core/media-facts.ts';
import { readAvi } from './avi-header.ts';
import { readerBehind, readerFrom, type ByteReader } from './byte-reader.ts';
import { readDocument } from './document.ts';
import { checkFilm } from './film-structure.ts';
import type { FactsOfContent } from './image-facts.ts';
import { findImageReader } from './image-header.ts';
import { starts } from './signature.ts';
import { findMp3, soundFormat } from './sound-format.ts';
import { readWav } from './wav.ts';
import { readTracks } from './tracks.ts';

const headBytes = 64 * 1024;
const quickTimeFront = Buffer.from('\0\0\0\x14ftypqt  \0\0\0\0qt  ', 'latin1');
// Four tabs, as a number.
const shortestText = 0x0909_0909;
// What services take ends at 200 MB. Beyond these, even to look at a file whole takes minutes.
const maxImageBytes = 256 * 1024 * 1024;
const maxFileBytes = 4 * 1024 * 1024 * 1024;
// Lengths of sounds are read frame by frame; what is larger fits no service anyway.
const maxSoundBytes = 64 * 1024 * 1024;
const soundBrands = /^M4[AB] $/u;
// Pictures in the same container as films.
const pictureBrands = /^(?:avif|avis|heic|heix|mif1|msf1)$/u;

/**
 * What a file is, by its content.
 * @param name tells kinds apart that share a container, and is named in errors
 * @throws UsageError when it is empty, larger than anybody takes, or a picture, a film or a sound that cannot be read
 */
export async function readFacts(reader: ByteReader, name: string): Promise<MediaFacts> {
  if (reader.size === 0)
    throw new UsageError(`${name} is empty`, { hint: 'give a file that holds something' });
  if (reader.size > maxFileBytes) {
    throw new UsageError(`${name} has more than 4 GB, which no service takes`, {
      hint: 'compress or shorten it',
    });
  }
  try {
    return { ...(await readContent(reader, name)), bytes: reader.size };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const { kind, remedy } = await describeKind(reader);
    throw new UsageError(`${name} cannot be read as ${kind}: ${reason}`, {
      hint: `copy or download it again; ${remedy}`,
      cause: error,
    });
  }
}

async function readContent(reader: ByteReader, name: string): Promise<FactsOfContent> {
  const head = await reader.read(0, headBytes);
  const readImage = findImageReader(head);
  if (readImage !== undefined) {
    if (reader.size <= maxImageBytes) return readImage(head, reader);
    throw new UsageError(`${name} is an image of more than 256 MB, which no service takes`, {
      hint: 'save it as a smaller JPEG',
    });
  }
  if (isFilm(head)) return readFilm(head, reader);
  if (isAvi(head)) return readAvi(head, reader);
  if (starts(head, '\x1a\x45\xdf\xa3')) return { kind: 'video', format: 'mkv' };
  const sound = await soundFormat(head, reader);
  if (sound === 'wav') {
    const wav = await readWav(head, reader);
    return withNotes(await readSound(wav.sound, 'wav'), wav.notes);
  }
  if (sound === 'mp3') return readSound(reader, 'mp3');
  if (sound !== undefined) return { kind: 'audio', format: sound };
  const document = await readDocument(head, reader, name);
  if (document !== undefined) return document;
  const start = await findMp3(head, reader);
  if (start === undefined) return { kind: 'unknown', format: 'unknown' };
  const note = `begins with ${start} bytes that are no sound, which are passed over`;
  return withNotes(await readSound(readerFrom(start, reader), 'mp3'), [note]);
}

function readSound(reader: ByteReader, format: 'wav' | 'mp3'): Promise<FactsOfContent> | FactsOfContent {
  return reader.size <= maxSoundBytes ? readTracks(reader, format) : { kind: 'audio', format };
}

function withNotes(facts: FactsOfContent, notes: readonly string[]): FactsOfContent {
  return notes.length === 0 ? facts : { ...facts, notes: [...notes] };
}

async function readFilm(head: Buffer, reader: ByteReader): Promise<FactsOfContent> {
  if (!starts(head, 'ftyp', 4)) return readOldFilm(reader);
  const brand = head.toString('latin1', 8, 12);
  if (pictureBrands.test(brand)) return { kind: 'image', format: brand.startsWith('avi') ? 'avif' : 'heic' };
  const film = await checkFilm(reader);
  const facts = await readTracks(film, brand === 'qt  ' ? 'mov' : 'mp4');
  if (soundBrands.test(brand) && facts.kind === 'video') return { kind: 'audio', format: 'm4a' };
  const behind = reader.size - film.size;
  return withNotes(
    facts,
    behind === 0 ? [] : [`has ${behind} bytes behind its end, which players pass over`],
  );
}

/** mediabunny wants an `ftyp`. One in front moves all else, which harms nobody who reads the index alone. */
async function readOldFilm(reader: ByteReader): Promise<FactsOfContent> {
  const film = await checkFilm(reader, true);
  return readTracks(readerBehind(quickTimeFront, film), 'mov');
}

function isFilm(head: Buffer): boolean {
  const type = head.toString('latin1', 4, 8);
  const length = head.length >= 8 ? head.readUInt32BE(0) : 0;
  return (
    ['ftyp', 'moov', 'mdat'].includes(type) ||
    // Words, too: in a text, what stands in front is no such length.
    (['wide', 'free', 'skip'].includes(type) && length >= 8 && length < shortestText)
  );
}

function isAvi(head: Buffer): boolean {
  return starts(head, 'RIFF') && starts(head, 'AVI ', 8);
}

/** What it would have been, and how to save that anew. */
async function describeKind(reader: ByteReader): Promise<{ kind: string; remedy: string }> {
  const head = await reader.read(0, 32);
  if (findImageReader(head) !== undefined) {
    return { kind: 'an image', remedy: 'if it opens elsewhere, save it anew as PNG' };
  }
  const kind = isFilm(head) || isAvi(head) ? 'a video' : 'a sound file';
  return { kind, remedy: 'if it plays elsewhere, save it anew: ffmpeg -i in out' };
}
