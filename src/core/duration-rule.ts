import type { MediaRole } from './media-rule.ts';

/** Lengths that can be asked for. */
export type ChosenDuration = {
  default: number;
  /** A value besides the others: the model chooses (-1), or the length of the input is kept (0). */
  special?: { value: number; means: 'the model chooses' | 'as long as the input' };
  /** A lower limit once an input of this role is there. */
  maxWith?: { role: MediaRole; max: number };
  /** The most that input clips and result may have together. */
  maxWithInput?: number;
  /** What is asked for includes the clip that is continued. */
  includesInput?: true;
} & ({ kind: 'range'; min: number; max: number } | { kind: 'list'; values: readonly number[] });

/** How many seconds of video a model makes. */
export type DurationRule =
  | ChosenDuration
  /** As long as an input of this role, up to `max` seconds; there is nothing to ask for. */
  | { kind: 'input'; role: MediaRole; max?: number };

/** Whether a model makes sound: always, never, or as asked (with its default). */
export type AudioRule = { kind: 'always' } | { kind: 'never' } | { kind: 'optional'; default: boolean };

/** Every value a rule allows, in words: `2–15 s`, `5 or 10 s`. */
export function describeDurations(rule: DurationRule): string {
  if (rule.kind === 'input') {
    return `as long as the input${rule.max === undefined ? '' : `, at most ${rule.max} s`}`;
  }
  const plain =
    rule.kind === 'range'
      ? `${rule.min}–${rule.max} s`
      : `${rule.values.length === 1 ? '' : `${rule.values.slice(0, -1).join(', ')} or `}${rule.values.at(-1)} s`;
  return rule.special === undefined ? plain : `${plain}, or ${rule.special.value} (${rule.special.means})`;
}

export function allowsDuration(rule: DurationRule, seconds: number): boolean {
  if (rule.kind === 'input' || !Number.isInteger(seconds)) return false;
  if (seconds === rule.special?.value) return true;
  return rule.kind === 'range' ? seconds >= rule.min && seconds <= rule.max : rule.values.includes(seconds);
}

/** The legal duration nearest to the one asked for; the shorter of two equally near. */
export function nearestDuration(rule: ChosenDuration, seconds: number): number {
  if (rule.kind === 'range') return Math.min(rule.max, Math.max(rule.min, Math.round(seconds)));
  return (
    rule.values.toSorted((a, b) => Math.abs(a - seconds) - Math.abs(b - seconds) || a - b)[0] ?? rule.default
  );
}

/** The only length that a model makes, where there is no choice. */
export function onlyDuration(rule: DurationRule): number | undefined {
  const isSingle = rule.kind === 'list' && rule.values.length === 1 && rule.special === undefined;
  return isSingle ? rule.values[0] : undefined;
}

/** The longest result that a rule allows, in seconds; undefined where that is the input's. */
export function longestDuration(rule: DurationRule): number | undefined {
  if (rule.kind === 'input') return rule.max;
  return rule.kind === 'range' ? rule.max : Math.max(...rule.values);
}
