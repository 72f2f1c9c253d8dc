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
  expect(sleepsOf(world)).toEqual([5000, 15_400, 16_632, 17_962.56]);
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
  expect(sleeps.slice(0, 4)).toEqual([5000, 23_100, 38_808, 60_000]);
  expect(sleeps[4]).toBe(200_000);
  expect(Math.max(...sleeps.slice(5))).toBe(60_000);
  expect(world.events.filter(({ event }) => event === 'notice')).toHaveLength(10);
});

test('after the first good answer it looks as before, and one reason is told once', async () => {
  const reset: SendOutcome = { kind: 'lost', reason: 'reset' };
  const world = fakeWorld([running, reset, reset, running, reset, done]);
  await wait(world, { pollIntervalMs: 10_000 }).job;
  expect(sleepsOf(world)).toEqual([10_000, 10_000, 15_000, 22_500, 10_000, 15_000]);
  expect(world.events.filter(({ event }) => event === 'notice')).toHaveLength(2);
});

describe('what is expected', () => {
  const submitted = '2026-11-20 20:00:00.000';
  const started = '2026-11-20 20:01:40.000';
  const outlooks = (world: ReturnType<typeof fakeWorld>) =>
    world.events.flatMap((event) => (event.event === 'status' ? [event.outlook] : []));
  const key = 'dashscope wan2.6-t2v t2v 1080P 5';

  test('comes from the documents, and nothing is expected of a job that is over', async () => {
    const world = fakeWorld([pending, running, done]);
    await wait(world).job;
    const runTime = { fromMs: 60_000, toMs: 300_000, jobs: 0 };
    expect(outlooks(world)).toEqual([
      { runTime, runningMs: undefined },
      // Somewhere between the two looks it left the queue.
      { runTime, runningMs: 7700 },
      undefined,
    ]);
  });

  test('comes from the user’s own jobs once there are three', async () => {
    const runTimes = { [key]: [130_000, 110_000, 120_000] };
    const world = fakeWorld([running, done], { runTimes });
    await wait(world).job;
    expect(outlooks(world)[0]).toEqual({
      runTime: { fromMs: 110_000, usualMs: 120_000, toMs: 130_000, jobs: 3 },
      runningMs: 5000,
    });
  });

  test('starts when the service says that the task left the queue', async () => {
    const times = { submit_time: submitted, scheduled_time: started };
    const start = makeJob({ submitted_at: new Date(startMs - 160_000).toISOString() });
    const world = fakeWorld([task('RUNNING', times), done]);
    await wait(world, { lookNow: true }, start).job;
    expect(outlooks(world)[0]?.runningMs).toBe(60_000);
  });

  test('is nothing on this machine, and nothing is learned there', async () => {
    const world = fakeWorld([running, done]);
    await wait(world, {}, makeJob(), 'http://127.0.0.1:18080/api/v1').job;
    expect(outlooks(world)).toEqual([undefined, undefined]);
    expect(world.learned).toEqual([]);
  });

  test.each<[string, SendOutcome[], Partial<WaitOptions>, number | undefined]>([
    [
      'the service’s own times, whenever it is looked at',
      [task('SUCCEEDED', { video_url: link, scheduled_time: started, end_time: '2026-11-20 20:03:00.5' })],
      { lookNow: true },
      80_500,
    ],
    [
      'what was seen: between two looks it ended',
      [running, running, done],
      { pollIntervalMs: 10_000 },
      25_000,
    ],
    ['what was seen after the queue', [pending, running, done], { pollIntervalMs: 10_000 }, 10_000],
    ['nothing of a job that was over when it was looked at', [done], { lookNow: true }, undefined],
    ['nothing of two looks far apart', [running, done], { pollIntervalMs: 130_000 }, undefined],
    ['nothing of a failure', [running, task('FAILED', { code: 'X' })], {}, undefined],
    [
      'nothing of times that cannot be',
      [task('SUCCEEDED', { video_url: link, scheduled_time: started, end_time: '2026-11-21 20:00:00' })],
      { lookNow: true },
      undefined,
    ],
  ])('learns %s', async (_name, script, options, ms) => {
    const world = fakeWorld(script);
    await wait(world, options).job;
    expect(world.learned).toEqual(ms === undefined ? [] : [[key, ms]]);
  });

  test('learns nothing when the clock was set meanwhile, or the machine slept', async () => {
    const world = fakeWorld([running, done], { onSleep: () => world.setClock(startMs + 3_600_000) });
    await wait(world).job;
    expect(world.learned).toEqual([]);
  });
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
    const error = await failureOf(() => wait(world, { deadlineMs: 30_000 }).job);
    expect(error).toMatchObject({ exitCode: 5, hint: 'wan wait 1KTAHJ0ABCDE', retryable: true });
    expect(error.message).toBe('stopped waiting; the job goes on, and is billed if it succeeds');
    expect(sleepsOf(world)).toEqual([5000, 15_400, 9600]);
  });

  test('and says what stood in the way at last', async () => {
    const world = fakeWorld([{ kind: 'lost', reason: 'reset' }]);
    const error = await failureOf(() => wait(world, { deadlineMs: 5000 }).job);
    expect(error.message).toMatch(/\(at last: the service could not be reached: reset\)$/u);
  });

  test('not when the last look finds the end', async () => {
    const world = fakeWorld([pending, done]);
    const { job } = wait(world, { deadlineMs: 6000 });
    expect((await job).status).toBe('succeeded');
  });
});

