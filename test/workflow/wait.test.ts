import { describe, expect, test } from 'vitest';
import { InterruptedError } from '../../src/core/errors.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import type { Job } from '../../src/core/job.ts';
import { waitForTask, type WaitOptions } from '../../src/workflow/wait.ts';
import { makeJob } from '../core/make-job.ts';
import { failureOf } from '../core/refusal.ts';
import { reply } from '../core/reply.ts';
import { connectionTo, fakeWorld, startMs } from './fake-runtime.ts';

const link = 'https://oss.example/a.mp4?Expires=1795262400';
const task = (task_status: string, more: object = {}) =>
  reply(200, { request_id: 'r', output: { task_id: 'task-1', task_status, ...more } });
const pending = task('PENDING');
const running = task('RUNNING');
const done = task('SUCCEEDED', { video_url: link });

function wait(
  world: ReturnType<typeof fakeWorld>,
  options: Partial<WaitOptions> = {},
  start = makeJob(),
  base?: string,
) {
  const seen: string[] = [];
  const job: Promise<Job> = waitForTask(
    world.runtime,
    connectionTo('dashscope', base === undefined ? {} : { base }),
    start,
    'task-1',
    {
      deadlineMs: undefined,
      pollIntervalMs: undefined,
      linkHours: 24,
      continueHint: 'wan wait 1KTAHJ0ABCDE',
      lookNow: false,
      onChange: async ({ status }) => void seen.push(status),
      ...options,
    },
  );
  return { job, seen };
}

const sleepsOf = (world: ReturnType<typeof fakeWorld>) =>
  world.log.filter((line) => line.startsWith('sleep')).map((line) => Number(line.slice(6)));

test('asks until the task has ended, and tells each change once', async () => {
  const world = fakeWorld([pending, running, running, done]);
  const { job, seen } = wait(world);
  expect(await job).toMatchObject({ status: 'succeeded', outputs: [{ url: link }] });
  expect(seen).toEqual(['running', 'succeeded']);
  expect(sleepsOf(world)).toEqual([5000, 15_000, 15_000, 15_000]);
  expect(world.log.filter((line) => line.startsWith('send'))).toEqual(
    Array.from({ length: 4 }, () => 'send GET /tasks/task-1'),
  );
});

test('looks at once where the task is not brand new', async () => {
  const world = fakeWorld([done]);
  await wait(world, { lookNow: true }).job;
  expect(sleepsOf(world)).toEqual([]);
});

test.each<[string, Partial<WaitOptions>, string | undefined, number[]]>([
  ['on this machine quickly', {}, 'http://127.0.0.1:18080/api/v1', [200, 250, 312.5]],
  ['as often as was asked', { pollIntervalMs: 700 }, undefined, [700, 700, 700]],
])('looks %s', async (_name, options, base, sleeps) => {
  const world = fakeWorld([pending, running, done]);
  await wait(world, options, makeJob(), base).job;
  expect(sleepsOf(world)).toEqual(sleeps);
});

test('passing faults only slow it down', async () => {
  const script: SendOutcome[] = [
    { kind: 'lost', reason: 'reset' },
    { kind: 'never-sent', reason: 'ECONNREFUSED' },
    reply(503, { code: 'ModelUnavailable', message: 'busy', request_id: 'r' }),
    reply(429, { code: 'Throttling.RateQuota', message: 'slow', request_id: 'r' }, { 'retry-after': '200' }),
    reply(502, '<html>Bad Gateway</html>'),
    reply(200, '<html>portal</html>'),
    reply(200, '{"output":{"task_status":"SUCC'),
    reply(200, { output: {} }),
    reply(408, ''),
    reply(404, '<html>'),
    reply(500, { code: 'Gremlins', message: 'no' }),
    running,
    done,
  ];
  const world = fakeWorld(script);
  const { job, seen } = wait(world);
  expect((await job).status).toBe('succeeded');
  expect(seen).toEqual(['running', 'succeeded']);
  const sleeps = sleepsOf(world);
  expect(sleeps.slice(0, 4)).toEqual([5000, 22_500, 33_750, 50_625]);
  expect(sleeps[4]).toBe(200_000);
  expect(Math.max(...sleeps.slice(5))).toBe(60_000);
  // Back to normal after the first good answer.
  expect(sleeps.at(-1)).toBe(15_000);
  expect(world.events.filter(({ event }) => event === 'notice')).toHaveLength(11);
});

