import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { runWan, wanScript } from '../helpers/run-wan.ts';
import { openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { readDocument } from './records.ts';

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '2'];

const event = z.looseObject({
  schema: z.literal('wan.event/1'),
  event: z.string(),
  at: z.iso.datetime(),
  job_id: z.string().nullable(),
});

function readEvents(stdout: string) {
  expect(stdout.endsWith('\n')).toBe(true);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => event.parse(JSON.parse(line)));
}

test('tells events as they happen with --jsonl, the document last', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'query', status: 503 }] });
  const run = await runWan([...wish, '--jsonl'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  const events = readEvents(run.stdout);
  const names = events.map((one) => one.event);
  expect(names.filter((name, index) => name !== names[index - 1])).toEqual([
    'prepared',
    'submitting',
    'submitted',
    'notice',
    'status',
    'downloading',
    'saved',
    'result',
  ]);
  const result = events.at(-1);
  const document = readDocument(`${JSON.stringify(result?.['result'])}\n`);
  expect(document).toMatchObject({ ok: true, job: { status: 'succeeded' }, error: null });
  expect(new Set(events.map((one) => one.job_id))).toEqual(new Set([document.job?.id]));
  expect(events.find((one) => one.event === 'submitted')).toMatchObject({
    task_id: sandbox.submits()[0]?.task_id,
  });
  expect(events.find((one) => one.event === 'saved')).toMatchObject({
    path: document.job?.outputs[0]?.path,
  });
});

test.each([
  ['the service refuses', wish, { on: 'submit', status: 400, code: 'DataInspectionFailed' }, 10],
  ['a download fails', wish, { on: 'download', status: 403, times: 9 }, 13],
  ['the command line is wrong', ['t2v', '--nonsense'], { on: 'list' }, 2],
])('ends --jsonl with error and result when %s', async (_name, args, fault, exitCode) => {
  const sandbox = await openSandbox({ faults: [fault] });
  const run = await runWan([...args, '--jsonl'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(exitCode);
  const [error, result] = readEvents(run.stdout).slice(-2);
  const document = readDocument(`${JSON.stringify(result?.['result'])}\n`);
  expect(result?.event).toBe('result');
  expect(document).toMatchObject({ ok: false, error: { exit_code: exitCode } });
  expect(error).toMatchObject({ event: 'error', error: document.error });
});

test.each([
  ['outputs.0.path', 'the path'],
  ['job.outputs.0.path', 'the path'],
  ['outputs.0.seconds', '2'],
  ['task_id', 'the task'],
  ['ok', 'true'],
])('prints the field %s alone', async (field, expected) => {
  const sandbox = await openSandbox();
  const run = await runWan([...wish, '--print', field], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  const known: Record<string, string> = {
    'the path': path.join(run.place.cwd, run.files[0] ?? ''),
    'the task': sandbox.submits()[0]?.task_id ?? '',
  };
  expect(run.stdout).toBe(`${known[expected] ?? expected}\n`);
});

test('refuses a field that no document has, before anything is spent', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...wish, '--print', 'no.such.field'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stdout).toBe('');
  expect(sandbox.requests).toEqual([]);
});

test('prints nothing for --print when the command fails', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'submit', task: 'FAILED' }] });
  const run = await runWan([...wish, '--print', 'outputs.0.path'], { env: sandbox.env });
  expect(run.exitCode).toBe(9);
  expect(run.stdout).toBe('');
});

test('says nothing but the result with --quiet', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'query', status: 503 }] });
  const run = await runWan([...wish, '--quiet'], { env: sandbox.env });
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toBe('');
  expect(run.stdout).toBe(`${path.join(run.place.cwd, run.files[0] ?? '')}\n`);
});

test('still says what failed with --quiet', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'submit', status: 400, code: 'InvalidParameter' }] });
  const run = await runWan([...wish, '--quiet'], { env: sandbox.env });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/^error: .+\nhint: .+\n$/u);
});

test('shows each call with --verbose, never the key or a signature', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...wish, '--verbose'], { env: sandbox.env });
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain(
    `> POST ${sandbox.origin}/api/v1/services/aigc/video-generation/video-synthesis\n`,
  );
  expect(run.stderr).toMatch(/^< 200, request id [0-9a-f-]{36}, \d+ ms$/mu);
  expect(run.stdout + run.stderr).not.toContain(sandboxKey);
  expect(run.stdout + run.stderr).not.toContain('Signature=');
});

test.each([
  ['off a terminal', {}],
  ['with CI set', { CI: '1' }],
  ['with CI set and colours forced', { CI: '1', FORCE_COLOR: '1' }],
])('draws nothing that moves %s', async (_name, env) => {
  const sandbox = await openSandbox();
  const run = await runWan(wish, { env: { ...sandbox.env, ...env } });
  expect(run.exitCode).toBe(0);
  // oxlint-disable-next-line no-control-regex -- what terminals are driven with
  expect(run.stdout + run.stderr).not.toMatch(/[\u001b\r]/u);
  const lines = run.stderr.trimEnd().split('\n');
  expect(new Set(lines).size).toBe(lines.length);
});

test.each([
  ['FORCE_COLOR', { FORCE_COLOR: '1' }, [], true],
  ['nothing', {}, [], false],
  ['NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, [], false],
  ['--no-color', { FORCE_COLOR: '1' }, ['--no-color'], false],
])('colours by %s', async (_name, env, flags, isColoured) => {
  const run = await runWan([...wish, ...flags], { env });
  expect(run.exitCode).toBe(3);
  expect(run.stderr.startsWith('\u001b[31merror:\u001b[39m ')).toBe(isColoured);
  expect(run.stderr.includes('\u001b')).toBe(isColoured);
});

test('goes on when whoever reads its progress has left', async () => {
  const script = `"$0" "$1" t2v "a paper boat" --sandbox --no-wait -v 2>&1 >id.txt | head -c 1 >/dev/null`;
  const run = await runWan(['sandbox', '--', 'sh', '-c', script, process.execPath, wanScript]);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(await readFile(path.join(run.place.cwd, 'id.txt'), 'utf8')).toMatch(/^[0-9a-f-]{36}\n$/u);
});
