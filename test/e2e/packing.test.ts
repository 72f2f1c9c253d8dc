import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { makePlace } from '../helpers/run-wan.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** What a checkout holds before anything is installed. */
async function checkout(): Promise<string> {
  const { cwd } = await makePlace();
  for (const name of ['package.json', '.ci', 'bin'])
    await cp(path.join(project, name), path.join(cwd, name), { recursive: true });
  return cwd;
}

const run = (cwd: string, ...args: string[]) => execa(process.execPath, args, { cwd, reject: false });

test('an install without development packages says what to type', async () => {
  const cwd = await checkout();
  const prepared = await run(cwd, '.ci/prepare.mjs');
  expect(prepared.exitCode).toBe(1);
  expect(prepared.stderr).toMatch(/^error: .*--omit=dev.*\nhint: npm ci --include=dev/u);
  const started = await run(cwd, 'bin/wan.js', '--version');
  expect(started.exitCode).toBe(1);
  expect(started.stderr).toMatch(/^error: wan is not built yet\nhint: npm ci --include=dev/u);
});

test('what is built already needs none', async () => {
  const cwd = await checkout();
  await mkdir(path.join(cwd, 'dist'));
  await writeFile(path.join(cwd, 'dist/wan.js'), 'process.exitCode = 0;');
  await writeFile(path.join(cwd, 'dist/package.json'), '{"type":"module"}');
  expect((await run(cwd, '.ci/prepare.mjs')).exitCode).toBe(0);
  expect((await run(cwd, 'bin/wan.js')).exitCode).toBe(0);
});

test('a packed package.json has no prepare, and the checkout’s comes back as it was', async () => {
  const cwd = await checkout();
  const file = path.join(cwd, 'package.json');
  const before = await readFile(file, 'utf8');
  expect(JSON.parse(before)).toMatchObject({ scripts: { prepare: expect.any(String) } });
  // Twice: the first one was killed before it could restore anything.
  for (const _ of [1, 2]) {
    expect((await run(cwd, '.ci/pack.mjs', 'strip')).exitCode).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8'))).not.toHaveProperty('scripts.prepare');
  }
  expect((await run(cwd, '.ci/pack.mjs', 'restore')).exitCode).toBe(0);
  expect(await readFile(file, 'utf8')).toBe(before);
  expect((await readdir(cwd)).toSorted()).toEqual(['.ci', 'bin', 'package.json']);
});
