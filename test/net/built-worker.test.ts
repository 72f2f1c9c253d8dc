import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const dist = new URL('../../dist/', import.meta.url);

/** The files that a built one loads with it, itself included. */
async function loadedWith(name: string, known = new Set<string>()): Promise<Set<string>> {
  if (known.has(name)) return known;
  known.add(name);
  const text = await readFile(new URL(name, dist), 'utf8');
  for (const [, other = ''] of text.matchAll(/(?:import|from)\s*"\.\/([^"]+)"/gu)) {
    // oxlint-disable-next-line no-await-in-loop -- each knows of those before
    await loadedWith(other, known);
  }
  return known;
}

test('the built thread for checksums loads nothing of the network, and is loaded by nothing', async () => {
  const own = await loadedWith('digest-worker.js');
  expect([...own].filter((name) => !/^(?:digest|file-digest|rolldown)/u.test(name))).toEqual([]);
  const text = await readFile(new URL('digest-worker.js', dist), 'utf8');
  expect(text).toContain('workerData');
  for (const name of await loadedWith('wan.js')) expect(name).not.toBe('digest-worker.js');
});
