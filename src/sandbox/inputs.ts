import type { Dimensions } from '../core/geometry.ts';
import { readFilm, type FilmFacts } from './film-facts.ts';
import { readImageHeader } from './image-dimensions.ts';
import { readInput, type InputBytes } from './input-bytes.ts';
import { anyClip, anySound, type ClipLimits, type PictureLimits, type SoundLimits } from './media-limits.ts';
import type { Signer } from './signer.ts';
import type { UploadStore } from './upload-store.ts';

/** What an input is, by the field that names it. */
export type InputKind = 'image' | 'video' | 'audio' | 'file';

/** A file that a request names. */
export type Input = {
  field: string;
  kind: InputKind;
  url: string;
  /** The field takes pictures and clips alike: `kind` is guessed from the name, and the content decides. */
  isEither?: boolean;
  /** Where a field has limits of its own. */
  clip?: ClipLimits;
};

/** Why a task fails on an input, in DashScope's words. */
export type InputFailure = { code: string; message: string };

/** What a model takes. */
export type MediaLimits = { image: PictureLimits; clip?: ClipLimits; speech?: SoundLimits };

/** What was found. An address elsewhere is taken on trust: the sandbox fetches from this machine only. */
export type FoundInput = { kind: InputKind; size?: Dimensions; seconds?: number } | { failure: InputFailure };

/** Who asks for which model, and where uploads are. */
export type InputContext = {
  uploads: UploadStore;
  signer: Signer;
  account: string;
  model: string;
  now: number;
  /** Whether `oss://` addresses are understood. */
  takesUploads: boolean;
  /** Whether base64 is. */
  takesInline: boolean;
};

/** Documents and pages (wan3.0): the size alone is looked at. */
const maxDocumentBytes = 100 * 1024 * 1024;

/** A file of "10 s" may be a frame longer. Seconds, and frames a second. */
const tolerance = 0.05;

/** Looks at an input as far as the sandbox can. Never throws. */
export async function inspectInput(
  input: Input,
  limits: MediaLimits,
  context: InputContext,
): Promise<FoundInput> {
  const clip = input.clip ?? limits.clip ?? anyClip;
  const speech = limits.speech ?? anySound;
  const maxBytes = {
    image: limits.image.maxBytes,
    video: clip.maxBytes,
    audio: speech.maxBytes,
    file: maxDocumentBytes,
  };
  const bytes = await readInput(input, context, Math.min(maxBytes[input.kind], loopbackBytes));
  if (bytes === 'elsewhere') return { kind: input.kind };
  if ('failure' in bytes) return bytes;
  const kind = input.isEither === true ? kindOf(bytes) : input.kind;
  if (bytes.sizeBytes > maxBytes[kind]) {
    return failed(
      input,
      'InvalidFile.Size',
      `the file exceeds ${Math.ceil(maxBytes[kind] / 1024 / 1024)} MB.`,
    );
  }
  if (kind === 'file') return { kind };
  if (kind === 'image') return inspectImage(input, bytes.head, limits.image);
  const film = bytes.content === undefined ? undefined : await readFilm(bytes.content, bytes.sizeBytes);
  return kind === 'video' ? inspectClip(input, film, clip) : inspectSound(input, film, speech);
}

/** More is not fetched from another server on this machine, whatever a model takes. */
const loopbackBytes = 256 * 1024 * 1024;

function kindOf({ head }: InputBytes): InputKind {
  return readImageHeader(head) === undefined ? 'video' : 'image';
}

function inspectImage(input: Input, head: Buffer, limits: PictureLimits): FoundInput {
  const header = readImageHeader(head);
  if (header === undefined || !limits.formats.includes(header.format)) {
    return failed(input, 'InvalidImageFormat', 'the image format is illegal and cannot be opened.');
  }
  if (header.hasAlpha === true && limits.refusesAlpha === true) {
    return failed(input, 'InvalidImageFormat', 'a PNG with an alpha channel is not supported.');
  }
  const { size } = header;
  if (size === undefined) return { kind: 'image' };
  if (isOutside(size, limits) || aspectOf(size) > limits.maxAspect) {
    return failed(
      input,
      'InvalidImageResolution',
      `${size.width}*${size.height} is not within ${limits.minSide} to ${limits.maxSide} pixels a side.`,
    );
  }
  return { kind: 'image', size };
}

function inspectClip(input: Input, film: FilmFacts | undefined, limits: ClipLimits): FoundInput {
  const formats: readonly string[] = limits.formats;
  if (film?.size === undefined || !formats.includes(film.format)) {
    return failed(input, 'InvalidFile.Format', `the video must be one of ${formats.join(', ')}.`);
  }
  const { size, rate = Infinity, seconds } = film;
  const { minSide = 0, maxSide = Infinity, maxAspect = Infinity, minRate = 0 } = limits;
  if (isOutside(size, { minSide, maxSide })) {
    const text = `${size.width}*${size.height} is not within ${minSide} to ${maxSide} pixels a side.`;
    return failed(input, 'InvalidFile.Resolution', text);
  }
  if (aspectOf(size) > maxAspect) {
    return failed(
      input,
      'InvalidFile.AspectRatio',
      `the aspect must be within 1:${maxAspect} and ${maxAspect}:1.`,
    );
  }
  if (rate < minRate - tolerance) {
    return failed(input, 'InvalidFile.FPS', `the video must have at least ${minRate} frames a second.`);
  }
  return checkLength(input, seconds, limits) ?? { kind: 'video', size, seconds };
}

function inspectSound(input: Input, film: FilmFacts | undefined, limits: SoundLimits): FoundInput {
  if (film === undefined || film.size !== undefined) {
    return failed(input, 'InvalidFile.Format', 'the audio must be wav or mp3.');
  }
  return checkLength(input, film.seconds, limits) ?? { kind: 'audio', seconds: film.seconds };
}

function checkLength(
  input: Input,
  seconds: number,
  { minSeconds = 0, maxSeconds = Infinity }: { minSeconds?: number; maxSeconds?: number },
): FoundInput | undefined {
  if (seconds >= minSeconds - tolerance && seconds <= maxSeconds + tolerance) return undefined;
  const text = `the file is ${seconds.toFixed(2)} s long, which is not within ${minSeconds} to ${maxSeconds} s.`;
  return failed(input, 'InvalidFile.Duration', text);
}

function isOutside({ width, height }: Dimensions, limits: { minSide: number; maxSide: number }): boolean {
  return Math.min(width, height) < limits.minSide || Math.max(width, height) > limits.maxSide;
}

function aspectOf({ width, height }: Dimensions): number {
  return Math.max(width, height) / Math.min(width, height);
}

function failed(input: Input, code: string, message: string): { failure: InputFailure } {
  return { failure: { code, message: `${input.field}: ${message}` } };
}
