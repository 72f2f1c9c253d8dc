import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import type { Place, WanRun } from '../helpers/run-wan.ts';

/** A key with every character that changes when it is encoded for a URL. */
export const awkwardKey = 'sk-Aw/k+ward=Key&0123456789?';

/** The spellings in which a key could slip out. */
function spellings(key: string): string[] {
  return [
    key,
    encodeURIComponent(key),
    encodeURIComponent(key).replaceAll(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase()),
    JSON.stringify(key).slice(1, -1),
    Buffer.from(key).toString('base64'),
  ];
}

/** The key is in nothing that was written: not on a stream, and in no file that the run left. */
export async function expectNoKey(run: WanRun, key: string): Promise<void> {
  const files = await readTree(run.place);
  const texts = [['stdout', run.stdout], ['stderr', run.stderr], ...files] as const;
  for (const spelling of spellings(key)) {
    for (const [name, text] of texts)
      expect(text.includes(spelling), `${name} holds ${spelling}`).toBe(false);
  }
}

/** What the run left in its working, state and configuration directories, as one byte is one character. */
async function readTree({ root }: Place): Promise<(readonly [string, string])[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const));
}
