import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { listFiles, makePlace, runWan, startWan, wanScript } from '../helpers/run-wan.ts';

/** A child that tells what it was given. */
const tellEnvironment = [process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];

async function environmentInside(
  flags: string[],
  env: Record<string, string | undefined>,
): Promise<Record<string, string>> {
  const run = await runWan(['sandbox', ...flags, '--', ...tellEnvironment], { env });
  expect(run.exitCode, run.stderr).toBe(0);
  return z.record(z.string(), z.string()).parse(JSON.parse(run.stdout));
}

test('points a command at the sandbox, without anything of the real services', async () => {
  const inside = await environmentInside([], {
    DASHSCOPE_API_KEY: 'sk-real',
    QWEN_API_KEY: 'sk-real',
    MODELSTUDIO_API_KEY: 'sk-real',
    ALIBABA_API_KEY: 'sk-real',
    DASHSCOPE_API_KEY_FILE_PATH: '/real/file',
    DASHSCOPE_WORKSPACE: 'ws-real',
    ACEDATACLOUD_API_TOKEN: 'the-real-token',
    ACEDATACLOUD_API_KEY: 'the-real-token',
    ACEDATA_API_KEY: 'the-real-token',
    ACEDATACLOUD_PLATFORM_TOKEN: 'the-real-token',
    SINANCODE_API_KEY: 'the-real-key',
    SINANCODE_BASE_URL: 'https://real.example.com',
    WAN_REGION: 'singapore',
    WAN_PROVIDER: 'acedata',
    DASHSCOPE_HTTP_BASE_URL: 'https://real.example.com/api/v1',
    MINE: 'stays',
  });
  expect(
    Object.values(inside).filter((value) => /sk-real|the-real-|ws-real|\breal\.|\/real\//u.test(value)),
  ).toEqual([]);
  expect(inside).toMatchObject({ WAN_PROVIDER: 'dashscope', MINE: 'stays' });
  const origin = new URL(inside['DASHSCOPE_HTTP_BASE_URL'] ?? '').origin;
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/u);
  expect(inside['ACEDATACLOUD_API_BASE_URL']).toBe(origin);
  expect(inside['DASHSCOPE_API_KEY']).toMatch(/./u);
  for (const name of ['QWEN_API_KEY', 'DASHSCOPE_WORKSPACE', 'WAN_REGION', 'DASHSCOPE_API_KEY_FILE_PATH']) {
    expect(inside).not.toHaveProperty(name);
  }
});

test('gives a command settings and jobs of its own, unless they were placed', async () => {
  const fresh = await environmentInside([], { WAN_CONFIG_DIR: undefined, WAN_STATE_DIR: undefined });
  expect(path.isAbsolute(fresh['WAN_STATE_DIR'] ?? '')).toBe(true);
  expect(fresh['WAN_CONFIG_DIR']).not.toBe(fresh['WAN_STATE_DIR']);
  const place = await makePlace();
  const run = await runWan(['sandbox', '--', ...tellEnvironment], { place });
  expect(JSON.parse(run.stdout)).toMatchObject({ WAN_STATE_DIR: place.stateDirectory });
});

test('names the provider that --provider asks for', async () => {
  expect(await environmentInside(['--provider', 'acedata'], {})).toMatchObject({ WAN_PROVIDER: 'acedata' });
});

test.each([
  ['its exit code', 'process.exit(7)', 7],
  ['128 and the signal that ended it', 'process.kill(process.pid, "SIGTERM")', 143],
])('ends like the command: %s', async (_name, script, exitCode) => {
  const run = await runWan(['sandbox', '--', process.execPath, '-e', script]);
  expect(run.exitCode, run.stderr).toBe(exitCode);
  expect(run.stdout).toBe('');
  // Nothing of the service stays behind.
  expect(await listFiles(path.join(run.place.root, 'tmp'))).toEqual([]);
});

test('hands the command’s input and output through', async () => {
  const run = await runWan(['sandbox', '--', 'cat'], { input: 'through the pipe' });
  expect(run).toMatchObject({ exitCode: 0, stdout: 'through the pipe', stderr: '' });
});

test('says so when there is no such command', async () => {
  const run = await runWan(['sandbox', '--', 'no-such-command-here', '--flag']);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toMatch(/^error: .*no-such-command-here.*\nhint: /u);
});

const logLine = z.strictObject({
  at: z.iso.datetime(),
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown(),
  status: z.int().nullable(),
  task_id: z.string().nullable(),
  fault: z.int().nullable(),
});

