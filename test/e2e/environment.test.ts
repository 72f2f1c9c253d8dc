import { chmod, copyFile, cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { makePlace, runWan, wanScript, type Place } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal, recordsOf } from './bad-input-checks.ts';

const escape = '\u001b';
/** Without the two variables everything is below HOME. */
const noDirectories = { WAN_CONFIG_DIR: undefined, WAN_STATE_DIR: undefined };

test('without variables settings and jobs are where XDG has them, below HOME', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const run = await runWan(['t2v', 'a', '--no-wait'], { place, env: { ...sandbox.env, ...noDirectories } });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(await readdir(path.join(place.home, '.local', 'state', 'wan', 'open'))).toHaveLength(1);
  const config = await runWan(['config', 'path'], { place, env: noDirectories });
  expect(config.stdout).toBe(`${path.join(place.home, '.config', 'wan', 'config.json')}\n`);
});

test('XDG directories are used when they are absolute', async () => {
  const place = await makePlace();
  const xdg = path.join(place.root, 'xdg');
  const [absolute, relative] = await Promise.all([
    runWan(['config', 'path'], { place, env: { ...noDirectories, XDG_CONFIG_HOME: xdg } }),
    runWan(['config', 'path'], { place, env: { ...noDirectories, XDG_CONFIG_HOME: 'xdg' } }),
  ]);
  expect(absolute.stdout).toBe(`${xdg}/wan/config.json\n`);
  expect(relative.stdout).toBe(`${place.home}/.config/wan/config.json\n`);
});

test('without HOME the system is asked where home is', async () => {
  const run = await runWan(['config', 'path'], { env: { ...noDirectories, HOME: undefined } });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/^\/.*\/\.config\/wan\/config\.json\n$/u);
});

test('without HOME and without a user of that name, the variables are named', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const env = { PATH: process.env['PATH'], ...sandbox.env };
  // A user whom no file of the system knows: only root can become one.
  await chmod(place.root, 0o755);
  // Node and the program may lie where that user cannot look, such as below root's home.
  const node = path.join(place.root, 'node');
  const app = path.join(place.root, 'app');
  await Promise.all([
    copyFile(process.execPath, node),
    cp(path.resolve('bin'), path.join(app, 'bin'), { recursive: true }),
    cp(path.resolve('dist'), path.join(app, 'dist'), { recursive: true }),
    writeFile(path.join(place.root, 'package.json'), '{"type":"module"}'),
  ]);
  const run = await execa(node, [path.join(app, 'bin', 'wan.js'), 't2v', 'a'], {
    cwd: place.cwd,
    env,
    extendEnv: false,
    reject: false,
    ...(process.getuid?.() === 0 ? { uid: 54_321, gid: 54_321 } : {}),
  });
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stderr).toMatch(/^error: there is no home directory/mu);
  expect(run.stderr).toMatch(/^hint: .*WAN_CONFIG_DIR/mu);
  expect(sandbox.requests).toEqual([]);
});

test('with both variables HOME is not needed', async () => {
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', 'a', '--no-wait'], { env: { ...sandbox.env, HOME: undefined } });
  expect(run.exitCode, run.stderr).toBe(0);
});

test('a HOME that is a file: nothing is sent, and the way out is named', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const file = path.join(place.root, 'file');
  await writeFile(file, '');
  const env = { ...sandbox.env, ...noDirectories, HOME: file };
  const run = await runWan(['t2v', 'a'], { place, env });
  expectRefusal(run, 1, /cannot .*file\/\.local\/state\/wan/u, /WAN_STATE_DIR/u);
  expect(sandbox.requests).toEqual([]);
});

test('a HOME on a read-only disk: nothing is sent, and the way out is named', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const home = await readOnlyDisk(place);
  const env = { ...sandbox.env, ...noDirectories, HOME: home };
  const run = await runWan(['t2v', 'a'], { place, env });
  expectRefusal(run, 1, /cannot lock the job in /u, /WAN_STATE_DIR/u);
  expect(sandbox.requests).toEqual([]);
  const set = await runWan(['config', 'set', 'timeout', '1h'], { place, env });
  expectRefusal(set, 1, /cannot write the settings /u, /WAN_CONFIG_DIR/u);
  const list = await runWan(['list'], { place, env });
  expect(list.exitCode, list.stderr).toBe(0);
});

