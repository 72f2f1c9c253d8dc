import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { environmentFor, openSandbox } from '../helpers/sandbox.ts';
import { recordsOf } from './bad-input-checks.ts';
import { awkwardKey, expectNoKey } from './security-checks.ts';

const talk: readonly (readonly string[])[] = [
  [],
  ['-v'],
  ['--json'],
  ['--jsonl', '-v'],
  ['--print', 'outputs.0.url'],
];

test.each(talk)('the key is in no output and on no disk after a good run (%s %s)', async (...flags) => {
  const sandbox = await openSandbox();
  const env = { ...sandbox.env, DASHSCOPE_API_KEY: awkwardKey };
  const run = await runWan(['t2v', 'a', ...flags], { env });
  expect(run.exitCode, run.stderr).toBe(0);
  await expectNoKey(run, awkwardKey);
});

const encoded = encodeURIComponent(awkwardKey);
const lowerCase = encoded.replaceAll(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase());
const echo = `key ${awkwardKey} or ${encoded} or ${lowerCase}`;
const headers = { 'x-request-id': awkwardKey, 'retry-after': '0', server: awkwardKey };
const refusal = { code: echo, message: echo, request_id: awkwardKey };
/** As PHP and careful encoders write it: the key itself is not in the text, only in what it means. */
const escaped = JSON.stringify({ ...refusal, code: 'InvalidParameter' })
  .replaceAll('/', String.raw`\/`)
  .replaceAll('=', String.raw`\u003d`);
const html = `<html><title>${echo}</title><body>${echo}</body></html>`;
const failed = {
  output: { task_id: 't-1', task_status: 'FAILED', code: echo, message: echo },
  request_id: echo,
};
const accepted = { output: { task_id: 't-1', task_status: 'PENDING' }, request_id: awkwardKey };

const echoes = [
  ['a refusal', 2, [{ status: 400, headers, body: { ...refusal, code: 'InvalidParameter' } }]],
  ['an odd code', undefined, [{ status: 400, headers, body: refusal }]],
  ['a page', 14, [{ status: 502, headers, body: html }]],
  ['a redirect', 6, [{ status: 307, headers: { location: `/?key=${encoded}` }, body: html }]],
  ['JSON with escapes', 2, [{ status: 400, headers, body: escaped }]],
  [
    'a failed task',
    9,
    [
      { body: accepted, headers },
      { body: failed, headers },
    ],
  ],
] as const;

test.each(echoes.flatMap(([name, code, replies]) => talk.map((flags) => ({ name, code, replies, flags }))))(
  'a key that $name echoes stays inside ($flags)',
  async ({ code, replies, flags }) => {
    const service = await rudeServer(replies);
    const env = { ...environmentFor(service.origin), DASHSCOPE_API_KEY: awkwardKey };
    const run = await runWan(['t2v', 'a', ...flags], { env });
    if (code !== undefined) expect(run.exitCode, run.stderr).toBe(code);
    expect(service.requests[0]?.headers['authorization']).toBe(`Bearer ${awkwardKey}`);
    await expectNoKey(run, awkwardKey);
  },
);

test('a key in the environment that the run does not use stays inside as well', async () => {
  const other = 'other-service-key-0123456789';
  const service = await rudeServer([{ status: 400, body: { code: 'InvalidParameter', message: other } }]);
  const env = { ...environmentFor(service.origin), ACEDATACLOUD_API_TOKEN: other };
  const run = await runWan(['t2v', 'a', '--provider', 'dashscope', '-v'], { env });
  expect(run.exitCode, run.stderr).toBe(2);
  await expectNoKey(run, other);
});

test('signed queries are shown in documents only', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const options = { place, env: sandbox.env };
  const made = await runWan(['t2v', 'a', '-v'], options);
  const link = sandbox.downloads()[0]?.url ?? '';
  const signature = /Signature=([^&]+)/u.exec(link)?.[1] ?? 'none';
  const [record = ''] = await recordsOf(place, 'done');
  const id = path.basename(record, '.json');
  const [list, status, ...documents] = await Promise.all([
    runWan(['list'], options),
    runWan(['status', id, '-v'], options),
    runWan(['status', id, '--json'], options),
    runWan(['status', id, '--jsonl'], options),
    runWan(['status', id, '--print', 'outputs.0.url'], options),
  ]);
  expect(link).toContain('Signature=');
  for (const run of [made, list, status]) {
    expect(run.stdout + run.stderr).not.toContain('Signature');
    expect(run.stdout + run.stderr).not.toContain(signature);
  }
  for (const run of documents) {
    expect(run.stdout).toContain(signature);
    expect(run.stderr).not.toContain(signature);
  }
});

test('a failing download cuts the query from what it tells', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'download', times: 99, status: 403 }] });
  const run = await runWan(['t2v', 'a', '-v'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(13);
  expect(run.stderr).toContain('/dashscope-result/');
  expect(run.stderr).not.toContain('Signature');
});

test('queries of input links, credentials too, are cut in documents and on stderr', async () => {
  const sandbox = await openSandbox();
  const image = 'https://user:pass-word-1@example.com/a.png?Signature=secret-signature';
  const run = await runWan(['i2v', 'a', '-i', image, '--json', '-v', '--no-wait'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.submits()).toMatchObject([{ body: { input: { img_url: image } } }]);
  expect(run.stdout).toContain('https://example.com/a.png');
  expect(run.stdout + run.stderr).not.toMatch(/secret-signature|pass-word-1/u);
});

test('.env of the working directory is not read, --env-file is', async () => {
  const [place, thief, sandbox] = await Promise.all([makePlace(), rudeServer([{}]), openSandbox()]);
  const lines = (env: Record<string, string>) =>
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  await writeFile(path.join(place.cwd, '.env'), lines(environmentFor(thief.origin)));
  await writeFile(path.join(place.cwd, 'mine.env'), lines(sandbox.env));
  const without = await runWan(['t2v', 'a'], { place });
  expect(without.exitCode, without.stderr).toBe(3);
  const named = await runWan(['t2v', 'a', '--env-file', 'mine.env', '--no-wait'], { place });
  expect(named.exitCode, named.stderr).toBe(0);
  expect(sandbox.submits()).toHaveLength(1);
  expect(thief.requests).toEqual([]);
  const both = await runWan(['t2v', 'a', '--env-file', '.env', '--no-wait'], { place, env: sandbox.env });
  expect(both.exitCode, both.stderr).toBe(0);
  expect(thief.requests, 'what is set already stays').toEqual([]);
});

test('records and their directories are for their owner alone', async () => {
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', 'a', '--no-wait'], { env: sandbox.env });
  const { stateDirectory } = run.place;
  const [record = ''] = await recordsOf(run.place, 'open');
  const modes = await Promise.all(
    ['.', 'open', `open/${record}`, 'secret', 'by-task'].map(async (name) => {
      const { mode } = await stat(path.join(stateDirectory, name));
      return (mode & 0o777).toString(8);
    }),
  );
  expect(modes).toEqual(['700', '700', '600', '600', '700']);
  expect(JSON.parse(await readFile(path.join(stateDirectory, 'open', record), 'utf8'))).toMatchObject({
    status: 'queued',
  });
});
