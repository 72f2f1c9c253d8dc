import type { GenerationRequest } from '../../src/core/request.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';
import { describe, expect, test } from 'vitest';
import { modelsFor } from '../../src/catalog/index.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import type { Job } from '../../src/core/job.ts';
import { submitJob } from '../../src/workflow/submit.ts';
import { makeJob } from '../core/make-job.ts';
import { failureOf } from '../core/refusal.ts';
import { reply } from '../core/reply.ts';
import { getModel } from '../catalog/get-model.ts';
import { connectionTo, fakeWorld, startMs } from './fake-runtime.ts';

const list = 'send GET /tasks/?page_no=1&page_size=50';
/** Two minutes ahead of our clock. */
const emptyList = reply(200, { total: 0, data: [] }, { date: 'Fri, 20 Nov 2026 12:02:00 GMT' });
const path = '/services/aigc/video-generation/video-synthesis';
const send = `send POST ${path}`;
const accepted = reply(200, { output: { task_status: 'PENDING', task_id: 'task-1' }, request_id: 'r-1' });
const neverSent: SendOutcome = { kind: 'never-sent', reason: 'ECONNREFUSED' };
const lost: SendOutcome = { kind: 'lost', reason: 'reset' };
const slowDown = (headers = {}) =>
  reply(429, { code: 'Throttling', message: 'slow', request_id: 'r' }, headers);
const refusal = (status: number, code: string, message = 'no') =>
  reply(status, { code, message, request_id: 'r-2' });

const prepared = makeJob({
  status: 'prepared',
  sent_at: null,
  submitted_at: null,
  task_id: null,
  request_id: null,
});
const model = getModel('dashscope', 'wan2.6-t2v');

function submit(world: ReturnType<typeof fakeWorld>, stillOurs = async () => true, heard: Job[] = []) {
  const request: GenerationRequest = { mode: 't2v', model: model.id, prompt: 'p', media: [] };
  const order = {
    call: dashscope.protocol.submit(request, model),
    request,
    model,
    others: modelsFor('dashscope', 't2v', 'beijing'),
    search: { deadlineMs: 0, pollIntervalMs: undefined },
    stillOurs,
  };
  return submitJob(world.runtime, connectionTo('dashscope'), prepared, order, (job) => heard.push(job));
}

test('writes `submitting` before the send and the task id before it returns', async () => {
  const world = fakeWorld([accepted]);
  const heard: Job[] = [];
  const job = await submit(world, undefined, heard);
  expect(world.log).toEqual(['save submitting', send, 'save queued task-1']);
  expect(job).toEqual({
    ...prepared,
    status: 'queued',
    task_id: 'task-1',
    request_id: 'r-1',
    sent_at: '2026-11-20T12:00:00.000Z',
    submitted_at: '2026-11-20T12:00:00.000Z',
  });
  expect(world.saved.at(-1)).toEqual(job);
  expect(heard).toEqual(world.saved);
  expect(world.events.map(({ event }) => event)).toEqual(['submitting', 'submitted']);
});

test('sends on a connection of its own, and waits two minutes for the answer', async () => {
  const world = fakeWorld([accepted]);
  await submit(world);
  expect(world.options).toEqual([{ fresh: true, timeoutMs: 120_000, signal: expect.any(AbortSignal) }]);
});

describe('what certainly was not accepted is sent again', () => {
  test.each<[string, SendOutcome[], string[]]>([
    [
      'never sent',
      [neverSent, accepted],
      ['save submitting', send, 'save prepared', 'sleep 1000', 'save submitting', send, 'save queued task-1'],
    ],
    [
      '429',
      [slowDown(), accepted],
      ['save submitting', send, 'save prepared', 'sleep 2000', 'save submitting', send, 'save queued task-1'],
    ],
    [
      '429 with Retry-After',
      [slowDown({ 'retry-after': '7' }), accepted],
      ['save submitting', send, 'save prepared', 'sleep 7000', 'save submitting', send, 'save queued task-1'],
    ],
    [
      '429 with a date',
      [slowDown({ 'retry-after': 'Fri, 20 Nov 2026 12:00:09 GMT' }), accepted],
      ['save submitting', send, 'save prepared', 'sleep 9000', 'save submitting', send, 'save queued task-1'],
    ],
  ])('%s', async (_name, script, log) => {
    const world = fakeWorld(script);
    expect((await submit(world)).task_id).toBe('task-1');
    expect(world.log).toEqual(log);
    expect(world.events.map(({ event }) => event)).toContain('notice');
  });

  test('a 429 up to five times, then exit 4 and a failed job', async () => {
    const world = fakeWorld(Array.from({ length: 6 }, () => slowDown()));
    expect((await failureOf(() => submit(world))).exitCode).toBe(4);
    expect(world.log.filter((line) => line.startsWith('sleep'))).toEqual(
      [2, 4, 8, 15, 30].map((seconds) => `sleep ${seconds * 1000}`),
    );
    expect(world.log.filter((line) => line === send)).toHaveLength(6);
    expect(world.saved.at(-1)).toMatchObject({
      status: 'failed',
      error: { class: 'quota', request_id: 'r' },
    });
  });

  test('an unreachable service twice, then exit 6 and the job as it was', async () => {
    const world = fakeWorld([neverSent, neverSent, neverSent]);
    const error = await failureOf(() => submit(world));
    expect(error).toMatchObject({ exitCode: 6, retryable: true });
    expect(world.saved.at(-1)).toEqual(prepared);
    expect(world.left).toEqual([]);
  });
});

