import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { environmentFor, notBeforePassed, openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { expectRefusal } from './bad-input-checks.ts';

async function settingsOf(place: Place): Promise<{ profiles: Record<string, object> }> {
  const text = await readFile(path.join(place.configDirectory, 'config.json'), 'utf8');
  return JSON.parse(text) as { profiles: Record<string, object> };
}

async function config(place: Place, ...args: string[]): Promise<void> {
  const run = await runWan(['config', ...args], { place });
  expect(run.exitCode, run.stderr).toBe(0);
}

async function login(place: Place, input: string, ...args: string[]): Promise<void> {
  const run = await runWan(['auth', 'login', '--api-key-stdin', ...args], { place, input });
  expect(run.exitCode, run.stderr).toBe(0);
}

test('a model that only everybody’s settings name stays when the profile names one for another mode', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  await config(place, 'set', 'model.i2v', 'wan2.6-i2v');
  await config(place, 'set', 'model.t2v', 'wan2.5-t2v-preview', '--profile', 'dashscope');
  const bought = async (...args: string[]) => {
    const run = await runWan([...args, '--no-wait'], { place, env: sandbox.env });
    expect(run.exitCode, run.stderr).toBe(0);
    return sandbox.submits().at(-1)?.body;
  };
  // Without a setting it would be another one: wan2.6-i2v-flash.
  const image = await bought('i2v', 'it moves', '--image', 'https://example.com/1.png');
  expect(image).toMatchObject({ model: 'wan2.6-i2v' });
  expect(await bought('t2v', 'a')).toMatchObject({ model: 'wan2.5-t2v-preview' });
});

test('a profile named on the command line beats the environment, in all that it sets', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: notBeforePassed })]);
  await config(place, 'set', 'model.t2v', 'wan2.5-t2v-preview', '--profile', 'dashscope');
  await config(place, 'set', 'out_dir', 'of-profile', '--profile', 'dashscope');
  await config(place, 'set', 'timeout', '1s', '--profile', 'dashscope');
  const env = {
    ...sandbox.env,
    WAN_MODEL: 'wan2.6-t2v',
    WAN_OUT_DIR: 'of-environment',
    WAN_TIMEOUT: 'not a time at all',
  };
  const run = await runWan(['t2v', 'a', '-d', '5', '--profile', 'dashscope'], { place, env });
  expect(run.exitCode, run.stderr).toBe(5);
  expect(sandbox.submits()[0]?.body).toMatchObject({ model: 'wan2.5-t2v-preview' });

  sandbox.pass(notBeforePassed);
  const id = /^hint: wan wait (\w{12})$/mu.exec(run.stderr)?.[1] ?? '';
  const saved = await runWan(['wait', id, '--profile', 'dashscope'], { place, env });
  expect(saved.exitCode, saved.stderr).toBe(0);
  expect(path.relative(place.cwd, path.dirname(saved.stdout))).toBe('of-profile');

  // A profile that is merely in use does not.
  const used = await runWan(['t2v', 'a', '--no-wait'], { place, env: { ...env, WAN_TIMEOUT: '' } });
  expect(used.exitCode, used.stderr).toBe(0);
  expect(sandbox.submits()[1]?.body).toMatchObject({ model: 'wan2.6-t2v' });
  const time = await runWan(['t2v', 'a', '--no-wait'], { place, env });
  expectRefusal(time, 2, /not a time at all/u, /30m/u);
});

test('auth status says that a stored key is not sent to the environment’s address', async () => {
  const [place, sandbox, elsewhere] = await Promise.all([makePlace(), openSandbox(), rudeServer([{}])]);
  await login(place, sandboxKey, '--provider', 'dashscope', '--base-url', sandbox.origin);
  const env = { DASHSCOPE_BASE_URL: elsewhere.origin };
  const runs = await Promise.all([
    runWan(['auth', 'status'], { place, env }),
    runWan(['auth', 'status', '--provider', 'dashscope'], { place, env }),
  ]);
  for (const run of runs) {
    expect(run.exitCode, run.stderr).toBe(3);
    expect(run.stdout).toMatch(/^dashscope .*profile dashscope .*REFUSED .*not sent there\n$/u);
    expect(run.stderr).toMatch(new RegExp(`^error: .*not for 127\\.0\\.0\\.1:${elsewhere.port}`, 'mu'));
    expect(run.stderr).toMatch(/^hint: wan auth login/mu);
    expect(run.stderr).not.toContain('no key was found');
  }
  expect(elsewhere.requests).toEqual([]);
});

