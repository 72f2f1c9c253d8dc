import { expect, test } from 'vitest';
import { makePlace, runWan, type WanRun } from '../helpers/run-wan.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { environmentFor, openSandbox } from '../helpers/sandbox.ts';
import { recordsOf } from './bad-input-checks.ts';

const escape = '\u001b';
/** Whatever speaks to a terminal, to a reader's eyes, or to a CI runner. */
const hostile = [
  `${escape}[31mred${escape}[2J`,
  `${escape}]0;title\u0007`,
  `${escape}]8;;http://evil\u0007link${escape}]8;;\u0007`,
  '\r\u001b[Koverwritten',
  'back\b\b\b\bspace',
  '\u009b31mC1\u0085\u0090',
  '\u202etxt.exe\u2066\u200f',
  '\n::error::pwned',
  '\r\n##vso[task.setvariable variable=x]y',
  '\n##[error]pwned',
  '\u2028::set-output name=x::y\u2029',
  '\u007f',
].join(' ');

// oxlint-disable-next-line no-control-regex -- what must not be there
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** Not one control byte on either stream but line ends, and no line that a CI runner would obey. */
function expectCalm(run: WanRun): void {
  for (const text of [run.stdout, run.stderr]) {
    expect(controls.exec(text)?.[0], JSON.stringify(text)).toBeUndefined();
    expect(text).not.toMatch(/^\s*(?:::|##)/mu);
    expect(text).not.toContain('\ufffd');
  }
  expect(run.files.filter((name) => controls.test(name) || name.includes('::'))).toEqual([]);
}

const modes: readonly (readonly string[])[] = [[], ['-v'], ['--json'], ['--jsonl', '-v']];

test.each(modes)('a hostile prompt stays text (%s %s)', async (...flags) => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const options = { place, env: sandbox.env };
  const run = await runWan(['t2v', '--prompt', hostile, ...flags], options);
  expect(run.exitCode, run.stderr).toBe(0);
  expectCalm(run);
  expect(sandbox.submits(), 'the service gets it as it was typed').toMatchObject([
    { body: { input: { prompt: hostile } } },
  ]);
  for (const command of ['list', 'list --json']) {
    // One after the other: they are one user's.
    // oxlint-disable-next-line no-await-in-loop
    const list = await runWan(command.split(' '), options);
    expect(list.exitCode).toBe(0);
    // The tabs between the columns are ours; none comes out of the prompt.
    expect(list.stdout.split('\t')).toHaveLength(command === 'list' ? 8 : 1);
    expectCalm({ ...list, stdout: list.stdout.replaceAll('\t', ' ') });
  }
});

const headers = { 'x-request-id': 'id \u0085\u009b31m ::error::'.replaceAll(/[^\u0020-\u00ff]/gu, '') };
const refusal = { code: `InvalidParameter${hostile}`, message: hostile, request_id: hostile };
const task = { output: { task_id: 't-1', task_status: 'PENDING' }, request_id: hostile };
const failed = { output: { task_id: 't-1', task_status: 'FAILED', code: hostile, message: hostile } };

const services = [
  ['a refusal', [{ status: 400, headers, body: refusal }]],
  ['a refusal of unknown kind', [{ status: 403, headers, body: { code: hostile, message: hostile } }]],
  ['an unreadable answer', [{ status: 500, headers, body: hostile }]],
  ['a page', [{ status: 502, headers, body: `<html>${hostile}</html>` }]],
  ['a redirect', [{ status: 302, headers: { ...headers, location: '\u009b31m::error::' }, body: hostile }]],
  ['a task id', [{ body: { output: { task_id: hostile, task_status: 'PENDING' } } }]],
  ['a task id for CI', [{ body: { output: { task_id: '::error::pwned', task_status: 'PENDING' } } }]],
  [
    'a failed task',
    [
      { body: task, headers },
      { body: { ...failed, request_id: hostile }, headers },
    ],
  ],
  [
    'a result link',
    [
      { body: task },
      { body: { output: { task_status: 'SUCCEEDED', video_url: `http://127.0.0.1:1/${hostile}` } } },
    ],
  ],
] as const;

test.each(services.flatMap(([name, replies]) => modes.map((flags) => ({ name, replies, flags }))))(
  'hostile text in $name stays text ($flags)',
  async ({ replies, flags }) => {
    const [place, service] = await Promise.all([makePlace(), rudeServer(replies)]);
    const options = { place, env: environmentFor(service.origin) };
    const run = await runWan(['t2v', 'a', ...flags], options);
    expect(run.exitCode).not.toBe(0);
    expect(run.stderr).toMatch(/^error: /mu);
    expect(run.stderr).not.toContain('wan has a fault');
    expectCalm(run);
    const records = [...(await recordsOf(place, 'open')), ...(await recordsOf(place, 'done'))];
    const id = /(\w{12})\.json$/u.exec(records[0] ?? '')?.[1] ?? '';
    // What the record keeps is told again, by itself and in a list.
    expectCalm(await runWan(['status', id, ...flags], options));
  },
);

test.each(['::error::pwned', '##vso[task.complete]', '..', '-v'])('the task id %s is not one', async (id) => {
  const service = await rudeServer([{ body: { output: { task_id: id, task_status: 'PENDING' } } }]);
  const run = await runWan(['t2v', 'a', '--no-wait'], { env: environmentFor(service.origin) });
  expect(run.exitCode, run.stderr).toBe(14);
  expect(run.stdout).toBe('');
});

test('--print keeps a text of the service from speaking to a CI runner', async () => {
  const body = { output: { task_id: 't-1', task_status: 'PENDING' }, request_id: '::error::pwned' };
  const service = await rudeServer([{ body }]);
  const args = ['t2v', 'a', '--no-wait', '--print', 'request_id'];
  const run = await runWan(args, { env: environmentFor(service.origin) });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toBe('"::error::pwned"\n');
});

test('file names made of prompts and task ids are plain', async () => {
  const prompt = `..${escape}[31m/..\\ a\nb:*?"<>|\u202e c${'d'.repeat(300)}`;
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', '--prompt', prompt, '-o', '{slug}.{mode}.{ext}'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual([expect.stringMatching(/^[a-z0-9-]+\.t2v\.mp4$/u)]);
});

test.each([
  ['list', '--all', hostile],
  ['status', hostile],
  ['wait', '--task-id', hostile],
  ['t2v', 'a', '--model', hostile],
  ['t2v', 'a', '--size', hostile],
  ['t2v', 'a', '--base-url', hostile],
  ['t2v', 'a', '-o', `{${hostile}}`],
  ['i2v', 'a', '-i', `https://x/${hostile}`],
  [hostile],
  ['t2v', `--${hostile}`],
  ['config', 'get', hostile],
])('hostile arguments are told of calmly: %s', async (...args) => {
  const words = args.map((word) => word.replaceAll('\u0000', ''));
  const run = await runWan(words, { env: environmentFor('http://127.0.0.1:9') });
  expect(run.exitCode).not.toBe(0);
  expect(run.stderr).toMatch(/^error: /mu);
  expectCalm(run);
});
