import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { makePlace, runWan, wanScript, type Place } from '../helpers/run-wan.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { environmentFor, openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { expectRefusal } from './bad-input-checks.ts';

const refused = { status: 401, body: { code: 'InvalidApiKey', message: 'Invalid API-key provided.' } };

function login(origin: string, ...more: string[]): string[] {
  return ['auth', 'login', '--provider', 'dashscope', '--api-key-stdin', '--base-url', origin, ...more];
}

function settingsFile(place: Place): string {
  return path.join(place.configDirectory, 'config.json');
}

async function modeOf(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8);
}

test.each(['dashscope', 'acedata'])(
  'a key of %s is checked, stored for its owner alone, and used',
  async (provider) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    const args = ['auth', 'login', '--provider', provider, '--api-key-stdin', '--base-url', sandbox.origin];
    const run = await runWan(args, { place, input: `  Bearer ${sandboxKey}\n` });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toContain(`as profile ${provider}`);
    expect(run.stdout + run.stderr).not.toContain(sandboxKey);
    expect([await modeOf(place.configDirectory), await modeOf(settingsFile(place))]).toEqual(['700', '600']);
    const text = await readFile(settingsFile(place), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ profiles: { [provider]: { key: sandboxKey, provider } } });
    expect(sandbox.submits(), 'the check costs nothing').toEqual([]);

    const status = await runWan(['auth', 'status'], { place });
    expect(status.exitCode, status.stderr).toBe(0);
    expect(status.stdout).toMatch(new RegExp(`^${provider} .*profile ${provider}.* good`, 'u'));
    expect(status.stdout + status.stderr).not.toContain(sandboxKey);
    const made = await runWan(['t2v', 'a', '--no-wait'], { place });
    expect(made.exitCode, made.stderr).toBe(0);
    const logout = await runWan(['auth', 'logout'], { place });
    expect(logout.exitCode, logout.stderr).toBe(0);
    expect(await readFile(settingsFile(place), 'utf8')).not.toContain(sandboxKey);
    expectRefusal(await runWan(['t2v', 'a'], { place }), 3, /no key/u, /wan auth login/u);
  },
);

test('settings that others may read are narrowed, which is said', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  await runWan(login(sandbox.origin), { place, input: sandboxKey });
  await Promise.all([chmod(settingsFile(place), 0o644), chmod(place.configDirectory, 0o755)]);
  const run = await runWan(['auth', 'status'], { place });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr.match(/^note: .*(?:config|others)/gmu)?.length, run.stderr).toBeGreaterThanOrEqual(1);
  expect([await modeOf(place.configDirectory), await modeOf(settingsFile(place))]).toEqual(['700', '600']);
  expect((await runWan(['auth', 'status'], { place })).stderr).toBe('');
});

test('a refused key is not stored', async () => {
  const [place, service] = await Promise.all([makePlace(), rudeServer([refused])]);
  const run = await runWan(login(service.origin), { place, input: sandboxKey });
  expectRefusal(run, 3, /refuses the key: .*InvalidApiKey|refuses the key: Invalid/u, /copy the key again/u);
  await expect(stat(settingsFile(place))).rejects.toThrow('ENOENT');
});

test.each([
  ['nobody answers', { drop: 'before' } as const],
  ['the service is down', { status: 503, body: '<html>down</html>' }],
  ['the service redirects', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
  ['the answer is no JSON', { body: 'welcome' }],
])('a key is not stored when %s', async (_name, reply) => {
  const [place, service] = await Promise.all([makePlace(), rudeServer([reply])]);
  const run = await runWan(login(service.origin), { place, input: sandboxKey });
  expectRefusal(run, 6, /could not be checked, so it was not stored/u, /try again/u);
  await expect(stat(settingsFile(place))).rejects.toThrow('ENOENT');
});

test.each([
  ['nothing', '', 3, /no key was given/u, /--api-key-stdin/u],
  ['two lines', 'sk-one-000000\nsk-two-000000', 2, /the key .* holds .*line ends/u, /copy it again/u],
  ['a binary file', Buffer.from([0, 255, 1, 2, 3, 4, 5]), 2, /the key .* holds /u, /copy it again/u],
] as const)('%s on stdin is no key', async (_name, input, exitCode, error, hint) => {
  const service = await rudeServer([refused]);
  expectRefusal(await runWan(login(service.origin), { input }), exitCode, error, hint);
  expect(service.requests).toEqual([]);
});

test('without a terminal and without --api-key-stdin nobody is asked', async () => {
  expectRefusal(await runWan(['auth', 'login']), 2, /no terminal/u, /--api-key-stdin/u);
});

test('on a terminal the key is asked for and not shown', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const words = [
    process.execPath,
    wanScript,
    'auth',
    'login',
    '--provider',
    'dashscope',
    '--base-url',
    sandbox.origin,
  ];
  const shown = await onTerminal(words.join(' '), place, 'Key of ', `${sandboxKey}\r`);
  expect(shown.text).toContain('Key of Alibaba Model Studio');
  expect(shown.text).not.toContain(sandboxKey);
  expect(shown.text).not.toContain(sandboxKey.slice(0, 6));
  expect(shown.exitCode, shown.text).toBe(0);
  expect(await readFile(settingsFile(place), 'utf8')).toContain(sandboxKey);
});