test.each([
  ['beside it', []],
  ['which the settings use', ['config']],
  ['which the environment uses', ['environment']],
])('auth status --provider dashscope works with a named AceData profile: %s', async (_name, uses) => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const base = ['--base-url', sandbox.origin];
  await login(place, sandboxKey, '--provider', 'dashscope', ...base);
  await login(place, 'sk-of-the-profile-ace', '--provider', 'acedata', '--profile', 'ace', ...base);
  if (uses.includes('config')) await config(place, 'set', 'profile', 'ace');
  const env = uses.includes('environment') ? { WAN_PROFILE: 'ace' } : {};
  const one = await runWan(['auth', 'status', '--provider', 'dashscope'], { place, env });
  expect(one.exitCode, one.stderr).toBe(0);
  expect(one.stdout).toMatch(/^dashscope .*profile dashscope .*good\n$/u);
});

test.each([{ more: [] }, { more: ['--provider', 'acedata'] }])(
  'auth status tells of the profile in use once: $more',
  async ({ more }) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    const named = ['--provider', 'acedata', '--profile', 'ace', '--base-url', sandbox.origin];
    await login(place, sandboxKey, ...named);
    await config(place, 'set', 'profile', 'ace');
    const before = sandbox.requests.length;
    const run = await runWan(['auth', 'status', ...more], { place });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout.split('\n')).toEqual([expect.stringMatching(/^acedata .*profile ace .*good$/u), '']);
    expect(sandbox.requests).toHaveLength(before + 1);
  },
);

test('a second login does not take over where the first profile’s service is', async () => {
  const [place, first, second] = await Promise.all([makePlace(), openSandbox(), openSandbox()]);
  await login(place, sandboxKey, '--provider', 'dashscope', '--base-url', first.origin);
  await config(place, 'set', 'region', 'singapore', '--profile', 'dashscope');
  await config(place, 'set', 'workspace', 'llm-first', '--profile', 'dashscope');
  const before = first.requests.length;
  await login(place, 'sk-of-the-profile-cn', '--profile', 'cn', '--base-url', second.origin);
  const { profiles } = await settingsOf(place);
  expect(profiles['cn']).toEqual({
    provider: 'dashscope',
    key: 'sk-of-the-profile-cn',
    key_origin: second.origin,
    base_url: `${second.origin}/api/v1`,
  });
  expect(first.requests).toHaveLength(before);

  // Without an address the key is for the service itself, here behind a proxy that lets nobody out.
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
  });
  onTestFinished(() => void proxy.close());
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const { port } = proxy.address() as AddressInfo;
  const run = await runWan(['auth', 'login', '--api-key-stdin', '--profile', 'own'], {
    place,
    input: 'sk-of-the-profile-own',
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}` },
  });
  expectRefusal(run, 6, /could not be asked/u, /--region/u);
  expect(asked).toContain('dashscope.aliyuncs.com:443');
  expect(first.requests).toHaveLength(before);
  expect((await settingsOf(place)).profiles).not.toHaveProperty('own');
});

test('a key of the environment goes where its own variable says, whatever another profile stored', async () => {
  const [place, stored, given] = await Promise.all([makePlace(), openSandbox(), openSandbox()]);
  await login(place, sandboxKey, '--provider', 'dashscope', '--base-url', stored.origin);
  const before = stored.requests.length;
  const run = await runWan(['t2v', 'a', '--no-wait'], { place, env: environmentFor(given.origin) });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(given.submits()).toHaveLength(1);
  expect(stored.requests).toHaveLength(before);
});
