import type { Dimensions } from '../core/geometry.ts';
import type { FilmFacts } from './film.ts';
import { readImageHeader } from './image-dimensions.ts';
import type { FoundInput, Input, InputFailure } from './input.ts';
import type { ClipLimits, PictureLimits, SoundLimits } from './media-limits.ts';

// What a file is against what a model takes. Codes are the documents' (error list of Model Studio, 2026-05).

/** A file of "10 s" may be a frame longer. Seconds, and frames a second. */
const tolerance = 0.05;

const documentEndings: ReadonlySet<string> = new Set(
  'docx doc xlsx xls pptx ppt pdf txt key pages numbers md'.split(' '),
);

/** A picture, by its header. */
export function checkPicture(input: Input, head: Buffer, limits: PictureLimits): FoundInput {
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

/** A clip, by what was read of it; undefined: it could not be read. */
export function checkClip(input: Input, film: FilmFacts | undefined, limits: ClipLimits): FoundInput {
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

/** A sound, likewise. */
export function checkSound(input: Input, film: FilmFacts | undefined, limits: SoundLimits): FoundInput {
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

/** Why a task fails on a file. */
export function failed(input: Input, code: string, message: string): { failure: InputFailure } {
  return { failure: { code, message: `${input.field}: ${message}` } };
}

/** A document, by its name; a page may have any. */
export function checkDocument(input: Input): FoundInput {
  const ending = /\.(\w+)(?:[?#]|$)/u.exec(input.url)?.[1]?.toLowerCase() ?? '';
  return input.isPage === true || documentEndings.has(ending)
    ? { kind: 'file' }
    : failed(input, 'InvalidFile.Format', `the document must be one of ${[...documentEndings].join(', ')}.`);
}