test('Ctrl-C at the hidden prompt leaves without storing', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const words = [
    process.execPath,
    wanScript,
    'auth',
    'login',
    '--provider',
    'dashscope',
    '--base-url',
    sandbox.origin,
  ];
  const shown = await onTerminal(words.join(' '), place, 'Key of ', 'sk-half\u0003');
  expect(shown.exitCode, shown.text).toBe(130);
  expect(shown.text).not.toContain('sk-half');
  await expect(stat(settingsFile(place))).rejects.toThrow('ENOENT');
});

test('auth status tells of both services, and fails when one refuses its key', async () => {
  const [good, bad] = await Promise.all([openSandbox(), rudeServer([refused])]);
  const aceData = { ...environmentFor(good.origin, 'acedata') };
  const both = await runWan(['auth', 'status'], { env: { ...environmentFor(good.origin), ...aceData } });
  expect(both.exitCode, both.stderr).toBe(0);
  expect(both.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['dashscope', 'acedata', '']);
  const mixed = await runWan(['auth', 'status', '--json'], {
    env: { ...environmentFor(bad.origin), ...aceData },
  });
  expect(mixed.exitCode, mixed.stderr).toBe(3);
  expect(JSON.parse(mixed.stdout)).toMatchObject({
    schema: 'wan.auth/1',
    ok: false,
    auth: [
      { provider: 'dashscope', state: 'refused' },
      { provider: 'acedata', state: 'good' },
    ],
  });
  const [none, one] = await Promise.all([
    runWan(['auth', 'status']),
    runWan(['auth', 'status', '--provider', 'acedata'], {
      env: { ...environmentFor(bad.origin), ...aceData },
    }),
  ]);
  expectRefusal(none, 3, /no key was found/u, /wan auth login/u);
  expect(one.exitCode, one.stderr).toBe(0);
});

test('a second profile has its own key, and is forgotten alone', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const other = 'sk-of-the-profile-cn';
  await runWan(login(sandbox.origin), { place, input: sandboxKey });
  await runWan(login(sandbox.origin, '--profile', 'cn'), { place, input: other });
  const before = sandbox.requests.length;
  const used = await runWan(['t2v', 'a', '--no-wait', '--profile', 'cn', '-v'], { place });
  expect(used.exitCode, used.stderr).toBe(0);
  expect(sandbox.requests).toHaveLength(before + 1);
  expectRefusal(await runWan(['auth', 'logout'], { place }), 2, /2 stored keys/u, /--profile/u);
  const logout = await runWan(['auth', 'logout', '--profile', 'cn'], { place });
  expect(logout.exitCode, logout.stderr).toBe(0);
  const text = await readFile(settingsFile(place), 'utf8');
  expect(text).toContain(sandboxKey);
  expect(text).not.toContain(other);
});

test('settings below a file: the failure names the way out', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  await mkdir(place.configDirectory);
  await writeFile(path.join(place.configDirectory, 'file'), '');
  const env = { WAN_CONFIG_DIR: path.join(place.configDirectory, 'file', 'wan') };
  const run = await runWan(login(sandbox.origin), { place, env, input: sandboxKey });
  expectRefusal(run, 1, /cannot write the settings/u, /WAN_CONFIG_DIR/u);
});

/** Runs a command on a pseudo terminal, types once a text has appeared, and gives all that was shown. */
async function onTerminal(command: string, place: Place, prompt: string, typed: string) {
  const child = execa('script', ['-qec', command, '/dev/null'], {
    cwd: place.cwd,
    env: {
      PATH: process.env['PATH'],
      TERM: 'xterm',
      HOME: place.home,
      WAN_CONFIG_DIR: place.configDirectory,
      WAN_STATE_DIR: place.stateDirectory,
    },
    extendEnv: false,
    reject: false,
    timeout: 30_000,
  });
  let text = '';
  let isTyped = false;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (isTyped || !text.includes(prompt)) return;
    isTyped = true;
    child.stdin.write(typed);
  });
  const { exitCode } = await child;
  return { text, exitCode };
}

test.each(['file', 'directory'])(
  'settings behind a link that others can read are mended: %s',
  async (kind) => {
    const place = await makePlace();
    const kept = path.join(place.root, 'dotfiles');
    const file = path.join(kept, 'config.json');
    await mkdir(kept);
    await writeFile(file, JSON.stringify({ timeout: '5m' }));
    await chmod(file, 0o644);
    if (kind === 'directory') await symlink(kept, place.configDirectory);
    else {
      await mkdir(place.configDirectory, { mode: 0o700 });
      await symlink(file, settingsFile(place));
    }
    const run = await runWan(['doctor'], { place });
    expect(run.stdout + run.stderr).toContain(`${file} was readable by others; its mode is now 600`);
    expect(await modeOf(file)).toBe('600');
    if (kind === 'directory') expect(await modeOf(kept)).toBe('700');
  },
);
