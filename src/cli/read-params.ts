import { UsageError } from '../core/errors.ts';
import { shorten } from '../core/plain-text.ts';
import type { Override } from '../core/request.ts';

// Keys that are no fields of any service, and would reach into the language itself.
const forbidden = new Set(['__proto__', 'prototype', 'constructor']);

/**
 * `--param path=value`: the value is JSON where it parses, else a text.
 * @throws {UsageError} for a pair without a path, and for names that no body may have
 */
export function readParams(typed: readonly string[]): Override[] {
  return typed.map((pair) => {
    const at = pair.indexOf('=');
    const path = pair.slice(0, Math.max(0, at)).trim();
    const parts = path.split('.');
    if (at < 1 || parts.some((part) => !/^[\w-]{1,64}$/u.test(part))) {
      throw new UsageError(`--param ${shorten(pair, 60)} is not path=value`, {
        hint: '--param parameters.style=3d',
      });
    }
    const bad = parts.find((part) => forbidden.has(part));
    if (bad !== undefined) {
      throw new UsageError(`--param ${path}: ${bad} is no field of a request`, { hint: 'leave it out' });
    }
    return { path, value: readValue(path, pair.slice(at + 1)) };
  });
}

/** Deeper and longer than anything a service reads, and safe to walk. */
const maxDepth = 20;
const maxCharacters = 1_000_000;

function readValue(path: string, text: string): unknown {
  const refuse = (why: string) =>
    new UsageError(`--param ${path}: ${why}`, { hint: '--param parameters.style=3d' });
  if (text.length > maxCharacters) throw refuse('its value is far too long');
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[{\]}]/gu)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > maxDepth) throw refuse(`its value is nested deeper than ${maxDepth}`);
  }
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (forbidden.has(key)) throw refuse(`${key} is no field of a request`);
      if (typeof value === 'number' && !Number.isFinite(value)) throw refuse('its number is too large');
      return value;
    }) as unknown;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return text;
  }
}
