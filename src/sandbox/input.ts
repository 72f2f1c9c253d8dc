import type { Dimensions } from '../core/geometry.ts';
import type { ClipLimits, PictureLimits, SoundLimits } from './media-limits.ts';
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

/** A file of a request with what was found of it. */
export type Found = { input: Input; result: FoundInput };
