import { readFilm } from './film-facts.ts';
import { checkClip, checkDocument, checkPicture, checkSound, failed } from './input-checks.ts';
import { readImageHeader } from './image-dimensions.ts';
import type { FoundInput, Input, InputContext, InputKind, MediaLimits } from './input.ts';
import { readInput, type InputBytes } from './input-bytes.ts';
import { anyClip, anySound } from './media-limits.ts';

/** Documents (wan3.0): size and name alone are looked at. */
const maxDocumentBytes = 100 * 1024 * 1024;

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
  if (kind === 'file') return checkDocument(input);
  if (kind === 'image') return checkPicture(input, bytes.head, limits.image);
  const film = bytes.content === undefined ? undefined : await readFilm(bytes.content, bytes.sizeBytes);
  return kind === 'video' ? checkClip(input, film, clip) : checkSound(input, film, speech);
}

/** More is not fetched from another server on this machine, whatever a model takes. */
const loopbackBytes = 256 * 1024 * 1024;

function kindOf({ head }: InputBytes): InputKind {
  return readImageHeader(head) === undefined ? 'video' : 'image';
}
