import type { AudioRule, DurationRule } from './duration-rule.ts';
import type { ExtraRule } from './extra.ts';
import type { Geometry } from './geometry.ts';
import type { MediaRule } from './media-rule.ts';
import type { Mode, VaceFunction } from './mode.ts';
import type { Region } from './region.ts';

export const providerIds = ['dashscope', 'acedata', 'sinancode'] as const;
export type ProviderId = (typeof providerIds)[number];

/** What a model takes and makes; a mode or a function of it may differ in some of these. */
export type Rules = {
  /** Which request shape it speaks; a key of its provider's dialects. */
  dialect: string;
  /** Characters; longer prompts are cut silently, and billed. */
  promptMax: number;
  /** `or-media`: a prompt, an input, or both. `never`: it reads none. */
  promptRequired: 'yes' | 'no' | 'or-media' | 'never';
  /** Characters; absent where the model takes none. */
  negativePromptMax?: number;
  geometry: Geometry;
  duration: DurationRule;
  audio: AudioRule;
  shotType?: boolean;
  /** `unlisted`: its page does not list it; it is passed on where it is asked for, and never sent by itself. */
  promptExtend?: boolean | 'unlisted';
  watermark?: boolean;
  seed?: { min: number; max: number };
  /** The service calls a URL when the task is done. */
  callback?: boolean;
  media?: MediaRule;
  /** Fields that few models have, by the service's name for them. */
  extras?: Readonly<Record<string, ExtraRule>>;
  /** How prompts name the references: `character1`, or `Image 1`, `Video 1` and `Audio 1`. */
  referenceNames?: 'characterN' | 'Image N';
  /**
   * Seconds that are paid for: those of the result; with those of input clips, whole or counted up to 5 s each.
   */
  billing: 'output' | 'output+input' | 'output+input5';
  /** How long a task usually takes, in minutes: an ordinary one, and one of long 1080P multi-shot. */
  usualMinutes: { ordinary: readonly [number, number]; heavy?: readonly [number, number] };
};

/** Where a mode or a function differs from what the model's row says of all. */
export type Variant = Partial<Rules>;

/** A row of the catalogue: everything the program knows of one model at one provider. */
export type Model = Rules & {
  id: string;
  provider: ProviderId;
  modes: Readonly<Partial<Record<Mode, Variant>>>;
  /** What vace does under each of its names. */
  functions?: Readonly<Record<VaceFunction, Variant>>;
  /** Where it is offered; absent where the provider has no regions. */
  regions?: readonly Region[];
  /** Dates behind the id (`wan2.7-t2v-2026-04-25`) that name a frozen version of it. */
  snapshots?: readonly string[];
  /** The service chooses the model itself unless one is named, and its documents advise to let it. */
  isImplied?: boolean;
  /** Hours until the link to the result expires; null where it does not, or nobody knows. */
  linkHours: number | null;
  /** Where the row's facts come from, and when they were last checked. */
  source: string;
  checked: string;
  /** An id the catalogue does not know: nothing is checked, what was given is sent as it is. */
  unchecked?: boolean;
};

export function modesOf(model: Model): Mode[] {
  return Object.keys(model.modes) as Mode[];
}

/** The row as it stands for one mode, and for one function where the mode has several. */
export function rulesFor(model: Model, mode: Mode, vaceFunction?: VaceFunction): Model {
  const ofFunction = vaceFunction === undefined ? undefined : model.functions?.[vaceFunction];
  return { ...model, ...model.modes[mode], ...ofFunction };
}
