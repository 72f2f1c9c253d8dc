import { UsageError } from '../core/errors.ts';
import { asObject } from '../core/untrusted.ts';
import type { Override } from '../core/request.ts';

// `--param path=value` sets a field of the body, whatever the flags and the dialect made of it.

/** The path as the body knows it: a bare key goes where the service keeps its parameters. */
export function pathOf({ path }: Pick<Override, 'path'>, root: string): string[] {
  const parts = path.split('.');
  return parts.length === 1 && root !== '' ? [root, ...parts] : parts;
}

/**
 * A copy of the body with the fields set. Objects that are missing on the way are made; nothing that the flags have put
 * there is taken for one.
 * @throws {UsageError} for a path through a value that has no fields, or past the end of a list
 */
export function withOverrides(
  body: Record<string, unknown>,
  overrides: readonly Override[] | undefined,
  root: string,
): Record<string, unknown> {
  return (overrides ?? []).reduce((changed, override) => {
    const put = (target: unknown, [key, ...rest]: readonly string[]): unknown => {
      if (key === undefined) return override.value;
      if (Array.isArray(target)) {
        if (!/^\d{1,3}$/u.test(key) || Number(key) > target.length) throw lost(override, target.length);
        return target.toSpliced(Number(key), 1, put(target[Number(key)], rest));
      }
      const object = asObject(target);
      if (target !== undefined && object === undefined) throw lost(override, undefined);
      const inner = object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
      return { ...object, [key]: put(inner, rest) };
    };
    return put(changed, pathOf(override, root)) as Record<string, unknown>;
  }, body);
}

function lost({ path }: Override, length: number | undefined): UsageError {
  return length === undefined
    ? new UsageError(`--param ${path} goes through a value that has no fields`, {
        hint: 'name the whole field: --param input.prompt=…',
      })
    : new UsageError(`--param ${path}: the list has ${length} items`, {
        hint: `count from 0: the last is ${Math.max(0, length - 1)}, and ${length} adds one`,
      });
}