describe('what may have been accepted is never sent again', () => {
  test.each<[string, SendOutcome]>([
    ['a broken connection', lost],
    ['408', refusal(408, 'Whatever')],
    ['an unknown 500', refusal(500, 'Gremlins')],
    ['RequestTimeOut', refusal(500, 'RequestTimeOut')],
    ['a page', reply(502, '<html>')],
    ['an empty answer', reply(200, '')],
    ['half an answer', reply(200, '{"output":{"task_id":"ta')],
    ['no task id', reply(200, { output: {} })],
  ])('%s', async (_name, outcome) => {
    const world = fakeWorld([outcome, emptyList, accepted]);
    const error = await failureOf(() => submit(world));
    expect(error).toMatchObject({ exitCode: 14, hint: `wan resume ${prepared.id}` });
    // It is on disk as open before anything more is asked, and then tells the time by the service's clock.
    expect(world.log).toEqual(['save submitting', send, 'save unconfirmed', list, 'save unconfirmed']);
    expect(world.left).toEqual([accepted]);
    expect(world.saved.at(-1)).toMatchObject({
      status: 'unconfirmed',
      sent_at: '2026-11-20T12:00:00.000Z',
      service_sent_at: '2026-11-20T12:02:00.000Z',
      first_read_at: '2026-11-20T12:02:00.000Z',
      error: { class: 'unconfirmed' },
    });
  });

  test('not even after tries that certainly failed', async () => {
    const world = fakeWorld([neverSent, slowDown(), lost, emptyList, accepted]);
    expect((await failureOf(() => submit(world))).exitCode).toBe(14);
    expect(world.left).toEqual([accepted]);
  });
});

describe('what is refused is not sent again', () => {
  test.each<[string, SendOutcome, number]>([
    ['the key', refusal(401, 'InvalidApiKey'), 3],
    ['a parameter', refusal(400, 'InvalidParameter'), 2],
    ['the content', refusal(400, 'DataInspectionFailed'), 10],
    ['a bill, as 429', refusal(429, 'PostpaidBillOverdue'), 4],
    ['a redirect', reply(307, ''), 6],
  ])('%s', async (_name, outcome, exitCode) => {
    const world = fakeWorld([outcome, accepted]);
    expect((await failureOf(() => submit(world))).exitCode).toBe(exitCode);
    expect(world.log).toEqual(['save submitting', send, 'save failed']);
  });

  test('a model that is not there names the next one, and buys nothing in its place', async () => {
    const world = fakeWorld([refusal(404, 'ModelNotFound'), accepted]);
    const error = await failureOf(() => submit(world));
    expect(error.hint).toMatch(/^wan t2v -m wan2\.7-t2v …; check the model/u);
    expect(world.saved.at(-1)).toMatchObject({ status: 'failed', request_id: 'r-2', model: 'wan2.6-t2v' });
    expect(world.left).toEqual([accepted]);
  });
});

