import type { Input, InputFailure, InputKind } from './input.ts';
import { Refused } from './reply.ts';

// Reading the fields of a request's `input`: a missing or mistyped one is refused at submit.

/** `input` or `parameters` as they came. */
export type Fields = Record<string, unknown>;

/** Told by the ending of the address, since nothing else says what a reference is. */
export function looksLikeVideo(url: string): boolean {
  return /\.(?:mp4|mov)(?:[?#]|$)/iu.test(url.slice(0, 4000));
}

/** A list, or an empty one for anything else. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value of a field; undefined where it is absent or null, which is what SDKs send for "not given". */
export function given(fields: Fields, name: string): unknown {
  return (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? undefined;
}

/** @throws {Refused} InvalidParameter when it is not a text */
export function text(fields: Fields, name: string): string | undefined {
  const found = given(fields, name);
  if (found === undefined || found === '') return undefined;
  if (typeof found !== 'string') throw new Refused(400, 'InvalidParameter', `input.${name} must be a string`);
  return found;
}

/** @throws {Refused} InvalidParameter when it is missing */
export function requireText(fields: Fields, name: string): string {
  const found = text(fields, name);
  if (found === undefined) throw fieldRequired(name);
  return found;
}

/** @throws {Refused} InvalidParameter when it is not a list of texts, or empty */
export function textList(fields: Fields, name: string): string[] {
  const list = listOf(fields[name]);
  if (list.length === 0 || !list.every((item) => typeof item === 'string')) {
    throw new Refused(400, 'InvalidParameter', `input.${name} must be a list of URLs`);
  }
  return list;
}

/** The file of a field that must be there. @throws {Refused} InvalidParameter */
export function required(fields: Fields, name: string, kind: InputKind): Input {
  return { field: `input.${name}`, kind, url: requireText(fields, name) };
}

/** The file of a field, or none. @throws {Refused} InvalidParameter when it is not a text */
export function optional(fields: Fields, name: string, kind: InputKind): Input[] {
  const url = text(fields, name);
  return url === undefined ? [] : [{ field: `input.${name}`, kind, url }];
}

/** The words that clients know for a missing field. */
export function fieldRequired(name: string): Refused {
  return new Refused(400, 'InvalidParameter', `Field required: input.${name}`);
}

/** The refusal of a parameter's value. */
export function refusedParameter(name: string, legal: string): Refused {
  return new Refused(400, 'InvalidParameter', `parameters.${name} is not valid: it must be ${legal}`);
}

/** Why a task will fail on its parameters. */
export function invalid(message: string): InputFailure {
  return { code: 'InvalidParameter', message };
}
