import { lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { withEnvFile } from '../../src/cli/account-sources.ts';
import type { Context } from '../../src/cli/context.ts';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal } from './bad-input-checks.ts';

// What is no file: as the video's name, and as a file that is read. Nothing is asked of the service, nothing hangs.

/** A working directory with one of each. */
async function oddPlace(): Promise<Place> {
  const place = await makePlace();
  const at = (name: string) => path.join(place.cwd, name);
  await execa('mkfifo', [at('pipe')]);
  const server = createServer().listen(at('socket'));
  onTestFinished(() => void server.close());
  await mkdir(at('folder'));
  await writeFile(at('mine.mp4'), 'mine');
  const links = {
    lost: 'not-there.mp4',
    'to-null': '/dev/null',
    'to-pipe': 'pipe',
    'to-folder': 'folder',
    'to-stdout': '/dev/stdout',
    'to-open': '/proc/self/fd/2',
    'to-mine': 'mine.mp4',
    round: 'round',
    unmounted: '/mnt/not-mounted/Videos',
  };
  await Promise.all(Object.entries(links).map(([name, target]) => symlink(target, at(name))));
  return place;
}

const targets: readonly [string, RegExp][] = [
  ['pipe', /is a pipe/u],
  ['socket', /is a socket/u],
  ['folder', /is a directory/u],
  ['/dev/null', /is a device/u],
  ['/dev/zero', /is a device/u],
  ['/dev/stdout', /is a link to what a process has open/u],
  ['/dev/fd/1', /is a link to what a process has open/u],
  ['to-stdout', /is a link to what a process has open/u],
  ['to-open', /is a link to what a process has open/u],
  ['to-null', /is a device/u],
  ['to-pipe', /is a pipe/u],
  ['to-folder', /is a directory/u],
  ['lost', /is a link to a place that is not there/u],
  ['round', /is a link to a place that is not there/u],
];

test('-o on what is no file is refused before paying, with --force too', async () => {
  const [place, sandbox] = await Promise.all([oddPlace(), openSandbox()]);
  for (const [target, why] of targets) {
    for (const force of [[], ['--force']]) {
      // oxlint-disable-next-line no-await-in-loop -- a process at a time
      const run = await runWan(['t2v', 'a', '-o', target, ...force], { place, env: sandbox.env });
      expectRefusal(run, 2, why, /--out-dir|another name/u);
    }
  }
  expect(sandbox.requests).toEqual([]);
  expect((await lstat(path.join(place.cwd, 'pipe'))).isFIFO()).toBe(true);
  expect(await readlink(path.join(place.cwd, 'lost'))).toBe('not-there.mp4');
});

test('/dev/stdout is no name for a video even where stdout is a file', async () => {
  const [place, sandbox] = await Promise.all([oddPlace(), openSandbox()]);
  const out = path.join(place.cwd, 'out.txt');
  const through = ['sh', '-c', `exec "$@" > ${out}`, 'sh'];
  const run = await runWan(['t2v', 'a', '-o', '/dev/stdout', '--force'], {
    place,
    env: sandbox.env,
    through,
  });
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stderr).toMatch(/what a process has open/u);
  expect(sandbox.requests).toEqual([]);
});

const directories: readonly string[][] = [
  ['--out-dir', 'unmounted'],
  ['--out-dir', 'unmounted/wan'],
  ['-o', 'unmounted/wan/v.mp4'],
  ['-o', 'unmounted/{date}/v.mp4'],
  ['--out-dir', '/proc/wan'],
  ['-o', '/proc/wan.mp4'],
  ['--out-dir', '/sys/wan/videos'],
];

test.each(directories)('%s %s, where nothing can be made, is refused before paying', async (...args) => {
  const [place, sandbox] = await Promise.all([oddPlace(), openSandbox()]);
  const run = await runWan(['t2v', 'a', ...args], { place, env: sandbox.env });
  expectRefusal(run, 2, /not there|cannot write to|cannot look at/u, /--out-dir/u);
  expect(sandbox.requests).toEqual([]);
});

