import { describe, expect, test } from 'vitest';
import { makePlace, runWan, startWan } from '../helpers/run-wan.ts';
import { rudeServer, type RudeReply } from '../helpers/rude-server.ts';
import { environmentFor, openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { documentOf, headsOf, last, machine, rowOf } from './doctor-rows.ts';

const good = { body: { request_id: 'r', total: 0, data: [] } };

describe('a key', () => {
  test.each<[string, RudeReply, number, string, RegExp]>([
    ['is taken', good, 0, 'ok', /^dashscope: takes the key, \d+ ms to http:\/\/127\.0\.0\.1:\d+$/u],
    [
      'is refused, by a service that echoes it',
      { status: 401, body: { code: 'InvalidApiKey', message: `bad ${sandboxKey}`, request_id: 'r-9' } },
      3,
      'failure',
      /refuses the key from DASHSCOPE_API_KEY: InvalidApiKey: bad \*\*\*/u,
    ],
    ['meets nobody', { drop: 'before' }, 6, 'failure', /could not be checked at http/u],
    ['meets a page', { status: 502, body: '<html>' }, 6, 'failure', /answered 502/u],
  ])('that %s', async (_name, reply, code, status, message) => {
    const service = await rudeServer([reply]);
    const env = { ...environmentFor(service.origin), QWEN_API_KEY: 'sk-other-0123456789' };
    const run = await runWan(['doctor', '--json'], { env });
    expect(run.exitCode, run.stderr).toBe(code);
    expect(rowOf(run, 'service')).toMatchObject({ status, exit_code: code === 0 ? null : code });
    expect(rowOf(run, 'service')?.message).toMatch(message);
    expect(documentOf(run).ok).toBe(code === 0);
    expect(documentOf(run).error?.exit_code ?? 0).toBe(code);
    expect(rowOf(run, 'key')?.details).toMatchObject({
      source: 'DASHSCOPE_API_KEY',
      not_used: ['QWEN_API_KEY'],
    });
    expect(rowOf(run, 'region')?.details).toMatchObject({ region: null });
    expect(run.stdout + run.stderr).not.toMatch(/sk-e2e|sk-other|0123456789/u);
    expect(service.requests.map(({ method }) => method)).toEqual(['GET']);
  });

  test('whose service has another time is a warning: exit 0', async () => {
    const service = await rudeServer([{ ...good, headers: { date: 'Wed, 01 Jan 2020 00:00:00 GMT' } }]);
    const run = await runWan(['doctor', '--json'], { env: environmentFor(service.origin) });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(rowOf(run, 'clock')).toMatchObject({ status: 'warning', hint: expect.any(String) });
    expect(rowOf(run, 'clock')?.details['skew_seconds']).toBeLessThan(-60);
    expect(rowOf(run, 'clock')?.message).toMatch(/s ahead of dashscope’s$/u);
    expect(documentOf(run).ok).toBe(true);
  });

  test('of two providers: both are checked, and that nothing chooses is a warning', async () => {
    const sandbox = await openSandbox();
    const env = { ...environmentFor(sandbox.origin), ...environmentFor(sandbox.origin, 'acedata') };
    const both = await runWan(['doctor'], { env });
    expect(both.exitCode, both.stderr).toBe(0);
    const lines = headsOf(both).slice(machine.length, -last.length);
    expect(lines).toEqual(['warning provider', 'ok key', 'ok key', 'ok region', 'ok service', 'ok service']);
    const one = await runWan(['doctor', '--provider', 'acedata', '--json'], { env });
    expect(documentOf(one).doctor.checks.slice(machine.length, -last.length)).toMatchObject([
      { name: 'provider', status: 'ok', details: { provider: 'acedata' } },
      { name: 'key', details: { source: 'ACEDATACLOUD_API_TOKEN' } },
      { name: 'service', details: { provider: 'acedata' } },
    ]);
    expect(sandbox.submits(), 'nothing is bought').toEqual([]);
  });

  test('that is stored, and beaten by the environment, is said to be unused', async () => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    const login = [
      'auth',
      'login',
      '--provider',
      'dashscope',
      '--api-key-stdin',
      '--base-url',
      sandbox.origin,
    ];
    const stored = 'sk-stored-9876543210';
    await runWan(login, { place, input: stored });
    await runWan([...login, '--profile', 'work'], { place, input: stored });
    const run = await runWan(['doctor', '--json'], { place, env: environmentFor(sandbox.origin) });
    expect(run.exitCode, run.stderr).toBe(0);
    const keys = documentOf(run).doctor.checks.filter(({ name }) => name === 'key');
    expect(keys.map(({ details }) => [details['profile'], details['source'], details['not_used']])).toEqual([
      ['dashscope', 'DASHSCOPE_API_KEY', ['profile dashscope']],
      ['work', 'profile work', ['DASHSCOPE_API_KEY']],
    ]);
    expect(run.stdout + run.stderr).not.toContain('9876543210');
  });

  test('behind a proxy that is not there: exit 6, and the proxy’s password is not shown', async () => {
    const proxy = await rudeServer([]);
    await proxy.close();
    const env = {
      HTTPS_PROXY: `http://me:s3cret-pass@127.0.0.1:${proxy.port}`,
      DASHSCOPE_API_KEY: 'sk-sp-0123456789',
    };
    const run = await runWan(['doctor'], { env });
    expect(run.exitCode, run.stderr).toBe(6);
    expect(run.stdout).toMatch(new RegExp(`^ok +proxy +https through http://127.0.0.1:${proxy.port},`, 'mu'));
    expect(run.stdout).toMatch(/^warning +key .*plan.*hint: /mu);
    expect(run.stdout).toMatch(/^failure +region .*could not be asked: .* {2}hint: give it with --region$/mu);
    expect(run.stdout + run.stderr).not.toMatch(/s3cret|sk-sp-0/u);
  });
});

test('Ctrl-C while a service thinks ends it at once', async () => {
  let isAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const service = await rudeServer(() => {
    isAsked();
    return { hang: true };
  });
  const { child, done } = await startWan(['doctor', '--json'], { env: environmentFor(service.origin) });
  await asked;
  child.kill('SIGINT');
  const run = await done;
  expect(run.exitCode, run.stderr).toBe(130);
  expect(run.stderr).toMatch(/^error: interrupted$/mu);
  expect(documentOf(run)).toMatchObject({ ok: false, doctor: null });
});
