import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal } from './bad-input-checks.ts';

async function settingsOf(place: Place): Promise<unknown> {
  return JSON.parse(await readFile(path.join(place.configDirectory, 'config.json'), 'utf8'));
}

async function config(place: Place, ...args: string[]): Promise<string> {
  const run = await runWan(['config', ...args], { place });
  expect(run.exitCode, run.stderr).toBe(0);
  return run.stdout;
}

test('set, get, list, unset and path agree', async () => {
  const place = await makePlace();
  await config(place, 'set', 'timeout', '45m');
  await config(place, 'set', 'model.t2v', 'wan2.5-t2v-preview');
  await config(place, 'set', 'region', 'ap-southeast-1');
  await config(place, 'set', 'out_dir', 'clips', '--profile', 'acedata');
  expect(await config(place, 'get', 'timeout')).toBe('45m\n');
  expect(await config(place, 'get', 'region')).toBe('singapore\n');
  expect(await config(place, 'path')).toBe(`${path.join(place.configDirectory, 'config.json')}\n`);
  const list = await config(place, 'list');
  for (const line of ['timeout=45m', 'model.t2v=wan2.5-t2v-preview', 'profiles.acedata.out_dir=clips']) {
    expect(list.split('\n')).toContain(line);
  }
  await config(place, 'unset', 'timeout');
  const gone = await runWan(['config', 'get', 'timeout'], { place });
  expectRefusal(gone, 2, /timeout is not set/u, /wan config set timeout/u);
  expect(await settingsOf(place)).toEqual({
    model: { t2v: 'wan2.5-t2v-preview' },
    profiles: {
      dashscope: { provider: 'dashscope', region: 'singapore' },
      acedata: { provider: 'acedata', out_dir: 'clips' },
    },
  });
});

test.each([
  ['an unknown setting', ['set', 'colour', 'red'], /no setting colour/u, /provider profile region/u],
  ['a key as a setting', ['set', 'key', 'sk-secret-000000'], /no setting key/u, /settings:/u],
  ['a setting of objects', ['set', '__proto__', 'x'], /no setting __proto__/u, /settings:/u],
  ['an unknown mode', ['set', 'model.nope', 'x'], /no setting model\.nope/u, /model\.t2v/u],
  ['no value', ['set', 'timeout', ''], /timeout cannot be empty/u, /wan config unset timeout/u],
  ['a time that is none', ['set', 'timeout', 'soon'], /timeout soon/u, /30m/u],
  ['an interval that is none', ['set', 'poll_interval', 'often'], /poll_interval often/u, /\d/u],
  ['an unknown provider', ['set', 'provider', 'x'], /no provider x/u, /dashscope/u],
  ['an unknown profile', ['set', 'profile', 'x'], /no profile x/u, /wan auth login/u],
  ['an unknown region', ['set', 'region', 'mars'], /no region mars/u, /beijing/u],
  ['plain http', ['set', 'base_url', 'http://example.com'], /plain http/u, /https:\/\/example\.com/u],
  ['a climbing template', ['set', 'output', '{job}/../x'], /climbs out/u, /first field/u],
  ['an unknown field', ['set', 'output', '{nope}'], /no field \{nope\}/u, /\{job\}/u],
  ['a name too few', ['get'], /missing required argument/u, /wan config get --help/u],
  ['a region of AceData', ['set', 'region', 'us', '--profile', 'acedata'], /no regions/u, /leave it out/u],
])('%s is refused', async (_name, args, error, hint) => {
  const place = await makePlace();
  expectRefusal(await runWan(['config', ...args], { place }), 2, error, hint);
  await expect(settingsOf(place)).rejects.toThrow('ENOENT');
});

