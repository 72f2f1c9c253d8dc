import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import type { Place, WanRun } from '../helpers/run-wan.ts';

/** Lines of a stream that begin with a word. */
export function linesWith(text: string, start: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(start));
}

/** A failure as people are promised it: one error, one hint, no stack, nothing on stdout. */
export function expectRefusal(run: WanRun, exitCode: number, error: RegExp, hint: RegExp): void {
  expect(run.exitCode, run.stderr).toBe(exitCode);
  expect(linesWith(run.stderr, 'error:'), run.stderr).toEqual([expect.stringMatching(error)]);
  expect(linesWith(run.stderr, 'hint:'), run.stderr).toEqual([expect.stringMatching(hint)]);
  expect(run.stderr).not.toMatch(/^\s+at /mu);
  expect(run.stderr).not.toContain('wan has a fault');
  expect(run.stdout).toBe('');
}

/** Records on disk, by the folders `open` and `done`. */
export async function recordsOf(place: Place, folder: 'open' | 'done'): Promise<string[]> {
  const names = await readdir(path.join(place.stateDirectory, folder), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('.json'));
}