test('a link to a file is taken for the file: kept without --force, replaced with it', async () => {
  const [place, sandbox] = await Promise.all([oddPlace(), openSandbox()]);
  const args = ['t2v', 'a', '-d', '2', '-o', 'to-mine'];
  const run = await runWan(args, { place, env: sandbox.env });
  expectRefusal(run, 2, /is there already/u, /--force/u);
  const forced = await runWan([...args, '--force'], { place, env: sandbox.env });
  expect(forced.exitCode, forced.stderr).toBe(0);
  expect(await readFile(path.join(place.cwd, 'mine.mp4'), 'utf8')).toBe('mine');
});

test.each(['/proc/wan-state', '/proc/deep/wan', 'link'])('WAN_STATE_DIR=%s ends at once', async (where) => {
  const [place, sandbox] = await Promise.all([oddPlace(), openSandbox()]);
  const directory = where === 'link' ? path.join(place.cwd, 'unmounted', 'state') : where;
  const run = await runWan(['t2v', 'a'], { place, env: { ...sandbox.env, WAN_STATE_DIR: directory } });
  expectRefusal(run, 1, /cannot lock the job in/u, /WAN_STATE_DIR/u);
  expect(sandbox.requests).toEqual([]);
});

const inputs: readonly [what: string, kind: RegExp, make: (file: string) => [string[], object]][] = [
  ['prompt', /cannot be read/u, (file) => [['t2v', `@${file}`], {}]],
  ['prompt file', /cannot be read/u, (file) => [['t2v', '--prompt-file', file], {}]],
  [
    'key file',
    /DASHSCOPE_API_KEY_FILE_PATH names .*cannot be read/u,
    (file) => [['t2v', 'a'], { DASHSCOPE_API_KEY: undefined, DASHSCOPE_API_KEY_FILE_PATH: file }],
  ],
  ['fault plan', /--faults .*cannot be read/u, (file) => [['sandbox', '--port', '0', '--faults', file], {}]],
];

test.each(inputs)('no pipe, device or folder is read as %s', async (_what, why, make) => {
  const [place, sandbox] = await Promise.all([oddPlace(), openSandbox()]);
  const odd = { pipe: 'a pipe', '/dev/zero': 'a device', socket: 'a socket', folder: 'a directory' };
  for (const [file, kind] of Object.entries(odd)) {
    const [args, env] = make(path.resolve(place.cwd, file));
    // oxlint-disable-next-line no-await-in-loop -- a process at a time
    const run = await runWan(args, { place, env: { ...sandbox.env, ...env } });
    expect([2, 3], run.stderr).toContain(run.exitCode);
    expect(run.stderr).toMatch(why);
    expect(run.stderr).toContain(`it is ${kind}, not a file`);
  }
  expect(sandbox.requests).toEqual([]);
});

// In process: as a process, Node itself reads a file that is named so before the program begins.
test('no pipe, device or folder is read as env file', async () => {
  const place = await oddPlace();
  const context = { cwd: place.cwd, env: {}, homeDirectory: () => place.home } as unknown as Context;
  for (const file of ['pipe', '/dev/zero', 'socket', 'folder']) {
    expect(() => withEnvFile(context, file)).toThrow(
      /--env-file .* cannot be read: it is a \w+, not a file/u,
    );
  }
});

test.each(['pipe', '/dev/zero'])('no settings are read from %s', async (target) => {
  const [place, sandbox] = await Promise.all([oddPlace(), openSandbox()]);
  await mkdir(place.configDirectory, { mode: 0o700 });
  await symlink(path.resolve(place.cwd, target), path.join(place.configDirectory, 'config.json'));
  const run = await runWan(['t2v', 'a'], { place, env: sandbox.env });
  expectRefusal(run, 1, /cannot read the settings .*not a file/u, /WAN_CONFIG_DIR/u);
  expect(sandbox.requests).toEqual([]);
});

test('`wan show` of a pipe ends at once', async () => {
  const [place, sandbox] = await Promise.all([oddPlace(), openSandbox()]);
  const run = await runWan(['show', './pipe'], { place, env: sandbox.env });
  expect(run.exitCode, run.stderr).not.toBe(0);
});
