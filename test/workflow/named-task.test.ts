import { describe, expect, test } from 'vitest';
import { modelsFor } from '../../src/catalog/index.ts';
import { InterruptedError } from '../../src/core/errors.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import type { GenerationRequest } from '../../src/core/request.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';
import { queryTask } from '../../src/workflow/query.ts';
import { submitJob } from '../../src/workflow/submit.ts';
import { getModel } from '../catalog/get-model.ts';
import { makeJob } from '../core/make-job.ts';
import { failureOf } from '../core/refusal.ts';
import { reply } from '../core/reply.ts';
import { connectionTo, fakeWorld } from './fake-runtime.ts';

// A submit's answer that names a task where none is documented: never sent again, and followed.

const id = '0f3c5d2a-1111-4222-8333-944445555666';
const model = getModel('dashscope', 'wan2.6-t2v');
const request: GenerationRequest = { mode: 't2v', model: model.id, prompt: 'p', media: [] };
const prepared = makeJob({
  status: 'prepared',
  sent_at: null,
  submitted_at: null,
  task_id: null,
  request_id: null,
  request,
});
const task = (fields: object) => reply(200, { output: { task_id: id, ...fields } });
const running = task({ task_status: 'RUNNING' });
const unknown = task({ task_status: 'UNKNOWN' });
const lost: SendOutcome = { kind: 'lost', reason: 'reset' };
const body = { output: { task_id: id, task_status: 'PENDING' } };
const accepted = reply(200, { output: { task_id: 'second' } });
const repeated = (answer: SendOutcome) => Array.from({ length: 12 }, () => answer);

function submit(script: readonly SendOutcome[], owner?: string, hooks = {}) {
  const world = fakeWorld([...script, accepted], hooks);
  world.runtime.jobs.findByTask = async () => (owner === undefined ? undefined : makeJob({ id: owner }));
  world.runtime.jobs.tryLock = async () => ({
    stillHeld: async () => true,
    isFresh: () => true,
    release: async () => {},
  });
  const order = {
    call: dashscope.protocol.submit(request, model),
    request,
    model,
    others: modelsFor('dashscope', 't2v', 'beijing'),
    search: { deadlineMs: 0, pollIntervalMs: undefined },
    stillOurs: async () => true,
  };
  const run = submitJob(world.runtime, connectionTo('dashscope'), prepared, order, () => {});
  const sent = () => world.log.filter((line) => line.includes('video-synthesis')).length;
  return { world, run, sent };
}

test.each([429, 500, 400, 302, 409])('beside %s it is followed like any other', async (status) => {
  const { world, run, sent } = submit([reply(status, body), running]);
  expect(await run).toMatchObject({ status: 'queued', task_id: id, named_tasks: [id], error: null });
  expect(sent()).toBe(1);
  expect(world.saved.map((job) => job.status)).toEqual(['submitting', 'unconfirmed', 'queued']);
  expect(world.saved[1]).toMatchObject({
    named_tasks: [id],
    task_id: null,
    answer: { status, text: JSON.stringify(body) },
  });
});

test('a new task may stay hidden for a moment, and the service be away', async () => {
  const { run } = submit([reply(500, body), unknown, lost, reply(503, ''), running]);
  expect(await run).toMatchObject({ task_id: id });
});

test('a task that has failed is the job’s: its end is', async () => {
  const { run } = submit([reply(429, body), task({ task_status: 'FAILED', code: 'x' })]);
  expect(await run).toMatchObject({ task_id: id });
});