describe('the clock', () => {
  test.each([
    ['forward', 5 * 3_600_000],
    ['back', -5 * 3_600_000],
  ])('on the wall is set %s: the wait neither ends nor hangs', async (_name, ms) => {
    const world = fakeWorld([running, running, running], {
      onSleep: () => world.setClock(startMs + ms),
    });
    const error = await failureOf(() => wait(world, { deadlineMs: 30_000, pollIntervalMs: 10_000 }).job);
    expect(error.exitCode).toBe(5);
    expect(sleepsOf(world)).toEqual([10_000, 10_000, 10_000]);
    const elapsed = world.events.flatMap((event) => (event.event === 'status' ? [event.elapsedMs] : []));
    expect(elapsed).toEqual([10_000, 20_000, 30_000]);
  });

  test('of a job from the future counts from now', async () => {
    const start = makeJob({ submitted_at: new Date(startMs + 3_600_000).toISOString() });
    const world = fakeWorld([running, done]);
    await wait(world, { lookNow: true, pollIntervalMs: 1000 }, start).job;
    const elapsed = world.events.flatMap((event) => (event.event === 'status' ? [event.elapsedMs] : []));
    expect(elapsed).toEqual([0, 1000]);
  });

  test.each([
    ['counts the hours for which the machine slept', 7_200_000],
    ['counts none of them', 0],
  ])('%s: it looks before it judges, and the rest of the time is left', async (_name, counted) => {
    let isFirst = true;
    const world = fakeWorld([running, running, running, done], {
      onSleep: () => {
        if (isFirst) world.pass(counted);
        isFirst = false;
      },
    });
    const { job } = wait(world, { deadlineMs: 60_000, pollIntervalMs: 15_000 });
    expect((await job).status).toBe('succeeded');
    expect(sleepsOf(world)).toEqual([15_000, 15_000, 15_000, 15_000]);
  });

  test('is over before the first look: there is one all the same', async () => {
    const world = fakeWorld([done]);
    const { job } = wait(world, { deadlineMs: -1000, lookNow: true });
    expect((await job).status).toBe('succeeded');
  });
});

test('no look is put off beyond the deadline, and the last one not for long', async () => {
  const world = fakeWorld([running, running, running]);
  await failureOf(() => wait(world, { deadlineMs: 25_000, pollIntervalMs: 20_000 }).job);
  expect(world.options.map(({ paced, turnWithinMs }) => [paced, turnWithinMs])).toEqual([
    [true, 5000],
    [true, 2000],
  ]);
});