test('runs wan itself inside, with faults planned and requests logged', async () => {
  const place = await makePlace();
  const plan = [{ on: 'query', status: 503 }];
  await writeFile(path.join(place.cwd, 'plan.json'), JSON.stringify(plan));
  const flags = ['--latency', '200ms', '--faults', 'plan.json', '--log', 'requests.jsonl'];
  const wish = ['t2v', 'hello', '--size', '1280x720', '-d', '2', '-o', 'clip.mp4'];
  const run = await runWan(['sandbox', ...flags, '--', process.execPath, wanScript, ...wish], { place });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toBe(`${path.join(place.cwd, 'clip.mp4')}\n`);
  expect(run.files).toEqual(['clip.mp4', 'plan.json', 'requests.jsonl']);

  const text = await readFile(path.join(place.cwd, 'requests.jsonl'), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => logLine.parse(JSON.parse(line)));
  expect(lines[0]).toMatchObject({
    method: 'POST',
    url: '/api/v1/services/aigc/video-generation/video-synthesis',
    headers: { authorization: 'Bearer ***' },
    body: { model: 'wan2.6-t2v', input: { prompt: 'hello' } },
    status: 200,
    fault: null,
  });
  expect(lines[1]).toMatchObject({ method: 'GET', status: 503, fault: 1 });
  expect(lines.at(-1)).toMatchObject({ method: 'GET', status: 200, body: null, task_id: lines[0]?.task_id });
  expect(lines.at(-1)?.headers).not.toHaveProperty('authorization');
});

test.each([
  ['is no JSON', '[{', /plan\.json is not JSON/u],
  [
    'has an unknown field',
    '[{"on":"query"},{"on":"submit","oops":1}]',
    /plan\.json, rule 2, "oops": no such field/u,
  ],
  ['has a bad value', '[{"on":"query","after":-1}]', /plan\.json, rule 1, "after"/u],
  ['is not there', undefined, /plan\.json cannot be read/u],
])('refuses a fault plan that %s, and runs nothing', async (_name, text, message) => {
  const place = await makePlace();
  if (text !== undefined) await writeFile(path.join(place.cwd, 'plan.json'), text);
  const run = await runWan(['sandbox', '--faults', 'plan.json', '--', 'touch', 'ran'], { place });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(message);
  expect(run.stderr).toMatch(/^hint: /mu);
  expect(run.files).not.toContain('ran');
});

test('refuses a port that is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const run = await runWan(['sandbox', '--port', String(port), '--json']);
  expect(run.exitCode).toBe(2);
  expect(JSON.parse(run.stdout)).toMatchObject({
    schema: 'wan.sandbox/1',
    ok: false,
    sandbox: null,
    error: {
      class: 'usage',
      message: `port ${port} is in use`,
      hint: expect.stringContaining('--port 0') as string,
    },
  });
});

test('serves raw clients until it is told to stop', async () => {
  const { child, done, place } = await startWan(['sandbox', '--port', '0', '--latency', '0s']);
  let printed = '';
  child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
  await expect.poll(() => printed, { interval: 10, timeout: 20_000 }).toContain('export WAN_PROVIDER=');
  const variables = new Map(
    [...printed.matchAll(/^export (\w+)=(\S+)$/gmu)].map(([, name, value]) => [name, value]),
  );
  const base = variables.get('DASHSCOPE_HTTP_BASE_URL') ?? '';
  const submit = (headers: Record<string, string>) =>
    fetch(`${base}/services/aigc/video-generation/video-synthesis`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-dashscope-async': 'enable', ...headers },
      body: JSON.stringify({ model: 'wan2.6-t2v', input: { prompt: 'p' }, parameters: {} }),
    });

  const keyless = await submit({});
  expect(keyless.status).toBe(401);
  expect(await keyless.json()).toMatchObject({ code: 'InvalidApiKey' });
  const authorization = `Bearer ${variables.get('DASHSCOPE_API_KEY')}`;
  expect((await submit({ authorization, origin: 'https://example.com' })).status).toBe(403);
  const accepted = await submit({ authorization });
  expect(accepted.status).toBe(200);
  const answer = z.object({ output: z.object({ task_id: z.string() }) }).parse(await accepted.json());
  const task = await fetch(`${base}/tasks/${answer.output.task_id}`, { headers: { authorization } });
  expect(await task.json()).toMatchObject({ output: { task_status: 'SUCCEEDED' } });

  const acedata = await fetch(`${variables.get('ACEDATACLOUD_API_BASE_URL')}/wan/tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${variables.get('ACEDATACLOUD_API_TOKEN')}` },
    body: JSON.stringify({ action: 'retrieve', id: 'unknown' }),
  });
  expect(await acedata.json()).toEqual({});

  child.kill('SIGTERM');
  const run = await done;
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toMatch(/^note: serving on http:\/\/127\.0\.0\.1:\d+; Ctrl-C stops it$/mu);
  expect(await listFiles(path.join(place.root, 'tmp'))).toEqual([]);
});

test.each(['films.example', 'ftp://a.example', 'http://u:p@a.example', 'http://a.example/?x=1'])(
  '--public-url %s is refused',
  async (url) => {
    const run = await runWan(['sandbox', '--port', '0', '--public-url', url]);
    expect(run.exitCode, run.stderr).toBe(2);
    expect(run.stderr).toContain('hint: --public-url http://wan-sandbox:18080');
  },
);
