import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace, runWan, wanScript } from '../helpers/run-wan.ts';
import { sandboxKey } from '../helpers/sandbox.ts';
import { documentOf, headsOf, last, machine, programs, rowOf } from './doctor-rows.ts';

test('a fresh machine is told what is missing: one line a check, in their order, exit 3', async () => {
  const place = await makePlace();
  const run = await runWan(['doctor'], { place, env: { PATH: await programs(place, 'bin', {}) } });
  expect(run.exitCode, run.stderr).toBe(3);
  const expected = [
    ...machine.map((name) => `ok ${name}`),
    'failure key',
    ...last.map((name) => `ok ${name}`),
  ];
  expect(headsOf(run)).toEqual(expected);
  expect(run.stdout).toMatch(/^failure +key +no key was found {2}hint: wan auth login .*--sandbox/mu);
  expect(run.stdout).toMatch(/^ok +ffmpeg +not there, and not needed$/mu);
  expect(run.stdout).toContain(path.join(place.configDirectory, 'config.json'));
  expect(run.stdout).toContain(place.stateDirectory);
  expect(run.stderr).toMatch(/^error: no key was found\nhint: wan auth login/u);
  expect(run.files).toEqual([]);
});

test.each(['dashscope', 'acedata'])('the sandbox of %s needs nothing at all', async (provider) => {
  const place = await makePlace();
  const env = { PATH: await programs(place, 'bin', {}) };
  const run = await runWan(['doctor', '--sandbox', '--provider', provider, '--json'], { place, env });
  expect(run.exitCode, run.stderr).toBe(0);
  const document = documentOf(run);
  expect(document).toMatchObject({ schema: 'wan.doctor/1', ok: true, error: null });
  expect(Object.keys(document)).toEqual(['schema', 'ok', 'doctor', 'error']);
  const { checks } = document.doctor;
  expect(checks.map(({ name }) => name)).toEqual([...machine, 'key', 'region', 'service', ...last]);
  for (const row of checks) {
    expect(Object.keys(row)).toEqual(['name', 'status', 'message', 'hint', 'exit_code', 'details']);
    expect(row).toMatchObject({ status: 'ok', hint: null, exit_code: null });
  }
  expect(rowOf(run, 'service')?.details).toMatchObject({ provider, answer: 'good' });
  expect(run.stderr).toBe('');
});

test('colours are for terminals, or for those who ask', async () => {
  const place = await makePlace();
  expect((await runWan(['doctor', '--sandbox'], { place })).stdout).not.toContain('\u001b');
  const run = await runWan(['doctor', '--sandbox'], { place, env: { FORCE_COLOR: '1' } });
  expect(run.stdout.slice(0, 7)).toBe('\u001b[32mok');
});

describe('another wan on PATH', () => {
  const touching = (file: string) => `#!/bin/sh\n: > ${file}\n`;

  test('that comes first is named and not run', async () => {
    const place = await makePlace();
    const other = await programs(place, 'bin', { wan: touching(path.join(place.cwd, 'was-run')) });
    const run = await runWan(['doctor', '--sandbox'], { place, env: { PATH: other } });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toContain(
      `\`wan\` starts another program: ${path.join(other, 'wan')}  hint: \`which -a`,
    );
    expect(run.stdout).toMatch(/^warning +path /mu);
    expect(run.files).toEqual([]);
  });

  test('behind this one is a warning, and links to this one are none', async () => {
    const place = await makePlace();
    const own = await programs(place, 'own', {});
    await symlink(wanScript, path.join(own, 'wan'));
    const shim = await programs(place, 'shim', {
      wan: '#!/bin/sh\nexec node "$d/node_modules/wan-cli/bin/wan.js" "$@"\n',
    });
    const other = await programs(place, 'other', { wan: touching(path.join(place.cwd, 'was-run')) });
    const look = async (...places: string[]) =>
      rowOf(
        await runWan(['doctor', '--sandbox', '--json'], { place, env: { PATH: places.join(':') } }),
        'path',
      );
    expect(await look(own, shim)).toMatchObject({ status: 'ok', details: { others: [] } });
    expect(await look(own, other)).toMatchObject({
      status: 'warning',
      message: `another wan is on PATH, behind this one: ${path.join(other, 'wan')}`,
    });
  });
});

