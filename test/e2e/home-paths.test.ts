import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { expandHome } from '../../src/core/home-path.ts';
import { documentOf, runInProcess } from '../helpers/in-process.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { environmentFor, openSandbox } from '../helpers/sandbox.ts';

test.each([
  ['~', '/home/me'],
  ['~/films/a.mp4', '/home/me/films/a.mp4'],
  ['~someone/a', '~someone/a'],
  ['./~', './~'],
  ['a~/b', 'a~/b'],
  ['/x/~/y', '/x/~/y'],
])('%s is %s', (text, expected) => {
  expect(expandHome(text, '/home/me')).toBe(expected);
  expect(expandHome(text, '/home/me/')).toBe(expected);
  expect(expandHome(text, undefined)).toBe(text);
});

test('what no shell has expanded: flags, settings, variables', async () => {
  const place = await makePlace();
  const home = (...parts: string[]) => path.join(place.home, ...parts);
  await mkdir(home('films'));
  await writeFile(home('prompt.txt'), 'A kitten');
  const sandbox = await openSandbox();
  const env = { ...sandbox.env, WAN_STATE_DIR: '~/state', WAN_CONFIG_DIR: '~/config' };
  const options = { place, env };
  const literal = await runWan(['t2v', '@~/prompt.txt', '--output=~/a.mp4', '-d', '2'], options);
  expect(literal.exitCode, literal.stderr).toBe(0);
  expect(literal.stdout).toBe(`${home('a.mp4')}\n`);
  expect((await runWan(['config', 'set', 'out_dir', '~/films'], options)).exitCode).toBe(0);
  const set = await runWan(['t2v', '--prompt-file=~/prompt.txt', '-d', '2'], options);
  expect(set.exitCode, set.stderr).toBe(0);
  expect(await readdir(home('films'))).toHaveLength(1);
  const shown = await runWan(['show', '~/a.mp4', '--print', 'outputs.0.path'], options);
  expect(shown.stdout).toBe(`${home('a.mp4')}\n`);
  expect((await readdir(place.home)).toSorted()).toEqual(
    ['a.mp4', 'config', 'films', 'prompt.txt', 'state'].toSorted(),
  );
  expect(await readdir(place.cwd)).toEqual([]);
});

test('a key file and an out_dir by variable', async () => {
  const place = await makePlace();
  await writeFile(path.join(place.home, 'key.txt'), 'sk-of-the-file-01');
  const sandbox = await openSandbox();
  const env = {
    ...environmentFor(sandbox.env['DASHSCOPE_HTTP_BASE_URL']?.replace('/api/v1', '') ?? ''),
    DASHSCOPE_API_KEY: undefined,
    DASHSCOPE_API_KEY_FILE_PATH: '~/key.txt',
    WAN_OUT_DIR: '~',
  };
  const run = await runWan(['t2v', 'a', '-d', '2'], { place, env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(path.dirname(run.stdout.trim())).toBe(place.home);
});

test('an environment file', async () => {
  const place = await makePlace();
  await writeFile(path.join(place.home, 'my.env'), 'WAN_MODEL=wan2.5-t2v-preview\n');
  const run = await runInProcess(['t2v', 'a', '--env-file=~/my.env', '--dry-run', '--json'], {}, { place });
  expect(documentOf(run), run.stderr).toMatchObject({ dry_run: { model: 'wan2.5-t2v-preview' } });
});

test('an input', async () => {
  const run = await runInProcess(['i2v', 'a', '--image=~/none.png', '--dry-run', '--json']);
  expect(run.exitCode).toBe(2);
  expect(documentOf(run)).toMatchObject({ error: { message: expect.not.stringContaining('~') } });
});
