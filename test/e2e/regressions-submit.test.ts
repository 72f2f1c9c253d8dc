import { expect, test } from 'vitest';
import { rudeServer } from '../helpers/rude-server.ts';
import { runWan } from '../helpers/run-wan.ts';
import { environmentFor, notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal, linesWith } from './bad-input-checks.ts';
import { readRecords } from './records.ts';

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];

test.each([
  ['r2v', '--ref-image'],
  ['i2v', '--last-frame'],
])(
  'an input that AceData’s body has no place for is refused before anything is sent: %s',
  async (mode, flag) => {
    const sandbox = await openSandbox({ provider: 'acedata' });
    const args = [
      mode,
      'p',
      '--provider',
      'acedata',
      '-m',
      'wan2.9-video',
      flag,
      'https://example.com/a.png',
    ];
    const run = await runWan(args, { env: sandbox.env });
    expectRefusal(run, 2, /wan2\.9-video at AceData Cloud has no place for --/u, /wan models/u);
    expect(sandbox.requests).toEqual([]);
    expect(await readRecords(run.place)).toEqual({ open: [], done: [] });
  },
);

test.each([
  [
    'a 200 of DashScope with a code',
    'dashscope',
    { status: 200, body: { code: 'InternalError', message: 'x' } },
    'InternalError',
  ],
  [
    'a 500 of AceData with a code that elsewhere means no',
    'acedata',
    { status: 500, body: { error: { code: 'used_up', message: 'x' } } },
    'used_up',
  ],
] as const)('%s does not say that nothing was bought', async (_name, provider, reply, code) => {
  const service = await rudeServer([reply]);
  const run = await runWan(wish, { env: environmentFor(service.origin, provider) });
  expectRefusal(run, 14, new RegExp(`not known whether .*${code}`, 'u'), /^hint: wan resume \w{12}$/u);
  expect(service.requests.filter(({ url }) => /video-synthesis|\/wan\/videos/u.test(url))).toHaveLength(1);
  expect(await readRecords(run.place)).toMatchObject({
    open: [{ status: 'unconfirmed', task_id: null, error: { class: 'unconfirmed', code } }],
    done: [],
  });
});

test('a Retry-After of an hour is not waited for, and not cut short either', async () => {
  const sandbox = await openSandbox({
    faults: [{ on: 'submit', times: 9, status: 429, code: 'Throttling', headers: { 'Retry-After': '3600' } }],
  });
  const run = await runWan(wish, { env: sandbox.env });
  expectRefusal(run, 4, /Throttling/u, /wait/u);
  expect(linesWith(run.stderr, 'note:')).toEqual([]);
  expect(sandbox.submits()).toHaveLength(1);
  expect((await readRecords(run.place)).done).toMatchObject([
    { status: 'failed', error: { class: 'quota' } },
  ]);
});

test('--no-wait --jsonl ends with the result, as every other command does', async () => {
  const sandbox = await openSandbox({ latencyMs: notBeforePassed });
  const run = await runWan([...wish, '--no-wait', '--jsonl'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  const lines = run.stdout.trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { event: string; result?: unknown });
  const order = ['prepared', 'submitting', 'submitted', 'notice', 'result'];
  expect(events.map(({ event }) => event)).toEqual(order);
  const { task_id } = sandbox.submits()[0] ?? {};
  expect(events.at(-1)).toMatchObject({
    schema: 'wan.event/1',
    result: { schema: 'wan.job/1', ok: true, job: { task_id, status: 'queued' }, error: null },
  });
});

test.each(['30d', '99999h'])('--poll-interval %s, which no timer can hold, is refused', async (text) => {
  const sandbox = await openSandbox();
  const run = await runWan([...wish, '--poll-interval', text], { env: sandbox.env });
  expectRefusal(run, 2, new RegExp(`--poll-interval ${text}`, 'u'), /--poll-interval \d/u);
  expect(sandbox.requests).toEqual([]);
});

test.each([
  ['nothing', ['']],
  ['another flag', ['--timeout']],
  ['another flag with its value', ['--timeout', '5s']],
])('--task-id without its value, before %s, says that it is missing', async (_name, more) => {
  const sandbox = await openSandbox();
  const env = sandbox.env;
  const runs = await Promise.all([
    runWan(['status', '--task-id', ...more], { env }),
    runWan(['wait', '--task-id', ...more], { env }),
    runWan(['download', '--task-id', ...more], { env }),
  ]);
  for (const run of runs) expectRefusal(run, 2, /--task-id needs a value/u, /--help/u);
  expect(sandbox.requests).toEqual([]);
});