test('twenty changes at once lose nothing', async () => {
  const place = await makePlace();
  const names = Array.from({ length: 20 }, (_, number) => `dir-${number}`);
  const keys = ['out_dir', 'timeout', 'poll_interval', 'output', 'model.t2v', 'model.i2v', 'model.r2v'];
  const profiles = ['dashscope', 'acedata', undefined];
  const jobs = names.map((name, number) => {
    const key = keys[number % keys.length] ?? 'out_dir';
    const profile = profiles[Math.floor(number / keys.length)];
    const value = key === 'timeout' ? `${number + 1}m` : key === 'poll_interval' ? `${number + 1}s` : name;
    return { key, value, flags: profile === undefined ? [] : ['--profile', profile] };
  });
  const runs = await Promise.all(
    jobs.map(({ key, value, flags }) => runWan(['config', 'set', key, value, ...flags], { place })),
  );
  expect(runs.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(runs.map(() => [0, '']));
  const settings = await settingsOf(place);
  const text = JSON.stringify(settings);
  for (const { value } of jobs) expect(text).toContain(`"${value}"`);
});

test('out_dir: flag before environment before profile before default', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const run = async (args: readonly string[], env: Record<string, string> = {}) => {
    const made = await runWan(['t2v', 'a', '-d', '2', ...args], { place, env: { ...sandbox.env, ...env } });
    expect(made.exitCode, made.stderr).toBe(0);
    return path.relative(place.cwd, path.dirname(made.stdout.trim()));
  };
  expect(await run([])).toBe('');
  await config(place, 'set', 'out_dir', 'everybody');
  expect(await run([])).toBe('everybody');
  await config(place, 'set', 'out_dir', 'profile', '--profile', 'dashscope');
  expect(await run([])).toBe('profile');
  expect(await run([], { WAN_OUT_DIR: 'environment' })).toBe('environment');
  expect(await run([], { WAN_OUT_DIR: '' })).toBe('profile');
  expect(await run(['--out-dir', 'flag'], { WAN_OUT_DIR: 'environment' })).toBe('flag');
});

test('model: flag before environment before profile before default', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const run = async (args: readonly string[], env: Record<string, string> = {}) => {
    const made = await runWan(['t2v', 'a', '--no-wait', ...args], { place, env: { ...sandbox.env, ...env } });
    expect(made.exitCode, made.stderr).toBe(0);
    const body = sandbox.submits().at(-1)?.body as { model: string } | undefined;
    return body?.model;
  };
  expect(await run([])).toBe('wan2.6-t2v');
  await config(place, 'set', 'model.t2v', 'wan2.5-t2v-preview');
  expect(await run([])).toBe('wan2.5-t2v-preview');
  await config(place, 'set', 'model.t2v', 'wan2.2-t2v-plus', '--profile', 'dashscope');
  expect(await run([])).toBe('wan2.2-t2v-plus');
  expect(await run([], { WAN_MODEL: 'wan2.7-t2v' })).toBe('wan2.7-t2v');
  expect(await run(['-m', 'wan2.6-t2v'], { WAN_MODEL: 'wan2.7-t2v' })).toBe('wan2.6-t2v');
});

test('timeout: flag before environment before profile before default', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: notBeforePassed })]);
  const env = { ...sandbox.env };
  await config(place, 'set', 'timeout', '1');
  const bySetting = await runWan(['t2v', 'a'], { place, env });
  expect(bySetting.exitCode, bySetting.stderr).toBe(5);
  await config(place, 'set', 'timeout', '3h');
  const byEnvironment = await runWan(['t2v', 'a'], { place, env: { ...env, WAN_TIMEOUT: '1s' } });
  expect(byEnvironment.exitCode, byEnvironment.stderr).toBe(5);
  const byFlag = await runWan(['t2v', 'a', '--timeout', '1s'], { place, env: { ...env, WAN_TIMEOUT: '3h' } });
  expect(byFlag.exitCode, byFlag.stderr).toBe(5);
  expect(byFlag.stderr).toMatch(/^hint: wan wait \w{12}$/mu);
  const wrong = await runWan(['t2v', 'a'], { place, env: { ...env, WAN_TIMEOUT: 'soon' } });
  expectRefusal(wrong, 2, /soon/u, /30m/u);
});
