import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

const wish = ['t2v', 'A Paper Boat!', '--size', '1280x720', '-d', '2'];

test('names the file by date, prompt and job unless told otherwise', async () => {
  const sandbox = await openSandbox();
  const run = await runWan(wish, { env: { ...sandbox.env, TZ: 'UTC' } });
  expect(run.exitCode, run.stderr).toBe(0);
  const [record] = (await readRecords(run.place)).done;
  expect(run.files).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d-a-paper-boat-[0-9A-Z]{12}\.mp4$/u)]);
  expect(run.files[0]).toContain(record?.id);
});

/** The service draws the seed itself, and tells nobody. */
const ownChoice = ['-m', 'wan3.0-video', '--resolution', '720P', '--ratio', '16:9', '--seed', '-1'];

test.each([
  ['a literal name', ['-o', 'clip.mp4'], 'clip.mp4'],
  ['a literal name in a directory that is made', ['-o', 'new/deep/clip.mp4'], 'new/deep/clip.mp4'],
  ['--out-dir and a literal name', ['--out-dir', 'videos', '-o', 'clip.mp4'], 'videos/clip.mp4'],
  [
    'a template of fields',
    ['-o', 'out/{mode}-{model}-{seed}-{index}-{slug}.{ext}', '--seed', '7'],
    'out/t2v-wan2.6-t2v-7-1-a-paper-boat.mp4',
  ],
  ['a template with braces', ['-o', '{{x}}-{seed}.{ext}', ...ownChoice], '{x}-random.mp4'],
])('saves under %s', async (_name, flags, file) => {
  const sandbox = await openSandbox();
  const run = await runWan([...wish, ...flags], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files.filter((name) => !name.endsWith('/'))).toEqual([file]);
  expect(run.stdout).toBe(`${path.join(run.place.cwd, file)}\n`);
});

test('fills in the ids and the time of the job', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...wish, '-o', '{date}_{time}_{job}_{task_id}.{ext}'], {
    env: { ...sandbox.env, TZ: 'UTC' },
  });
  const [record] = (await readRecords(run.place)).done;
  expect(run.files[0]).toMatch(/^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_/u);
  expect(run.files[0]).toMatch(new RegExp(`_${record?.id}_${record?.task_id}\\.mp4$`, 'u'));
});

test('numbers a template whose name is taken, and leaves the older file alone', async () => {
  const sandbox = await openSandbox();
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'a-paper-boat.mp4'), 'mine');
  await writeFile(path.join(place.cwd, 'a-paper-boat-2.mp4'), 'mine, too');
  const run = await runWan([...wish, '-o', '{slug}.{ext}'], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toBe(`${path.join(place.cwd, 'a-paper-boat-3.mp4')}\n`);
  expect(await readFile(path.join(place.cwd, 'a-paper-boat.mp4'), 'utf8')).toBe('mine');
  expect(run.files).toEqual(['a-paper-boat-2.mp4', 'a-paper-boat-3.mp4', 'a-paper-boat.mp4']);
});

test('refuses a literal name that is taken before anything is spent', async () => {
  const sandbox = await openSandbox();
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'clip.mp4'), 'mine');
  const run = await runWan([...wish, '-o', 'clip.mp4'], { env: sandbox.env, place });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/clip\.mp4 is there already\nhint: .*--force/u);
  expect(sandbox.requests).toEqual([]);
  expect(await readFile(path.join(place.cwd, 'clip.mp4'), 'utf8')).toBe('mine');
  expect((await readRecords(place)).open).toEqual([]);
});

test.each([
  ['a directory', ['-o', 'videos']],
  ['an unknown field', ['-o', '{nonsense}.mp4']],
  ['a way out of its directory', ['-o', '{slug}/../../x.mp4']],
  ['a directory below a file', ['--out-dir', 'file/below']],
])('refuses a name that is %s before anything is spent', async (_name, flags) => {
  const sandbox = await openSandbox();
  const place = await makePlace();
  await mkdir(path.join(place.cwd, 'videos'));
  await writeFile(path.join(place.cwd, 'file'), 'mine');
  const run = await runWan([...wish, ...flags], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stderr).toMatch(/^hint: /mu);
  expect(sandbox.requests).toEqual([]);
});

test('replaces a file with --force', async () => {
  const sandbox = await openSandbox();
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'clip.mp4'), 'mine');
  const run = await runWan([...wish, '-o', 'clip.mp4', '--force'], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual(['clip.mp4']);
  expect((await readFile(path.join(place.cwd, 'clip.mp4'))).length).toBeGreaterThan(10_000);
});

test('does not replace a file that took the name while the job ran', async () => {
  const place = await makePlace();
  const file = path.join(place.cwd, 'clip.mp4');
  const sandbox = await openSandbox({ latencyMs: 0, faults: [{ on: 'download', delay: '300ms' }] });
  const running = runWan([...wish, '-o', 'clip.mp4'], { env: sandbox.env, place });
  await expect.poll(() => sandbox.queries().length, { interval: 5, timeout: 20_000 }).toBeGreaterThan(0);
  await writeFile(file, 'mine');
  const run = await running;
  expect(run.exitCode, run.stderr).toBe(13);
  expect(run.stderr).toMatch(/hint: .*wan download [0-9A-Z]{12}/u);
  expect(await readFile(file, 'utf8')).toBe('mine');
});

test('writes the very bytes to a pipe with -o -', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...wish, '-o', '-'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  const link = sandbox.downloads()[0]?.url ?? '';
  const served = Buffer.from(await (await fetch(`${sandbox.origin}${link}`)).arrayBuffer());
  expect(run.stdoutBytes.equals(served)).toBe(true);
  expect(run.files).toEqual([]);
  const { open, done } = await readRecords(run.place);
  expect(open).toEqual([]);
  expect(done).toMatchObject([{ status: 'succeeded', outputs: [{ path: '-', bytes: served.length }] }]);
});

test.each([['--json'], ['--jsonl'], ['--no-wait'], ['--print=id']])(
  'refuses -o - together with %s',
  async (flag) => {
    const sandbox = await openSandbox();
    const run = await runWan([...wish, '-o', '-', flag], { env: sandbox.env });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('contradict each other');
    expect(sandbox.requests).toEqual([]);
  },
);