describe('the question itself is refused', () => {
  test.each<[string, SendOutcome, number]>([
    ['the key', reply(401, { code: 'InvalidApiKey', message: 'no', request_id: 'r' }), 3],
    ['the workspace', reply(403, { code: 'Workspace.AccessDenied', message: 'no', request_id: 'r' }), 3],
    ['with 200', reply(200, { code: 'InvalidApiKey', message: 'no', request_id: 'r' }), 3],
    ['a redirect', reply(302, ''), 6],
  ])('%s: the wait ends, and the hint continues it', async (_name, outcome, exitCode) => {
    const error = await failureOf(() => wait(fakeWorld([pending, outcome, done])).job);
    expect(error.exitCode).toBe(exitCode);
    expect(error.hint).toMatch(/; then wan wait 1KTAHJ0ABCDE$/u);
  });
});

describe('the time is up', () => {
  test('after one last look at the deadline: exit 5', async () => {
    const world = fakeWorld([pending, running, running]);
    const error = await failureOf(() => wait(world, { deadlineMs: startMs + 30_000 }).job);
    expect(error).toMatchObject({ exitCode: 5, hint: 'wan wait 1KTAHJ0ABCDE', retryable: true });
    expect(error.message).toBe('stopped waiting; the job goes on, and is billed if it succeeds');
    expect(sleepsOf(world)).toEqual([5000, 15_000, 10_000]);
  });

  test('and says what stood in the way at last', async () => {
    const world = fakeWorld([{ kind: 'lost', reason: 'reset' }]);
    const error = await failureOf(() => wait(world, { deadlineMs: startMs + 5000 }).job);
    expect(error.message).toMatch(/\(at last: the service could not be reached: reset\)$/u);
  });

  test('not when the last look finds the end', async () => {
    const world = fakeWorld([pending, done]);
    const { job } = wait(world, { deadlineMs: startMs + 6000 });
    expect((await job).status).toBe('succeeded');
  });
});

test('an interruption ends the wait, and its hint continues it', async () => {
  const world = fakeWorld([pending, done], {
    onSleep: (ms) => {
      if (ms === 15_000) world.interrupt(new InterruptedError('interrupted'));
    },
  });
  const error = await failureOf(() => wait(world).job);
  expect(error).toMatchObject({ exitCode: 130, hint: 'wan wait 1KTAHJ0ABCDE' });
  expect(error.message).toBe('interrupted; the job goes on, and is billed if it succeeds');
  expect(world.left).toEqual([done]);
});

describe('the task ends otherwise', () => {
  test.each<[string, SendOutcome, object]>([
    ['CANCELED', task('CANCELED'), { status: 'canceled', error: { class: 'generation_failed' } }],
    ['CANCELLED', task('CANCELLED'), { status: 'canceled', error: { class: 'generation_failed' } }],
    ['FAILED', task('FAILED', { code: 'InvalidParameter', message: 'x' }), { status: 'failed' }],
    ['FAILED without a reason', task('FAILED'), { status: 'failed', error: { code: null } }],
    [
      'by the content filter',
      task('FAILED', { code: 'DataInspectionFailed' }),
      { error: { class: 'content_filter' } },
    ],
    ['SUCCEEDED without a link', task('SUCCEEDED'), { status: 'failed' }],
  ])('%s', async (_name, outcome, expected) => {
    const { job, seen } = wait(fakeWorld([task('SUSPENDED'), outcome]));
    const ended = await job;
    expect(ended).toMatchObject(expected);
    expect(seen).toEqual([ended.status]);
  });
});

describe('UNKNOWN', () => {
  test('within 60 s means not visible yet', async () => {
    const world = fakeWorld([task('UNKNOWN'), task('UNKNOWN'), running, done]);
    expect((await wait(world).job).status).toBe('succeeded');
  });

  test('after that: exit 11, and the record stays as it was', async () => {
    const world = fakeWorld([running, running, running, running, running, task('UNKNOWN')]);
    const { job, seen } = wait(world);
    const error = await failureOf(() => job);
    expect(error.exitCode).toBe(11);
    expect(error.hint).toMatch(/another key or region/u);
    expect(seen).toEqual(['running']);
  });

  test('of our own account after 24 h is the end', async () => {
    const old = makeJob({ submitted_at: new Date(startMs - 25 * 3_600_000).toISOString() });
    const { job, seen } = wait(fakeWorld([task('UNKNOWN')]), { lookNow: true }, old);
    expect(await job).toMatchObject({ status: 'expired', error: { class: 'not_found' } });
    expect(seen).toEqual(['expired']);
  });

  test('of another account after 24 h is not', async () => {
    const old = makeJob({
      submitted_at: new Date(startMs - 25 * 3_600_000).toISOString(),
      fingerprint: 'other',
    });
    expect(
      (await failureOf(() => wait(fakeWorld([task('UNKNOWN')]), { lookNow: true }, old).job)).exitCode,
    ).toBe(11);
  });
});