describe('what lies on disk', () => {
  test('settings that others may read are a warning, and narrowed', async () => {
    const place = await makePlace();
    const file = path.join(place.configDirectory, 'config.json');
    await mkdir(place.configDirectory);
    await writeFile(file, '{}');
    await Promise.all([chmod(file, 0o644), chmod(place.configDirectory, 0o755)]);
    const run = await runWan(['doctor', '--sandbox', '--json'], { place });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(rowOf(run, 'settings')).toMatchObject({
      status: 'warning',
      details: { path: file, file_mode: '0644', directory_mode: '0755' },
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await runWan(['doctor', '--sandbox', '--json'], { place });
    expect(rowOf(again, 'settings')).toMatchObject({ status: 'ok', details: { file_mode: '0600' } });
  });

  test('damaged settings are a failure with their path; the rest is told all the same', async () => {
    const place = await makePlace();
    const file = path.join(place.configDirectory, 'config.json');
    await mkdir(place.configDirectory, { mode: 0o700 });
    await writeFile(file, '{"profiles":', { mode: 0o600 });
    const run = await runWan(['doctor', '--json'], { place, env: { DASHSCOPE_API_KEY: sandboxKey } });
    expect(run.exitCode, run.stderr).toBe(1);
    const { checks } = documentOf(run).doctor;
    expect(checks.map(({ name }) => name)).toEqual([...machine, 'key', 'output', 'ffmpeg']);
    expect(rowOf(run, 'settings')).toMatchObject({ status: 'failure', exit_code: 1 });
    expect(rowOf(run, 'settings')?.message).toContain(file);
    expect(rowOf(run, 'key')?.message).toMatch(/^keys were not looked for: /u);
    expect(await readFile(file, 'utf8')).toBe('{"profiles":');
  });

  test('a file where jobs should lie is a failure', async () => {
    const place = await makePlace();
    await writeFile(place.stateDirectory, '');
    const run = await runWan(['doctor', '--json'], { place });
    expect(run.exitCode, run.stderr).toBe(1);
    expect(rowOf(run, 'state')).toMatchObject({ status: 'failure', exit_code: 1 });
  });

  test('a state directory that others may read is a warning', async () => {
    const place = await makePlace();
    await mkdir(place.stateDirectory);
    await chmod(place.stateDirectory, 0o750);
    const run = await runWan(['doctor', '--json'], { place });
    expect(rowOf(run, 'state')).toMatchObject({
      status: 'warning',
      hint: `chmod 700 ${place.stateDirectory}`,
    });
  });

  test.each<[string, string[], Record<string, string>]>([
    ['--out-dir', ['--out-dir', 'taken'], {}],
    ['WAN_OUT_DIR', [], { WAN_OUT_DIR: 'taken' }],
  ])('an output directory by %s that is a file is a usage error', async (_name, args, env) => {
    const place = await makePlace();
    await writeFile(path.join(place.cwd, 'taken'), '');
    const run = await runWan(['doctor', '--sandbox', '--json', ...args], { place, env });
    expect(run.exitCode, run.stderr).toBe(2);
    expect(rowOf(run, 'output')).toMatchObject({ status: 'failure', exit_code: 2 });
    expect(rowOf(run, 'service')?.status).toBe('ok');
  });
});

test('a proxy variable that is no address is a failure, without its value', async () => {
  const run = await runWan(['doctor', '--json'], { env: { HTTPS_PROXY: 'ftp://me:s3cret@x' } });
  expect(run.exitCode, run.stderr).toBe(2);
  expect(rowOf(run, 'proxy')).toMatchObject({ status: 'failure', exit_code: 2 });
  expect(run.stdout + run.stderr).not.toContain('s3cret');
});

test('ffmpeg is asked for its version, and gets no key', async () => {
  const place = await makePlace();
  const bin = await programs(place, 'bin', {
    ffmpeg: '#!/bin/sh\necho "ffmpeg version 9.9 key=$DASHSCOPE_API_KEY"\necho more\n',
  });
  const env = { PATH: `${bin}:/usr/bin:/bin`, DASHSCOPE_API_KEY: sandboxKey };
  const run = await runWan(['doctor', '--sandbox', '--json'], { place, env });
  expect(rowOf(run, 'ffmpeg')).toMatchObject({
    status: 'ok',
    details: { path: path.join(bin, 'ffmpeg'), version: 'ffmpeg version 9.9 key=' },
  });
});

test.each([
  [['--provider', 'nobody'], /there is no provider nobody/u],
  [['--sandbox', '--base-url', 'http://127.0.0.1:9'], /contradict/u],
])('%s is a usage error of the command itself', async (args, message) => {
  const run = await runWan(['doctor', '--json', ...args]);
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stderr).toMatch(message);
  expect(documentOf(run)).toMatchObject({ schema: 'wan.doctor/1', ok: false, doctor: null });
});