test('an interruption ends the wait, and its hint continues it', async () => {
  const world = fakeWorld([pending, done], {
    onSleep: (ms) => {
      if (ms === 15_400) world.interrupt(new InterruptedError('interrupted'));
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
    [
      'by the content filter',
      task('FAILED', { code: 'DataInspectionFailed' }),
      { error: { class: 'content_filter' } },
    ],
  ])('%s', async (_name, outcome, expected) => {
    const { job, seen } = wait(fakeWorld([task('SUSPENDED'), outcome]));
    const ended = await job;
    expect(ended).toMatchObject(expected);
    expect(seen).toEqual([ended.status]);
  });
});

describe('an end that is told without a reason', () => {
  const failed = task('FAILED');
  const linkless = task('SUCCEEDED', { video_url: 'soon' });
  const gone = { status: 'failed', unreasoned: { settled: true } };
  const open = { status: 'succeeded', outputs: [], error: { class: 'not_saved' } };

  test.each<[string, SendOutcome, object]>([
    ['a failure', failed, gone],
    ['a success without a link', linkless, open],
  ])('%s, is looked at again for 30 s', async (_name, outcome, expected) => {
    const world = fakeWorld([running, ...Array.from({ length: 5 }, () => outcome)]);
    const { job, seen } = wait(world);
    expect(await job).toMatchObject(expected);
    expect(sleepsOf(world).slice(2)).toEqual([2000, 5000, 8000, 15_000]);
    expect(world.left).toEqual([]);
    expect(seen[1]).toBe((await job).status);
    expect(world.events.filter(({ event }) => event === 'notice')).toHaveLength(1);
  });

  test.each<[string, SendOutcome[]]>([
    ['a failure', [failed, done]],
    ['a success without a link', [linkless, linkless, done]],
    ['both, and more', [failed, linkless, reply(503, ''), failed, running, failed, done]],
  ])('%s, is forgotten when the service knows better', async (_name, script) => {
    const { job, seen } = wait(fakeWorld(script));
    expect(await job).toMatchObject({ status: 'succeeded', outputs: [{ url: link }], error: null });
    expect(await job).not.toHaveProperty('unreasoned');
    expect(seen.at(-1)).toBe('succeeded');
  });

  test('is counted anew when the task runs again meanwhile', async () => {
    const world = fakeWorld([failed, failed, failed, running, ...Array.from({ length: 5 }, () => failed)]);
    expect(await wait(world).job).toMatchObject(gone);
    expect(world.left).toEqual([]);
  });

  test('is not undone by UNKNOWN', async () => {
    const world = fakeWorld([linkless, ...Array.from({ length: 4 }, () => task('UNKNOWN'))]);
    expect(await wait(world).job).toMatchObject(open);
  });

  test('and was looked at by an earlier command, takes one look more', async () => {
    const start = makeJob({ status: 'failed', unreasoned: { at: null, settled: true } });
    const world = fakeWorld([failed]);
    expect(await wait(world, { lookNow: true }, start).job).toMatchObject(gone);
    expect(await wait(fakeWorld([done]), { lookNow: true }, start).job).toMatchObject({
      status: 'succeeded',
    });
  });

  test('stays open when the time is up: a failure as a wait that is over, a success as one', async () => {
    const patience = { deadlineMs: 8000 };
    const failing = wait(fakeWorld([failed, failed, failed]), patience);
    expect((await failureOf(() => failing.job)).exitCode).toBe(5);
    expect(failing.seen).toEqual(['failed']);
    expect(await wait(fakeWorld([linkless, linkless, linkless]), patience).job).toMatchObject(open);
  });
});

describe('a task that is not found', () => {
  const missing = reply(404, { code: 'NotFound', message: 'no such task', request_id: 'r' });

  test('for a moment is asked for again', async () => {
    const world = fakeWorld([missing, missing, done]);
    expect((await wait(world).job).status).toBe('succeeded');
    expect(sleepsOf(world).slice(1)).toEqual([2000, 5000]);
  });

  test('for 30 s is not found: exit 11, and the record stays as it was', async () => {
    const world = fakeWorld([running, ...Array.from({ length: 5 }, () => missing)]);
    const { job, seen } = wait(world);
    const error = await failureOf(() => job);
    expect(error).toMatchObject({ exitCode: 11, requestId: 'r' });
    expect(seen).toEqual(['running']);
    expect(world.left).toEqual([]);
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

  const hours = (count: number) => new Date(startMs + count * 3_600_000);
  const unknownAt = (date: Date) =>
    reply(200, { output: { task_id: 'task-1', task_status: 'UNKNOWN' } }, { date: date.toUTCString() });

  test('of our own account after 24 h is the end, when it is said again a minute later', async () => {
    const old = makeJob({
      submitted_at: hours(-25).toISOString(),
      service_submitted_at: hours(-25).toISOString(),
    });
    const noted: Job[] = [];
    const onChange = async (job: Job) => void noted.push(job);
    const first = wait(fakeWorld([unknownAt(hours(0))]), { lookNow: true, onChange }, old);
    expect((await failureOf(() => first.job)).exitCode).toBe(11);
    expect(noted).toMatchObject([{ status: 'queued', first_unknown_at: hours(0).toISOString() }]);
    const later = unknownAt(new Date(hours(0).getTime() + 60_000));
    const { job, seen } = wait(fakeWorld([later]), { lookNow: true }, noted[0]);
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