describe('where the service does not know it for a minute', () => {
  test.each([
    [400, 2],
    [401, 3],
    [429, 4],
    [404, 6],
  ])('%s keeps its own meaning', async (status, exitCode) => {
    const { world, run, sent } = submit([reply(status, body), ...repeated(unknown)]);
    expect(await failureOf(() => run)).toMatchObject({ exitCode });
    expect(world.saved.at(-1)).toMatchObject({ status: 'failed', task_id: null, named_tasks: [id] });
    expect(world.runtime.clock.monotonic()).toBe(60_000);
    expect(sent()).toBe(1);
  });

  test.each([200, 302, 409, 500])('%s stays open', async (status) => {
    const { world, run, sent } = submit([reply(status, { data: { taskId: id } }), ...repeated(unknown)]);
    expect(await failureOf(() => run)).toMatchObject({ exitCode: 14 });
    expect(world.saved.at(-1)).toMatchObject({ status: 'unconfirmed', named_tasks: [id] });
    expect(sent()).toBe(1);
  });
});

test.each([400, 429, 500])('where nobody can be asked, %s stays open', async (status) => {
  const { world, run } = submit([reply(status, body), ...repeated(lost)]);
  expect(await failureOf(() => run)).toMatchObject({ exitCode: 14 });
  expect(world.saved.at(-1)).toMatchObject({ status: 'unconfirmed' });
});

test.each([
  [429, 4],
  [500, 14],
])('the task of another job is not taken (%s)', async (status, exitCode) => {
  const { world, run, sent } = submit([reply(status, body)], '0abcdefghjkm');
  expect(await failureOf(() => run)).toMatchObject({ exitCode });
  expect(world.saved.at(-1)?.task_id).toBeNull();
  expect(sent()).toBe(1);
});

test('a task with another prompt is not taken', async () => {
  const other = task({ task_status: 'SUCCEEDED', orig_prompt: 'q', video_url: 'https://e.com/v.mp4' });
  const { world, run } = submit([reply(500, body), other]);
  expect(await failureOf(() => run)).toMatchObject({ exitCode: 14, message: expect.stringContaining(id) });
  expect(world.saved.at(-1)).toMatchObject({ status: 'unconfirmed', task_id: null });
});

test('one that tells its prompt only at its end is let go of then', async () => {
  const other = task({ task_status: 'SUCCEEDED', orig_prompt: 'q', video_url: 'https://e.com/v.mp4' });
  const { runtime } = fakeWorld([other]);
  const followed = { ...prepared, status: 'running' as const, task_id: id, named_tasks: [id] };
  expect(await queryTask(runtime, connectionTo('dashscope'), followed, id, 24)).toMatchObject({
    kind: 'foreign',
    error: { exitCode: 14 },
  });
});

test('of several none is taken, and all are told', async () => {
  const { world, run, sent } = submit([reply(429, { data: [{ task_id: 'a1' }, { task_id: 'b2' }] })]);
  expect(await failureOf(() => run)).toMatchObject({
    exitCode: 14,
    message: expect.stringContaining('a1, b2'),
    hint: expect.stringContaining('--adopt'),
  });
  expect(world.saved.at(-1)).toMatchObject({ status: 'unconfirmed', named_tasks: ['a1', 'b2'] });
  expect(sent()).toBe(1);
});

test('a Ctrl-C while it is looked for leaves it open', async () => {
  const { world, run } = submit([reply(400, body), ...repeated(unknown)], undefined, {
    onSleep: () => world.interrupt(new InterruptedError('interrupted')),
  });
  expect(await failureOf(() => run)).toMatchObject({ exitCode: 14 });
  expect(world.saved.at(-1)).toMatchObject({ status: 'unconfirmed', named_tasks: [id] });
});

test('of an answer that cannot be read, the first 4 KiB stay in the record', async () => {
  const { world, run } = submit([
    reply(200, `\u001b[2J\n${'é'.repeat(5000)}`, { 'content-type': 'text/html' }),
  ]);
  await failureOf(() => run);
  const { answer } = world.saved.at(-1) ?? {};
  expect(answer).toMatchObject({ status: 200, type: 'text/html' });
  expect(answer?.text).toMatch(/^\[2J é+$/u);
  expect(Buffer.byteLength(answer?.text ?? '')).toBeLessThanOrEqual(4096);
});