describe('what the service says has failed is looked for, once', () => {
  const fault = refusal(500, 'InternalError');
  const listed = { task_id: 'task-9', model_name: 'wan2.6-t2v', gmt_create: startMs + 122_000 };
  const { headers } = emptyList.kind === 'reply' ? emptyList.reply : { headers: {} };
  const page = reply(200, { total: 1, data: [listed] }, headers);
  const succeeded = { task_status: 'SUCCEEDED', task_id: 'task-9', video_url: 'https://e.com/v.mp4' };

  test('and when no such task is listed, it stays open until ten minutes are over', async () => {
    const world = fakeWorld([fault, emptyList, emptyList, accepted]);
    world.runtime.jobs.listOpen = async () => [];
    const error = await failureOf(() => submit(world));
    expect(error).toMatchObject({ exitCode: 14, code: 'InternalError', requestId: 'r-2' });
    expect(error.message).toContain('shows no such task yet, and may until 2026-11-20T12:12:00.000Z');
    expect(world.log).toEqual(['save submitting', send, 'save unconfirmed', list, 'save unconfirmed', list]);
    expect(world.left).toEqual([accepted]);
  });

  test('and when one with our prompt is, it is ours', async () => {
    const world = fakeWorld([fault, page, page, reply(200, { output: { ...succeeded, orig_prompt: 'p' } })]);
    world.runtime.jobs.listOpen = async () => [];
    world.runtime.jobs.giveTask = async () => {};
    world.runtime.jobs.findByTask = async () => undefined;
    world.runtime.jobs.tryLock = async () => ({
      stillHeld: async () => true,
      isFresh: () => true,
      release: async () => {},
    });
    expect(await submit(world)).toMatchObject({ status: 'queued', task_id: 'task-9', error: null });
    expect(world.log.at(-1)).toBe('save queued task-9');
  });

  test('and when the list cannot be read, it stays open', async () => {
    const denied = reply(403, { code: 'AccessDenied', message: 'no', request_id: 'r-3' });
    const world = fakeWorld([fault, denied, denied]);
    expect((await failureOf(() => submit(world))).exitCode).toBe(14);
    expect(world.saved.at(-1)).toMatchObject({ status: 'unconfirmed', error: { code: 'InternalError' } });
  });
});

test('a job that another process has taken over is not sent', async () => {
  const world = fakeWorld([accepted]);
  expect((await failureOf(() => submit(world, async () => false))).exitCode).toBe(1);
  expect(world.log).toEqual([]);
});

test('a record that cannot be written keeps the job from being sent', async () => {
  const world = fakeWorld([accepted], {
    onSave: () => {
      throw new Error('disk full');
    },
  });
  await expect(submit(world)).rejects.toThrow('disk full');
  // It may have its name already, and only the directory's flush failed.
  expect(world.log).toEqual(['save submitting', 'save prepared']);
});

describe('the service’s clock, asked right after an unclear answer', () => {
  const ahead = async (monotonicMs: number, uptimeMs?: number) => {
    const late: SendOutcome = { kind: 'lost', reason: 'no answer' };
    const world = fakeWorld([
      () => {
        world.pass(monotonicMs);
        return late;
      },
      emptyList,
    ]);
    if (uptimeMs !== undefined) {
      let calls = 0;
      world.runtime.uptime = async () => ({ boot: 'one', ms: (calls += 1) > 2 ? 7 + uptimeMs : 7 });
    }
    await failureOf(() => submit(world));
    return world.saved.at(-1)?.service_sent_at;
  };

  test('less the time that the answer took', async () => {
    expect(await ahead(90_000)).toBe('2026-11-20T12:00:30.000Z');
  });

  test('and the time that the machine slept meanwhile', async () => {
    expect(await ahead(30_000, 100_000)).toBe('2026-11-20T12:00:20.000Z');
  });

  test.each<[string, SendOutcome]>([
    ['a page without a Date', reply(200, { total: 0, data: [] })],
    ['a page of somebody else', reply(200, '<html>', { date: 'Fri, 20 Nov 2026 12:02:00 GMT' })],
    ['a refusal', reply(403, { code: 'AccessDenied' }, { date: 'Fri, 20 Nov 2026 12:02:00 GMT' })],
    ['nothing', lost],
  ])('%s tells nothing', async (_name, answer) => {
    const world = fakeWorld([lost, answer]);
    expect((await failureOf(() => submit(world))).exitCode).toBe(14);
    expect(world.saved.at(-1)).not.toHaveProperty('service_sent_at');
  });

  test('a list of several pages was not read to its end by that', async () => {
    const world = fakeWorld([
      lost,
      reply(200, { total: 2, data: [{ task_id: 't' }] }, { date: 'Fri, 20 Nov 2026 12:02:00 GMT' }),
    ]);
    await failureOf(() => submit(world));
    expect(world.saved.at(-1)).toMatchObject({ service_sent_at: '2026-11-20T12:02:00.000Z' });
    expect(world.saved.at(-1)).not.toHaveProperty('first_read_at');
  });
});
