import type { MediaRole } from './media-rule.ts';
import type { Region } from './region.ts';
import { isProblem, type Problem } from './problem.ts';

// Fields that few models have (vace's, animate's, ...): each is a row of data, read and checked alike.

/** What a field takes, and how it is written. */
export type ExtraRule = (
  | { kind: 'choice'; values: readonly string[] }
  /** A list of them, one for each file of a role, one of the values at most once: `obj,bg`. */
  | { kind: 'choices'; values: readonly string[]; per: MediaRole; once?: string }
  | { kind: 'number' | 'integer'; min: number; max: number }
  | { kind: 'boolean' }
  /** Not checked: the service's list is not public. */
  | { kind: 'text' }
) & {
  /** What the service takes where nothing is said. */
  default?: string | number | boolean;
  /** Sent also where nobody asked: the service has no default. */
  isAlwaysSent?: true;
  required?: true;
  /** Needed as soon as there is a file of this role. */
  requiredWith?: MediaRole;
  /** Read only while another field has this value; ignored otherwise. */
  onlyWith?: { name: string; value: string };
  /** It counts the frames of this input, whose number is its upper limit. */
  countsFramesOf?: MediaRole;
  /** With it the service does not read the prompt. */
  replacesPrompt?: true;
  /** In `input`; else among the parameters. */
  place?: 'input';
  /** The name on the wire where the flag's is another, and what is put before the value. */
  wire?: { name: string; prefix?: string };
  /** Where it works; absent for everywhere. */
  regions?: readonly Region[];
};

export type ExtraValue = string | number | boolean | readonly string[];
export type Extras = Readonly<Record<string, ExtraValue>>;

/** The flag of a field: `--control-condition`. */
export function extraFlag(name: string): string {
  return `--${name.replaceAll('_', '-')}`;
}

/** The value that was typed for a field, or why it is none. */
export function readExtra(name: string, typed: string | boolean, rule: ExtraRule): ExtraValue | Problem {
  const flag = extraFlag(name);
  const wrong = (legal: string, nearest: string): Problem => ({
    message: `${flag} ${String(typed)} is not offered (${legal})`,
    hint: `the nearest is ${flag} ${nearest}`,
  });
  switch (rule.kind) {
    case 'boolean':
      return typed === true || typed === false ? typed : wrong('yes or no', 'alone, or with no- before it');
    case 'text': {
      const text = String(typed).trim();
      return text === '' ? { message: `${flag} is empty`, hint: 'leave it out' } : text;
    }
    case 'choice': {
      const value = findChoice(String(typed), rule.values);
      return value ?? wrong(rule.values.join(', '), likeliest(String(typed), rule.values));
    }
    case 'choices': {
      const list = String(typed)
        .split(/[\s,]+/u)
        .filter((part) => part !== '');
      const values = list.map((part) => findChoice(part, rule.values));
      const bad = list.find((_part, index) => values[index] === undefined);
      if (list.length === 0 || bad !== undefined) {
        return wrong(`${rule.values.join(', ')}, with commas`, rule.values.join(','));
      }
      return values.filter((value) => value !== undefined);
    }
    case 'number':
    case 'integer':
      return readNumber(String(typed), rule, wrong);
  }
}

function readNumber(
  typed: string,
  { kind, min, max }: { kind: 'number' | 'integer'; min: number; max: number },
  wrong: (legal: string, nearest: string) => Problem,
): number | Problem {
  const value = /^\s*-?\d+(?:\.\d+)?(?:e-?\d+)?\s*$/iu.test(typed) ? Number(typed) : Number.NaN;
  const isWhole = kind === 'number' || Number.isInteger(value);
  if (isWhole && value >= min && value <= max) return value;
  const isCountable = Number.isFinite(value) || Number.isFinite(max);
  const bound = Number.isNaN(value) || !isCountable ? min : Math.min(max, Math.max(min, value));
  return wrong(
    `${max === Infinity ? `${min} or more` : `${min}–${max}`}${kind === 'integer' ? ', whole' : ''}`,
    String(kind === 'integer' ? Math.round(bound) : bound),
  );
}

/** Case and dashes are forgiven. */
function findChoice(typed: string, values: readonly string[]): string | undefined {
  const plain = (text: string) => text.trim().toLowerCase().replaceAll('-', '_');
  return values.find((value) => plain(value) === plain(typed));
}

/** The value that shares the longest beginning with what was typed. */
function likeliest(typed: string, values: readonly string[]): string {
  const shared = (value: string) => {
    const at = Array.from(value).findIndex((letter, index) => letter !== typed.toLowerCase()[index]);
    return at === -1 ? value.length : at;
  };
  return (
    values.toSorted((a, b) => shared(b) - shared(a) || (shared(a) > 0 ? a.length - b.length : 0))[0] ?? ''
  );
}

/**
 * The fields that were asked for, read by the model's rules, with those it must always be told.
 * @param region undefined where it is not known: then nothing is held against a field
 */
export function readExtras(
  typed: Readonly<Record<string, string | boolean>>,
  rules: Readonly<Record<string, ExtraRule>>,
  modelId: string,
  region: Region | undefined,
): Extras | Problem {
  const found: Record<string, ExtraValue> = {};
  for (const [name, text] of Object.entries(typed)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    const isElsewhere = region !== undefined && rule?.regions !== undefined && !rule.regions.includes(region);
    if (rule === undefined || isElsewhere) {
      const where = isElsewhere ? ` in ${region}` : '';
      return {
        message: `${modelId} does not take ${extraFlag(name)}${where}`,
        hint: isElsewhere ? `it works in ${rule?.regions?.join(', ')}` : 'leave it out',
        isMissingFeature: true,
      };
    }
    const value = readExtra(name, text, rule);
    if (isProblem(value)) return value;
    found[name] = value;
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (found[name] !== undefined) continue;
    if (rule.required === true) {
      const values = 'values' in rule ? rule.values.join(' | ') : '…';
      return { message: `${modelId} needs ${extraFlag(name)}`, hint: `${extraFlag(name)} ${values}` };
    }
    if (rule.isAlwaysSent === true && rule.default !== undefined) found[name] = rule.default;
  }
  return found;
}

/** The same for a model nobody knows: values in the type that a like model's field has, and nothing refused. */
export function assumeExtras(
  typed: Readonly<Record<string, string | boolean>>,
  rules: Readonly<Record<string, ExtraRule>>,
): Extras {
  const found: Record<string, ExtraValue> = {};
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.isAlwaysSent === true && rule.default !== undefined) found[name] = rule.default;
  }
  for (const [name, text] of Object.entries(typed)) {
    const value = Object.hasOwn(rules, name) ? readExtra(name, text, rules[name] ?? { kind: 'text' }) : text;
    found[name] = isProblem(value) ? text : value;
  }
  return found;
}

/** What each field is on the wire, apart by where it stands. */
export function placeExtras(
  extras: Extras | undefined,
  rules: Readonly<Record<string, ExtraRule>> | undefined,
): { input: Record<string, unknown>; parameters: Record<string, unknown> } {
  const placed = { input: {} as Record<string, unknown>, parameters: {} as Record<string, unknown> };
  for (const [name, value] of Object.entries(extras ?? {})) {
    const rule = rules?.[name];
    const wireName = rule?.wire?.name ?? name;
    placed[rule?.place ?? 'parameters'][wireName] =
      rule?.wire?.prefix === undefined ? value : `${rule.wire.prefix}${String(value)}`;
  }
  return placed;
}
