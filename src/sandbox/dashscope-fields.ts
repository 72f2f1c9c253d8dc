import type { Input, InputFailure, InputKind } from './inputs.ts';
import { Refused } from './reply.ts';

// Reading the fields of a request's `input`: a missing or mistyped one is refused at submit.

export type Fields = Record<string, unknown>;

export function looksLikeVideo(url: string): boolean {
  return /\.(?:mp4|mov)(?:[?#]|$)/iu.test(url.slice(0, 4000));
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Null is what SDKs send for "not given". */
export function text(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new Refused(400, 'InvalidParameter', `input.${name} must be a string`);
  return value;
}

export function requireText(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (value === undefined) throw fieldRequired(name);
  return value;
}

export function textList(fields: Fields, name: string): string[] {
  const list = listOf(fields[name]);
  if (list.length === 0 || !list.every((item) => typeof item === 'string')) {
    throw new Refused(400, 'InvalidParameter', `input.${name} must be a list of URLs`);
  }
  return list;
}

export function required(fields: Fields, name: string, kind: InputKind): Input {
  return { field: `input.${name}`, kind, url: requireText(fields, name) };
}

export function optional(fields: Fields, name: string, kind: InputKind): Input[] {
  const url = text(fields, name);
  return url === undefined ? [] : [{ field: `input.${name}`, kind, url }];
}

export function fieldRequired(name: string): Refused {
  return new Refused(400, 'InvalidParameter', `Field required: input.${name}`);
}

export function invalid(message: string): InputFailure {
  return { code: 'InvalidParameter', message };
}
