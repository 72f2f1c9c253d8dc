import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox, type TestSandbox } from '../helpers/sandbox.ts';
import { readDocument, readJob, readJobs, readRecords } from './records.ts';

const providers = ['dashscope', 'acedata'] as const;

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];

/** A job that is submitted and left; its task ends when the test lets the time pass. */
async function submitted(provider: (typeof providers)[number], more: string[] = []) {
  const sandbox = await openSandbox({ provider, latencyMs: notBeforePassed });
  const place = await makePlace();
  const run = await runWan([...wish, ...more, '--no-wait', '--json'], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(0);
  const { id, task_id: taskId } = readJob(run.stdout);
  return { sandbox, place, id: id ?? '', taskId: taskId ?? '' };
}

function servedBytes(sandbox: TestSandbox): Promise<ArrayBuffer> {
  const link = sandbox.downloads()[0]?.url ?? '';
  return fetch(`${sandbox.origin}${link}`).then((reply) => reply.arrayBuffer());
}

test.each(providers)('prints the task id and leaves with --no-wait (%s)', async (provider) => {
  const sandbox = await openSandbox({ provider, latencyMs: notBeforePassed });
  const run = await runWan([...wish, '--no-wait'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toBe(`${sandbox.submits()[0]?.task_id}\n`);
  expect(run.stderr).toMatch(/`wan wait [0-9A-Z]{12}` saves the video/u);
  expect(run.files).toEqual([]);
  expect(sandbox.requests).toHaveLength(1);
  const { open, done } = await readRecords(run.place);
  expect(open).toMatchObject([{ status: 'queued', task_id: sandbox.submits()[0]?.task_id }]);
  expect(done).toEqual([]);
});

/** With the record of the submit, and on another machine that knows only the task's id. */
const knowledge = ['a record', 'no record'] as const;

test.each(providers.flatMap((provider) => knowledge.map((known) => [provider, known] as const)))(
  'asks for, then downloads a task by its id (%s, %s)',
  async (provider, known) => {
    const { sandbox, place: first, taskId, id } = await submitted(provider);
    const place: Place = known === 'a record' ? first : await makePlace();
    const asked = { env: sandbox.env, place };
    const way = provider === 'acedata' ? ' --provider acedata' : '';
    const handle = known === 'a record' ? id : `--task-id ${taskId}${way}`;

    const queued = await runWan(['status', '--task-id', taskId], asked);
    expect(queued.exitCode).toBe(8);
    expect(queued.stdout).toMatch(new RegExp(`^queued ${taskId}\\b.*\n$`, 'u'));
    expect(queued.stderr).toBe('');

    const early = await runWan(['download', '--task-id', taskId, '-o', 'x.mp4'], asked);
    expect(early.exitCode).toBe(8);
    expect(early.stdout).toBe('');
    expect(early.stderr).toContain(`hint: wan wait ${handle}\n`);
    expect(early.files).toEqual([]);

    sandbox.pass(notBeforePassed / 2);
    const running = await runWan(['status', '--task-id', taskId, '--poll-once', '--json'], asked);
    expect(running.exitCode).toBe(8);
    const document = readDocument(running.stdout);
    expect(document).toMatchObject({ ok: true, job: { status: 'running', task_id: taskId } });
    expect(document.error).toMatchObject({ class: 'not_finished', exit_code: 8, retryable: true });
    expect(document.job?.error).toEqual(document.error);
    expect(document.job?.id).toBe(known === 'a record' ? id : null);

    sandbox.pass(notBeforePassed);
    const done = await runWan(['status', '--task-id', taskId], asked);
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdout).toMatch(new RegExp(`^succeeded ${taskId}\\b.*link expires in`, 'u'));

    const saved = await runWan(['download', '--task-id', taskId, '-o', 'x.mp4'], asked);
    expect(saved.exitCode, saved.stderr).toBe(0);
    expect(saved.stdout).toBe(`${path.join(place.cwd, 'x.mp4')}\n`);
    expect(saved.files).toEqual(['x.mp4']);
    const file = await readFile(path.join(place.cwd, 'x.mp4'));
    expect(file.equals(Buffer.from(await servedBytes(sandbox)))).toBe(true);
    expect(sandbox.submits()).toHaveLength(1);

    const records = await readRecords(place);
    expect(records.open).toEqual([]);
    // Of a foreign id no record is kept.
    expect(records.done).toHaveLength(known === 'a record' ? 1 : 0);
  },
);

test.each(providers)('works across commands with --sandbox (%s)', async (provider) => {
  const place = await makePlace();
  const flags = ['--sandbox', '--provider', provider];
  const started = await runWan([...wish, ...flags, '--no-wait'], { place });
  expect(started.exitCode, started.stderr).toBe(0);
  const taskId = started.stdout.trim();

  // The record knows that it is a sandbox's: no flag is needed.
  const early = await runWan(['download', '--task-id', taskId], { place });
  expect(early.exitCode, early.stderr).toBe(8);
  const saved = await runWan(['wait', '--task-id', taskId, '-o', 'x.mp4'], { place });
  expect(saved.exitCode, saved.stderr).toBe(0);
  expect(saved.files).toEqual(['x.mp4']);
  const status = await runWan(['status', taskId], { place });
  expect(status.exitCode).toBe(0);
  expect(status.stdout).toContain(`succeeded ${taskId}`);

  // Without the record the flag says where to ask.
  const foreign = await makePlace();
  const unknown = await runWan(['status', '--task-id', taskId, ...flags], { place: foreign });
  expect(unknown.exitCode, unknown.stderr).toBe(11);
});

test('waits for a job and saves it as the command that started it wanted', async () => {
  const { sandbox, place, id } = await submitted('dashscope', ['-o', 'mine/{slug}.{ext}']);
  sandbox.pass(notBeforePassed);
  const run = await runWan(['wait', id.toLowerCase()], { env: sandbox.env, place, cwd: place.home });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toBe(`${path.join(place.cwd, 'mine/a-paper-boat.mp4')}\n`);

  // What is there need not be fetched again.
  const again = await runWan(['wait', id], { place });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stdout).toBe(run.stdout);
  expect(sandbox.downloads()).toHaveLength(1);
});

test('waits for a task that nobody here has started', async () => {
  const { sandbox, taskId } = await submitted('dashscope');
  sandbox.pass(notBeforePassed);
  const run = await runWan(['wait', '--task-id', taskId, '--json'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  // Without a record `{job}` is the beginning of the task's id.
  expect(run.files).toEqual([expect.stringMatching(new RegExp(`-${taskId.slice(0, 12)}\\.mp4$`, 'u'))]);
  expect(readJob(run.stdout)).toMatchObject({ id: null, task_id: taskId, status: 'succeeded' });
});

test('goes on with a wait that ran out of time', async () => {
  const { sandbox, place, id } = await submitted('dashscope');
  const run = await runWan(['wait', id, '--timeout', '1s'], { env: sandbox.env, place });
  expect(run.exitCode).toBe(5);
  expect(run.stderr).toContain(`hint: wan wait ${id}\n`);
  sandbox.pass(notBeforePassed);
  const again = await runWan(['wait', id], { env: sandbox.env, place });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(sandbox.submits()).toHaveLength(1);
});

test('answers for a final record without network or key', async () => {
  const sandbox = await openSandbox();
  const place = await makePlace();
  const made = await runWan([...wish, '--json'], { env: sandbox.env, place });
  const job = readJob(made.stdout);
  const failing = await openSandbox({
    faults: [{ on: 'submit', task: 'FAILED', code: 'InternalError.Algo' }],
  });
  const failed = await runWan([...wish, '--json'], { env: failing.env, place });
  const lost = readJob(failed.stdout);
  await Promise.all([sandbox.close(), failing.close()]);

  const status = await runWan(['status', job.id ?? ''], { place });
  expect(status.exitCode, status.stderr).toBe(0);
  expect(status.stdout).toContain(`succeeded ${job.task_id}`);
  expect(status.stdout).toContain(job.outputs[0]?.path);
  const other = await runWan(['status', lost.task_id ?? '', '--json'], { place });
  expect(other.exitCode).toBe(9);
  expect(readDocument(other.stdout)).toMatchObject({
    ok: false,
    job: { id: lost.id, status: 'failed' },
    error: { class: 'generation_failed', code: 'InternalError.Algo' },
  });
  // By the service's id the service is asked, whatever the record says.
  const asked = await runWan(['status', '--task-id', lost.task_id ?? ''], { place });
  expect(asked.exitCode, asked.stderr).toBe(3);
});

test('lists local jobs, newest first, without a network', async () => {
  const { sandbox, place, id } = await submitted('dashscope');
  const second = await runWan(['t2v', 'another', '--no-wait', '--json'], { env: sandbox.env, place });
  const newer = readJob(second.stdout).id ?? '';
  await sandbox.close();
  const list = await runWan(['list'], { place });
  expect(list.exitCode, list.stderr).toBe(0);
  const lines = list.stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split(/\s+/u).slice(0, 2))).toEqual([
    [newer, 'queued'],
    [id, 'queued'],
  ]);
  expect(lines[0]).toContain('another');

  const limited = await runWan(['list', '--limit', '1', '--json'], { place });
  expect(readJobs(limited.stdout)).toMatchObject({ ok: true, jobs: [{ id: newer }], error: null });
  const empty = await runWan(['list', '--json']);
  expect(readJobs(empty.stdout)).toMatchObject({ ok: true, jobs: [] });
});
