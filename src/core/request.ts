import type { Extras } from './extra.ts';
import type { Ratio, Resolution, Size } from './geometry.ts';
import type { LocalFile, MediaFacts } from './media-facts.ts';
import type { MediaRole } from './media-rule.ts';
import type { Mode, VaceFunction } from './mode.ts';

/** One input, as the request names it. */
export type MediaInput = {
  role: MediaRole;
  /** What the service reads: http(s), `oss://` or a data URL. For a local file `file://…`, until it is uploaded. */
  url: string;
  /** The local file behind it, as it was when it was looked at. */
  file?: LocalFile;
  /** What it is; known where its bytes were at hand. */
  facts?: MediaFacts;
};

/** A field of the body that the user sets by its path, whatever the flags say. */
export type Override = { path: string; value: unknown };

/** What is chosen here where nobody chose: a seed by lot, the whole of a clip that is continued. */
export const filledFields = ['seed', 'duration'] as const;
export type FilledField = (typeof filledFields)[number];

/**
 * What a person asked for, checked and provider-neutral: what a protocol turns into an HTTP call, and what a
 * job's record keeps. Only what was asked is set; a protocol adds what its service must always be told.
 */
export type GenerationRequest = {
  mode: Mode;
  model: string;
  /** The service chooses the model: its name is not sent. */
  omitsModel?: true;
  vaceFunction?: VaceFunction;
  prompt?: string;
  negativePrompt?: string;
  /** In the order in which prompts number them; a voice belongs to the reference before it. */
  media: MediaInput[];
  size?: Size;
  resolution?: Resolution;
  ratio?: Ratio;
  /** Seconds; -1 where the model may choose, 0 where the input's length is kept. */
  duration?: number;
  audio?: boolean;
  shotType?: 'single' | 'multi';
  promptExtend?: boolean;
  watermark?: boolean;
  seed?: number;
  callbackUrl?: string;
  /** Fields that few models have, by the service's name for them. */
  extras?: Extras;
  overrides?: readonly Override[];
  /** Fields that nobody asked for: the program chose their values, and chooses them anew another time. */
  filled?: readonly FilledField[];
};

/** The links of the inputs of a role. */
export function inputsOf(request: Pick<GenerationRequest, 'media'>, role: MediaRole): MediaInput[] {
  return request.media.filter((input) => input.role === role);
}

/** Whether the user sets a field by its path, or all that it stands among. */
export function isOverridden(
  { overrides = [] }: Pick<GenerationRequest, 'overrides'>,
  name: string,
): boolean {
  return overrides.some(({ path }) => path === 'parameters' || path.split('.').at(-1) === name);
}
