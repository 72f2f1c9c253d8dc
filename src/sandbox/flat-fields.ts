import { Refused } from './reply.ts';

// Reading one field of a flat body: null counts as absent, a wrong type or value is a bad request.

/** A body as it came. */
export type Fields = Record<string, unknown>;

/** The value of a field; undefined where it is absent or null. */
export function given(fields: Fields, name: string): unknown {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value ?? undefined;
}

/** @throws {Refused} bad_request when it is not a string */
export function text(fields: Fields, name: string): string | undefined {
  const value = given(fields, name);
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw bad(`${name} must be a string`);
  return value;
}

/** @throws {Refused} bad_request when it is not a boolean */
export function flag(fields: Fields, name: string): boolean | undefined {
  const value = given(fields, name);
  if (value === undefined || typeof value === 'boolean') return value;
  throw bad(`${name} must be a boolean`);
}

/** @throws {Refused} bad_request when it is not a legal whole number */
export function integer(
  fields: Fields,
  name: string,
  isLegal: (value: number) => boolean,
  legal: string,
): number | undefined {
  const value = given(fields, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || !isLegal(value))
    throw bad(`${name} must be an integer, ${legal}`);
  return value;
}

/** @param ignoresCase the vendor's own web client writes `720p` */
export function oneOf<T extends string>(
  fields: Fields,
  name: string,
  legal: readonly T[],
  ignoresCase: boolean,
): T | undefined {
  const value = text(fields, name);
  if (value === undefined) return undefined;
  const wanted = ignoresCase ? value.toUpperCase() : value;
  const found = legal.find((candidate) => candidate === wanted);
  if (found === undefined) throw bad(`${name} must be one of ${legal.join(', ')}`);
  return found;
}

/** The gateway’s refusal of a request. */
export function bad(message: string): Refused {
  return new Refused(400, 'bad_request', `${message}.`);
}
