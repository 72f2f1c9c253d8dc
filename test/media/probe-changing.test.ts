import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pngFile } from './probe-files.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wan-probe-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function put(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, bytes);
  return path;
}

describe('a file that changes while it is read', () => {
  afterEach(() => {
    vi.doUnmock('../../src/media/read-facts.ts');
    vi.resetModules();
  });

  /** Runs a change between the look at the file and its hash. */
  async function probeWhile(path: string, change: () => Promise<void>): Promise<unknown> {
    vi.resetModules();
    vi.doMock('../../src/media/read-facts.ts', () => ({
      readFacts: async () => {
        await change();
        return { kind: 'image', format: 'png', bytes: 1 };
      },
    }));
    const { probeFile: probe } = await import('../../src/media/probe.ts');
    return probe(path);
  }

  test('is refused when it grows, shrinks or is written over', async () => {
    const path = await put('a.png', pngFile(300, 300));
    const message = /a\.png changed while it was read$/u;
    await expect(probeWhile(path, () => appendFile(path, 'x'))).rejects.toThrow(message);
    await expect(probeWhile(path, () => writeFile(path, 'x'))).rejects.toThrow(message);
    const other = await readFile(path);
    await expect(probeWhile(path, () => writeFile(path, other.fill(1)))).rejects.toThrow(message);
    await expect(probeWhile(path, async () => {})).resolves.toBeDefined();
  });
});
