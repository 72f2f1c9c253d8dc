import { breakMarks, oneLine } from './plain-text.ts';

// Loose reading of what services send: a wrong type is the same as an absent field.

/** The object behind a value, or undefined. Arrays are not objects here. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** The value at a path of keys, or undefined as soon as one is missing. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((here, key) => {
    if (Array.isArray(here) && typeof key === 'number') return here[key];
    const object = asObject(here);
    return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
  }, value);
}

/** A non-empty text on one line, free of control characters and of CI runners' commands; numbers count as text. */
export function asText(value: unknown): string | undefined {
  const written = typeof value === 'string' || typeof value === 'number' ? oneLine(String(value)) : '';
  return written === '' ? undefined : breakMarks(written);
}

/** A finite number, also when written as text (`"720"`, `"5.04"`). */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** An http or https address, as programs write them: see `spellLink`. */
export function asLink(value: unknown): string | undefined {
  const link = typeof value === 'string' ? spellLink(value) : '';
  return /^https?:\/\/[^/?#]/iu.test(link) && URL.canParse(link) ? link : undefined;
}

const around = /^[\s\u200b-\u200d\u2060\ufeff]+|[\s\u200b-\u200d\u2060\ufeff]+$/gu;
// oxlint-disable-next-line no-control-regex -- an address that holds one is none: nobody can say what was meant
const controls = /[\u0000-\u001f\u007f-\u009f]/u;

/**
 * An address without what surrounds it, and with the letters percent-encoded that none can hold: programs put file
 * names into links as they are. The rest stays byte for byte, because a signed link breaks when it is rebuilt. Empty
 * for a text with control characters in it.
 */
export function spellLink(written: string): string {
  const text = written.replaceAll(around, '');
  if (controls.test(text)) return '';
  const [, , quoted, angled] = /^(["'`])(.*)\1$|^<(.*)>$/su.exec(text) ?? [];
  const bare = (quoted ?? angled ?? text).trim();
  return bare.replaceAll(/[^\x21-\x7e]|["<>]/gu, (letter) =>
    Array.from(
      new TextEncoder().encode(letter),
      (byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`,
    ).join(''),
  );
}

/**
 * A task id: printable, without white space, and short enough to be one. It stands alone on a line and in paths, so
 * it begins like a word: not like a flag, `..`, or a CI runner's `::` and `##`.
 */
export function asTaskId(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w[\x21-\x7e]{0,199}$/u.test(value) ? value : undefined;
}
