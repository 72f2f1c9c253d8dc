import { mkdir, readdir, readFile, rm, statfs, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal, linesWith, recordsOf } from './bad-input-checks.ts';

type Row = [name: string, args: (place: Place) => string[], error: RegExp, hint: RegExp];

const rows: readonly Row[] = [
  ['a directory', (place) => ['-o', place.cwd], /is a directory/u, /--out-dir/u],
  ['a directory to be', () => ['-o', 'new/'], /--output new\/ is a directory/u, /--out-dir new\//u],
  ['a template of a directory', () => ['-o', '{job}/'], /is a directory/u, /--out-dir/u],
  ['an empty name', () => ['-o', ''], /--output is empty/u, /--output clip\.mp4/u],
  ['a file that is there', () => ['-o', 'file.mp4'], /file\.mp4 is there already/u, /--force/u],
  ['a name below a file', () => ['-o', 'file.mp4/clip.mp4'], /file\.mp4 is not a directory/u, /--out-dir/u],
  ['--out-dir that is a file', () => ['--out-dir', 'file.mp4'], /is not a directory/u, /--out-dir/u],
  ['--out-dir deep below a file', () => ['--out-dir', 'file.mp4/a/b'], /is not a directory/u, /--out-dir/u],
  ['--out-dir in /proc', () => ['--out-dir', '/proc/1/videos'], /cannot write to \/proc/u, /--out-dir/u],
  ['--out-dir that is a device', () => ['--out-dir', '/dev/null'], /is not a directory/u, /--out-dir/u],
  ['a link that goes round', () => ['--out-dir', 'round'], /round/u, /--out-dir/u],
  ['a name too long', () => ['-o', `${'n'.repeat(300)}.mp4`], /too long/u, /shorter name/u],
  ['a name too long as .part', () => ['-o', `${'n'.repeat(248)}.mp4`], /too long/u, /shorter name/u],
  ['a template too long', () => ['-o', '{task_id}'.repeat(7)], /too long/u, /shorter name/u],
  ['.. after a field', () => ['-o', '{job}/../../x.mp4'], /climbs out/u, /before the first field/u],
  ['an unknown field', () => ['-o', '{nope}.mp4'], /no field \{nope\}/u, /\{job\} \{task_id\}/u],
  ['half a field', () => ['-o', '{job'], /a lone \{/u, /\{\{/u],
  ['stdout and --print', () => ['-o', '-', '--print', 'id'], /--output - and --print/u, /leave out --print/u],
  [
    'stdout and --no-wait',
    () => ['-o', '-', '--no-wait'],
    /--output - and --no-wait/u,
    /leave out --no-wait/u,
  ],
];

test.each(rows)('%s as place for the video is refused before anything is spent', async (...row) => {
  const [, args, error, hint] = row;
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  await writeFile(path.join(place.cwd, 'file.mp4'), 'mine');
  await symlink('round', path.join(place.cwd, 'round'));
  const run = await runWan(['t2v', 'a', ...args(place)], { place, env: sandbox.env });
  expectRefusal(run, 2, error, hint);
  expect(sandbox.requests).toEqual([]);
  expect(run.files).toEqual(['file.mp4', 'round']);
  expect(await readFile(path.join(place.cwd, 'file.mp4'), 'utf8')).toBe('mine');
});

test('a template keeps its directory and cannot leave it through a value', async () => {
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', '../../etc/passwd', '-o', 'clips/{slug}.{ext}'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual(['clips/', 'clips/etc-passwd.mp4']);
});

test('a read-only disk is found before anything is spent', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const disk = await mountDisk(place, 'ro,size=256k');
  const run = await runWan(['t2v', 'a', '--out-dir', disk], { place, env: sandbox.env });
  expectRefusal(run, 2, /cannot write to .*EROFS/u, /--out-dir/u);
  expect(sandbox.requests).toEqual([]);
});

test('a full disk keeps what was paid for, and `wan download` finishes once there is room', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const disk = await mountDisk(place, 'size=256k');
  const args = ['t2v', 'a', '--resolution', '720P', '--out-dir', disk];
  const run = await runWan(args, { place, env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(13);
  expect(linesWith(run.stderr, 'error:')).toEqual([expect.stringMatching(/not saved.*(?:space|full)/u)]);
  const [record = ''] = await recordsOf(place, 'open');
  const job = path.basename(record, '.json');
  expect(linesWith(run.stderr, 'hint:')).toEqual([expect.stringContaining(`wan download ${job}`)]);
  expect((await readdir(disk)).filter((name) => name.endsWith('.mp4'))).toEqual([]);

  await execa('mount', ['-o', 'remount,size=64m', disk]);
  expect((await statfs(disk)).bavail).toBeGreaterThan(1000);
  const again = await runWan(['download', job], { place, env: sandbox.env });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stdout).toMatch(new RegExp(`^${disk}/.*${job}\\.mp4\n$`, 'u'));
  expect(await readdir(disk)).toEqual([path.basename(again.stdout.trim())]);
  expect(sandbox.submits()).toHaveLength(1);
});

test('a disk that fills up in the middle keeps what came, and goes on from there', async () => {
  const [place, sandbox] = await Promise.all([
    makePlace(),
    // Without a length nobody can know beforehand that there is no room.
    openSandbox({ faults: [{ on: 'download', headers: { 'Transfer-Encoding': 'chunked' } }] }),
  ]);
  const disk = await mountDisk(place, 'size=256k');
  const run = await runWan(['t2v', 'a', '--resolution', '720P', '-o', `${disk}/clip.mp4`], {
    place,
    env: sandbox.env,
  });
  expect(run.exitCode, run.stderr).toBe(13);
  expect(linesWith(run.stderr, 'hint:')).toEqual([expect.stringContaining('wan download ')]);
  const [record = ''] = await recordsOf(place, 'open');
  await execa('mount', ['-o', 'remount,size=64m', disk]);
  const again = await runWan(['download', path.basename(record, '.json')], { place, env: sandbox.env });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(await readdir(disk)).toEqual(['clip.mp4']);
  expect(sandbox.submits()).toHaveLength(1);
});

/** A small disk of its own, gone when the test ends. Mounting takes root: where that is missing the test says so. */
async function mountDisk(place: Place, options: string): Promise<string> {
  const disk = path.join(place.root, 'disk');
  await mkdir(disk);
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', options, 'wan-test', disk], { reject: false });
  if (mounted.exitCode !== 0) {
    throw new Error(`this test needs to mount a tmpfs, as root with CAP_SYS_ADMIN: ${mounted.stderr}`);
  }
  onTestFinished(async () => {
    await execa('umount', ['-l', disk], { reject: false });
    await rm(disk, { recursive: true, force: true });
  });
  return disk;
}
