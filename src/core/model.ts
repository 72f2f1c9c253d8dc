import type { Geometry } from './geometry.ts';
import type { Mode } from './mode.ts';

export const providerIds = ['dashscope', 'acedata'] as const;
export type ProviderId = (typeof providerIds)[number];

/** Regions of Alibaba Model Studio, by the name people use. Other providers have none. */
export const regionIds = ['beijing', 'singapore', 'virginia', 'frankfurt', 'hongkong', 'tokyo'] as const;
export type Region = (typeof regionIds)[number];

/** What an input file is for. The names are those of the newest request shape (wan2.7, wan3.0). */
export const mediaRoles = [
  'first_frame',
  'last_frame',
  'reference_image',
  'reference_video',
  'reference_audio',
] as const;
export type MediaRole = (typeof mediaRoles)[number];

/** How many seconds of video a model makes. */
export type DurationRule = { default: number } & (
  | { kind: 'range'; min: number; max: number }
  | { kind: 'list'; values: readonly number[] }
) & {
    /** A value besides those that lets the model choose (wan3.0: -1). */
    smart?: number;
  };

/** Whether a model makes sound: always, never, or as asked (with its default). */
export type AudioRule = { kind: 'always' } | { kind: 'never' } | { kind: 'optional'; default: boolean };

/** Which inputs a mode needs and takes. */
export type MediaRule = {
  roles: Partial<Record<MediaRole, { min?: number; max: number }>>;
  /** Bounds on all inputs together. */
  total?: { min: number; max: number };
};

/** A row of the catalogue: everything the program knows of one model at one provider. */
export type Model = {
  id: string;
  provider: ProviderId;
  modes: readonly Mode[];
  /** Which request shape it speaks; a key of its provider's dialects. */
  dialect: string;
  /** Where it is offered; absent where the provider has no regions. */
  regions?: readonly Region[];
  /** Characters; longer prompts are cut silently, and billed. */
  promptMax: number;
  /** `or-media`: a prompt, an input, or both. */
  promptRequired: 'yes' | 'no' | 'or-media';
  /** Characters; absent where the model takes none. */
  negativePromptMax?: number;
  geometry: Geometry;
  duration: DurationRule;
  audio: AudioRule;
  /** Takes a sound track by URL. */
  audioUrl?: boolean;
  shotType?: boolean;
  promptExtend?: boolean;
  watermark?: boolean;
  seed?: { min: number; max: number };
  /** The service calls a URL when the task is done. */
  callback?: boolean;
  media?: MediaRule;
  /** How prompts name the references: `character1`, or `Image 1` and `Video 1`. */
  referenceNames?: 'characterN' | 'Image N';
  /** Hours until the link to the result expires; null where it does not, or nobody knows. */
  linkHours: number | null;
  /** How long a task usually takes, in minutes: an ordinary one, and one of long 1080P multi-shot. */
  usualMinutes: { ordinary: readonly [number, number]; heavy?: readonly [number, number] };
  /** Where the row's facts come from, and when they were last checked. */
  source: string;
  checked: string;
  /** An id the catalogue does not know: nothing is checked, what was given is sent as it is. */
  unchecked?: boolean;
};

/** Every value a rule allows, in words: `2–15 s`, `5 or 10 s`. */
export function describeDurations(rule: DurationRule): string {
  const plain =
    rule.kind === 'range'
      ? `${rule.min}–${rule.max} s`
      : `${rule.values.length === 1 ? '' : `${rule.values.slice(0, -1).join(', ')} or `}${rule.values.at(-1)} s`;
  return rule.smart === undefined ? plain : `${plain}, or ${rule.smart} (the model chooses)`;
}

export function allowsDuration(rule: DurationRule, seconds: number): boolean {
  if (seconds === rule.smart) return true;
  if (!Number.isInteger(seconds)) return false;
  return rule.kind === 'range' ? seconds >= rule.min && seconds <= rule.max : rule.values.includes(seconds);
}

/** The legal duration nearest to the one asked for; the shorter of two equally near. */
export function nearestDuration(rule: DurationRule, seconds: number): number {
  if (rule.kind === 'range') return Math.min(rule.max, Math.max(rule.min, Math.round(seconds)));
  return (
    rule.values.toSorted((a, b) => Math.abs(a - seconds) - Math.abs(b - seconds) || a - b)[0] ?? rule.default
  );
}
