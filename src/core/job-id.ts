// A job's id: 7 characters of seconds since 1970, then 5 random ones, in Crockford's base 32 (no I, L, O, U).

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const pattern = /^[0-9A-HJKMNP-TV-Z]{12}$/u;

/** A new id. `random` gives numbers in [0, 1). */
export function makeJobId(nowMs: number, random: () => number): string {
  const noise = Array.from({ length: 5 }, () => digit(Math.floor(random() * 32)));
  return `${timePart(nowMs)}${noise.join('')}`;
}

/** How ids begin that are made at a time: as texts they sort by it. */
export function timePart(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  return Array.from({ length: 7 }, (_, place) => digit(Math.floor(seconds / 32 ** (6 - place)) % 32)).join(
    '',
  );
}

/** The id a person typed, in its stored spelling, or undefined where it cannot be one. */
export function parseJobId(text: string): string | undefined {
  const id = spell(text);
  return pattern.test(id) ? id : undefined;
}

/** The same for the beginning or the end of an id, of four characters or more. */
export function parsePartOfJobId(text: string): string | undefined {
  const part = spell(text);
  return /^[0-9A-HJKMNP-TV-Z]{4,12}$/u.test(part) ? part : undefined;
}

/** When ids with this beginning were made: the first millisecond and the last one. */
export function spanOfPrefix(prefix: string): [fromMs: number, toMs: number] {
  const time = prefix.slice(0, 7);
  return [timeOfJobId(time.padEnd(7, '0')), timeOfJobId(time.padEnd(7, 'Z')) + 999];
}

function spell(text: string): string {
  return text.trim().toUpperCase().replace(/[IL]/gu, '1').replaceAll('O', '0');
}

/** When the id was made, in milliseconds since 1970, to the second. */
export function timeOfJobId(id: string): number {
  return (
    Array.from(id.slice(0, 7)).reduce((sum, character) => sum * 32 + alphabet.indexOf(character), 0) * 1000
  );
}

/** The UTC day of an id as path parts: where its finished record lies. */
export function dayOfJobId(id: string): [year: string, month: string, day: string] {
  return dayOf(timeOfJobId(id));
}

/** The UTC day of a time, likewise. */
export function dayOf(ms: number): [year: string, month: string, day: string] {
  const [year = '', month = '', day = ''] = new Date(ms).toISOString().slice(0, 10).split('-');
  return [year, month, day];
}

function digit(value: number): string {
  return alphabet[value] ?? '0';
}