test.each(['t2v a', 'r2v a --ref https://e.com/a.png', 't2v a --no-wait --json', 't2v a --sandbox'])(
  'a state directory below a file stops `wan %s` before anything is sent',
  async (command) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    await writeFile(place.stateDirectory, 'a file');
    const env = { ...sandbox.env, WAN_STATE_DIR: path.join(place.stateDirectory, 'deep', 'wan') };
    const run = await runWan(command.split(' '), { place, env });
    expectRefusal({ ...run, stdout: '' }, 1, /state/u, /WAN_STATE_DIR/u);
    expect(sandbox.requests).toEqual([]);
    expect(run.files).toEqual([]);
  },
);

const talks = [
  {},
  { CI: '1' },
  { NO_COLOR: '1', FORCE_COLOR: '1' },
  { TERM: 'xterm-256color', COLORTERM: 'truecolor' },
] as const;

test.each(talks)('off a terminal there is no escape code, good or bad (%o)', async (env) => {
  const sandbox = await openSandbox();
  const good = await runWan(['t2v', 'a', '-d', '2'], { env: { ...sandbox.env, ...env } });
  const bad = await runWan(['t2v', ''], { env: { ...sandbox.env, ...env } });
  expect([good.exitCode, bad.exitCode], good.stderr).toEqual([0, 2]);
  for (const { stdout, stderr } of [good, bad]) {
    expect(stdout + stderr).not.toContain(escape);
    expect(stdout + stderr).not.toContain('\r');
  }
  const lines = good.stderr.trimEnd().split('\n');
  expect(new Set(lines).size, 'a line when something changes').toBe(lines.length);
});

test.each([
  [{ FORCE_COLOR: '1' }, [], true],
  [{ FORCE_COLOR: '0' }, [], false],
  [{ FORCE_COLOR: '1' }, ['--no-color'], false],
])('colours by %o %j: %s', async (env, flags, isColored) => {
  const run = await runWan(['t2v', '', ...flags], { env });
  expect(run.stderr.includes(escape)).toBe(isColored);
  expect(run.stdout).toBe('');
});

test.each([
  ['a terminal', 'stty cols 80 rows 24', {}, true],
  ['a terminal without a size', 'stty cols 0 rows 0', { NO_COLOR: '1' }, false],
  ['a terminal with CI set', 'stty cols 80 rows 24', { CI: '1', NO_COLOR: '1' }, false],
])('%s: the spinner turns, or not, and the run ends', async (_name, size, more, isAnimated) => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: 700 })]);
  const command = `${size}; ${process.execPath} ${wanScript} t2v a -d 2`;
  const { exitCode, stdout } = await execa('script', ['-qec', command, '/dev/null'], {
    cwd: place.cwd,
    env: { TERM: 'xterm', ...bareEnvironment(place), ...sandbox.env, ...more },
    extendEnv: false,
    reject: false,
    timeout: 20_000,
    maxBuffer: 1_000_000,
  });
  expect(exitCode, stdout.slice(0, 2000)).toBe(0);
  expect(stdout).toContain('.mp4');
  expect(stdout.includes(`${escape}[?25l`)).toBe(isAnimated);
  // Whatever was hidden is shown again.
  expect(stdout.lastIndexOf(`${escape}[?25h`)).toBeGreaterThanOrEqual(stdout.lastIndexOf(`${escape}[?25l`));
});

test('a working directory that was deleted is one clear error', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const run = await execa(
    'bash',
    ['-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" t2v a', process.execPath, wanScript],
    {
      cwd: place.cwd,
      env: { ...bareEnvironment(place), ...sandbox.env },
      extendEnv: false,
      reject: false,
    },
  );
  expect(run.exitCode).toBeGreaterThan(0);
  expect(run.stderr.match(/^error: /gmu), run.stderr).toHaveLength(1);
  expect(run.stderr).toMatch(/^hint: /mu);
  expect(run.stderr).not.toMatch(/^\s+at /mu);
  expect(sandbox.requests).toEqual([]);
  expect(await recordsOf(place, 'open')).toEqual([]);
});

function bareEnvironment(place: Place): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: place.home,
    WAN_CONFIG_DIR: place.configDirectory,
    WAN_STATE_DIR: place.stateDirectory,
  };
}

async function readOnlyDisk(place: Place): Promise<string> {
  const disk = path.join(place.root, 'disk');
  await mkdir(disk);
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'ro', 'wan-test', disk], { reject: false });
  if (mounted.exitCode !== 0) {
    throw new Error(`this test needs to mount a tmpfs, as root with CAP_SYS_ADMIN: ${mounted.stderr}`);
  }
  onTestFinished(async () => {
    await execa('umount', ['-l', disk], { reject: false });
  });
  return disk;
}
