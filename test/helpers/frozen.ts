import { readdir, readFile, utimes } from 'node:fs/promises';
import path from 'node:path';
import { expect, vi } from 'vitest';
import type { Place } from './run-wan.ts';

/** Flags for node, for a run that believes to be on another machine with the same disk. */
export const elsewhere = ['--import', new URL('preload/elsewhere.mjs', import.meta.url).href] as const;

/**
 * Makes a stopped process look as if it had been stopped for two minutes: whoever runs elsewhere takes over what it
 * holds. @param pid of a process that SIGSTOP was sent to
 */
export async function letBeTakenOver(pid: number, { stateDirectory }: Place): Promise<void> {
  await vi.waitFor(async () => expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) T /u), {
    timeout: 20_000,
    interval: 10,
  });
  const directory = path.join(stateDirectory, 'locks');
  const claims = (await readdir(directory)).filter((name) => name.endsWith('.claim'));
  const past = new Date(Date.now() - 120_000);
  await Promise.all(claims.map((name) => utimes(path.join(directory, name), past, past)));
}
