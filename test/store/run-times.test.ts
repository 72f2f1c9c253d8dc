import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { createRunTimes } from '../../src/store/run-times.ts';

async function makeState() {
  const root = await mkdtemp(path.join(tmpdir(), 'wan-run-times-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const directory = path.join(root, 'state');
  return { directory, file: path.join(directory, 'run-times.json') };
}

test('remembers from one process to the next, for this user only', async () => {
  const { directory, file } = await makeState();
  expect(await createRunTimes(directory).find('k')).toEqual([]);
  await createRunTimes(directory).learn('k', 120_000.4);
  await createRunTimes(directory).learn('k', 90_000);
  await createRunTimes(directory).learn('other', 5000);
  expect(await createRunTimes(directory).find('k')).toEqual([120_000, 90_000]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test('jobs that end at the same moment do not undo each other', async () => {
  const { directory } = await makeState();
  const runTimes = createRunTimes(directory);
  await Promise.all(Array.from({ length: 10 }, (_, index) => runTimes.learn('k', 1000 + index)));
  expect(await runTimes.find('k')).toEqual(Array.from({ length: 10 }, (_, index) => 1000 + index));
  expect(await readdir(directory)).toEqual(['run-times.json', 'wan-state']);
});

test('keeps the newest 20 of a key and the newest 300 keys', async () => {
  const { directory, file } = await makeState();
  const jobs = Array.from({ length: 300 }, (_, index) => ({
    key: `k${index}`,
    ms: Array.from({ length: 20 }, () => 1000),
  }));
  await mkdir(directory);
  await writeFile(path.join(directory, 'wan-state'), '');
  await writeFile(file, JSON.stringify({ schema: 1, jobs }));
  const runTimes = createRunTimes(directory);
  await runTimes.learn('k0', 2000);
  await runTimes.learn('new', 3000);
  expect((await runTimes.find('k0')).length).toBe(20);
  expect((await runTimes.find('k0')).at(-1)).toBe(2000);
  expect(await runTimes.find('new')).toEqual([3000]);
  // The one that was used longest ago has made room.
  expect(await runTimes.find('k1')).toEqual([]);
  const written = JSON.parse(await readFile(file, 'utf8')) as { jobs: unknown[] };
  expect(written.jobs).toHaveLength(300);
});

test.each([
  ['empty', ''],
  ['cut off', '{"schema":1,"jobs":[{"key":"k","ms":[1000'],
  ['of another kind', '[]'],
  ['of another version', '{"schema":2,"jobs":[]}'],
  ['wrong inside', '{"schema":1,"jobs":[{"key":"k","ms":["long"]}]}'],
  ['far too large', `{"schema":1,"jobs":[],"x":"${'x'.repeat(2_000_000)}"}`],
])('a file that is %s is started anew', async (_name, text) => {
  const { directory, file } = await makeState();
  await mkdir(directory);
  await writeFile(path.join(directory, 'wan-state'), '');
  await writeFile(file, text);
  const runTimes = createRunTimes(directory);
  expect(await runTimes.find('k')).toEqual([]);
  await runTimes.learn('k', 1000);
  expect(await runTimes.find('k')).toEqual([1000]);
});

test('a pipe in its place hangs nobody', async () => {
  const { directory, file } = await makeState();
  await mkdir(directory);
  await writeFile(path.join(directory, 'wan-state'), '');
  await execa('mkfifo', [file]);
  expect(await createRunTimes(directory).find('k')).toEqual([]);
});

test('what cannot be written is not remembered, and nothing fails', async () => {
  const { directory, file } = await makeState();
  await mkdir(file, { recursive: true });
  const runTimes = createRunTimes(directory);
  await runTimes.learn('k', 1000);
  await runTimes.learn('k', 1000);
  expect(await runTimes.find('k')).toEqual([]);
  expect(await readdir(directory)).toEqual(['run-times.json']);
  await chmod(directory, 0o500);
  await createRunTimes(path.join(directory, 'below')).learn('k', 1000);
});
