import type { Dimensions } from '../core/geometry.ts';
import { readFilm } from './film-facts.ts';
import { checkClip, checkDocument, checkPicture, checkSound, failed } from './input-checks.ts';
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
  /** A web page: any name will do. */
  isPage?: boolean;
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
