import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The tests run the program that users get, so it is built before the first of them, unless it is fresh. */
export function setup(): void {
  if (builtAt() > newest('src', 'package.json', 'vitest.config.ts')) return;
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function builtAt(): number {
  return statSync('dist/wan.js', { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newest(...places: string[]): number {
  return Math.max(
    ...places.map((place) => {
      const found = statSync(place);
      if (!found.isDirectory()) return found.mtimeMs;
      return newest(...readdirSync(place).map((name) => join(place, name)));
    }),
  );
}
