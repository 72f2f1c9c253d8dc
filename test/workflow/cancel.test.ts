import { describe, expect, test } from 'vitest';
import { InterruptedError, WanError } from '../../src/core/errors.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import type { Job } from '../../src/core/job.ts';
import { cancelJob } from '../../src/workflow/cancel.ts';
import { makeJob } from '../core/make-job.ts';
import { failureOf } from '../core/refusal.ts';
import { reply } from '../core/reply.ts';
import { connectionTo, fakeWorld } from './fake-runtime.ts';

const task = (task_status: string, more: object = {}) =>
  reply(200, { request_id: 'r', output: { task_id: 'task-1', task_status, ...more } });
const pending = task('PENDING');
const running = task('RUNNING');
const canceled = task('CANCELED');
const failed = task('FAILED', { code: 'InternalError.Algo', message: 'broken' });
const done = task('SUCCEEDED', { video_url: 'https://oss.example/a.mp4?Expires=1795262400' });

const taken = reply(200, { request_id: 'r' });
const tooLate = reply(400, {
  code: 'UnsupportedOperation',
  message: 'The task cannot be cancelled; please confirm that it is in PENDING status.',
  request_id: 'r-cancel',
});
const limited = reply(429, { code: 'Throttling.RateQuota', message: 'slow down' }, { 'retry-after': '7' });
const lost: SendOutcome = { kind: 'lost', reason: 'reset' };
const unreached: SendOutcome = { kind: 'never-sent', reason: 'ECONNREFUSED' };

const post = 'send POST /tasks/task-1/cancel';
const get = 'send GET /tasks/task-1';

/** Cancels a job whose record nobody holds, unless told otherwise. */
async function cancel(
  script: readonly SendOutcome[],
  patch: Partial<Job> = {},
  { isHeld = false, isForeign = false, stored }: { isHeld?: boolean; isForeign?: boolean; stored?: Job } = {},
) {
  const world = fakeWorld(script);
  const job = makeJob(patch);
  Object.assign(world.runtime.jobs, {
    tryLock: async () =>
      isHeld
        ? undefined
        : { release: async () => void world.log.push('release'), stillHeld: async () => true },
    find: async () => stored ?? job,
  });
  const run = () =>
    cancelJob(world.runtime, job, {
      isForeign,
      handle: isForeign ? '--task-id task-1' : job.id,
      linkHours: 24,
      connect: async () => connectionTo('dashscope'),
    });
  return { world, job, run };
}

test.each<[string, SendOutcome[], string, number | undefined, string, string[]]>([
  ['waits in the queue', [taken, canceled], 'canceled', undefined, '', [post, get]],
  [
    'runs already',
    [tooLate, running],
    'running',
    1,
    'already running: it cannot be cancelled any more, and is billed if it succeeds',
    [post, get],
  ],
  ['was cancelled before', [tooLate, canceled], 'canceled', undefined, '', [post, get]],
  ['has succeeded', [tooLate, done], 'succeeded', 1, 'already succeeded, and is billed', [post, get]],
  ['has failed', [tooLate, failed], 'failed', 1, 'already failed', [post, get]],
  ['was faster than the cancel', [taken, running], 'running', 1, 'already running', [post, get]],
  // The answer is lost; the task tells.
  ['was cancelled, unheard', [lost, canceled], 'canceled', undefined, '', [post, get]],
  ['runs, unheard', [lost, running], 'running', 1, 'already running', [post, get]],
  ['waits on, unheard', [lost, pending, taken, canceled], 'canceled', undefined, '', [post, get, post, get]],
  [
    'met a 503',
    [reply(503, {}), pending, taken, canceled],
    'canceled',
    undefined,
    '',
    [post, get, post, get],
  ],
  // Refused, and queued all the same: once more.
  ['slipped through', [tooLate, pending, taken, canceled], 'canceled', undefined, '', [post, get, post, get]],
  [
    'is refused and queued',
    [tooLate, pending, tooLate, pending],
    'queued',
    1,
    'still queued, and was not cancelled: UnsupportedOperation: The task',
    [post, get, post, get],
  ],
  [
    'is accepted and queued',
    [taken, pending, taken, pending],
    'queued',
    8,
    'took the cancel, but still shows the task as queued',
    [post, get, post, get],
  ],
  ['is asked for by too many', [limited, taken, canceled], 'canceled', undefined, '', [post, post, get]],
  [
    'is reached late',
    [unreached, unreached, taken, canceled],
    'canceled',
    undefined,
    '',
    [post, post, post, get],
  ],
  ['is shown late', [taken, lost, canceled], 'canceled', undefined, '', [post, get, get]],
])('a task that %s', async (_name, script, status, exitCode, message, sent) => {
  const { world, run } = await cancel(script);
  const end = await run();
  expect(end.job.status).toBe(status);
  expect(end.error?.exitCode).toBe(exitCode);
  expect(end.error?.message ?? '').toContain(message);
  expect(world.log.filter((line) => line.startsWith('send'))).toEqual(sent);
  expect(world.left).toEqual([]);
  // The record says what the service said last; one that says it already is left alone.
  expect(world.saved.map((job) => job.status)).toEqual([status]);
  expect(world.log.at(-1)).toBe('release');
});

test.each<[string, SendOutcome[], number, string, string]>([
  [
    'cannot be reached',
    [unreached, unreached, unreached],
    6,
    'nothing was cancelled',
    'wan status 1KTAHJ0ABCDE',
  ],
  [
    'took it and went silent',
    [taken, lost, lost, lost],
    6,
    'took the cancel, but did not say whether it came in time',
    'wan status 1KTAHJ0ABCDE',
  ],
  [
    'went silent',
    [lost, lost, lost, lost],
    6,
    'not known whether the task was cancelled',
    'wan status 1KTAHJ0ABCDE',
  ],
  ['knows no such task', [tooLate, task('UNKNOWN')], 11, 'knows no task task-1', '--profile'],
  [
    'refuses the key',
    [reply(401, { code: 'AccessDenied' }), reply(403, { code: 'AccessDenied' })],
    3,
    'refused',
    'open',
  ],
  ['moved away', [reply(302, ''), reply(302, '')], 6, 'redirect', 'wan status 1KTAHJ0ABCDE'],
])(
  'a service that %s: nothing is claimed, nothing written',
  async (_name, script, exitCode, message, hint) => {
    const { world, run } = await cancel(script, { submitted_at: '2026-11-20T11:00:00.000Z' });
    const error = await failureOf(run);
    expect(error.exitCode).toBe(exitCode);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
    expect(world.saved).toEqual([]);
    expect(world.left).toEqual([]);
    expect(world.log.at(-1)).toBe('release');
  },
);

test('waits as long as it is told between calls, and not for ever', async () => {
  const { world, run } = await cancel([
    limited,
    limited,
    limited,
    limited,
    pending,
    limited,
    limited,
    limited,
    limited,
    pending,
  ]);
  const { error } = await run();
  expect(error).toMatchObject({ exitCode: 4, code: 'Throttling.RateQuota' });
  const sleeps = world.log.filter((line) => line.startsWith('sleep'));
  expect(sleeps).toEqual([
    'sleep 7000',
    'sleep 7000',
    'sleep 7000',
    'sleep 1000',
    'sleep 7000',
    'sleep 7000',
    'sleep 7000',
  ]);

  const hour = reply(429, { code: 'Throttling' }, { 'retry-after': '3600' });
  const impatient = await cancel([hour, pending, taken, canceled]);
  expect((await impatient.run()).error).toBeUndefined();
  expect(impatient.world.log.filter((line) => line.startsWith('sleep'))).toEqual(['sleep 1000']);
});

describe('told from the record alone', () => {
  const saved = {
    url: 'u',
    path: '/v/a.mp4',
    bytes: 1,
    sha256: 'x',
    width: 1,
    height: 1,
    seconds: 5,
    has_audio: null,
  };
  test.each<[string, Partial<Job>, string, number | undefined, string, string | undefined]>([
    ['canceled', { status: 'canceled' }, 'canceled', undefined, '', undefined],
    [
      'saved',
      { status: 'succeeded', outputs: [saved] },
      'succeeded',
      1,
      'is billed',
      'the video is in /v/a.mp4',
    ],
    ['not saved', { status: 'succeeded' }, 'succeeded', 1, 'is billed', 'wan download 1KTAHJ0ABCDE'],
    ['failed', { status: 'failed' }, 'failed', 1, 'already failed', 'wan rerun 1KTAHJ0ABCDE'],
    ['expired', { status: 'expired' }, 'expired', 11, 'expired', 'wan list'],
  ])('%s', async (_name, patch, status, exitCode, message, hint) => {
    const { world, run } = await cancel([], patch);
    const { job, error } = await run();
    expect(job.status).toBe(status);
    expect(error?.exitCode).toBe(exitCode);
    expect(error?.message ?? '').toContain(message);
    expect(error?.hint).toBe(hint);
    expect(world.log).toEqual([]);
  });

  test('prepared: cancelled here, and nothing was sent', async () => {
    const { world, run } = await cancel([], { status: 'prepared', task_id: null });
    const { job, error } = await run();
    expect(error).toBeUndefined();
    expect(job).toMatchObject({
      status: 'canceled',
      error: { message: expect.stringContaining('nothing was sent') },
    });
    expect(world.log).toEqual(['save canceled', 'release']);
  });

  test.each<[string, Partial<Job>]>([
    ['unconfirmed', { status: 'unconfirmed', task_id: null }],
    ['submitting, by somebody who died', { status: 'submitting', task_id: null }],
  ])('%s: nobody knows whether there is a task', async (_name, patch) => {
    const { world, run } = await cancel([], patch);
    const { job, error } = await run();
    expect(job.status).toBe('unconfirmed');
    expect(error).toMatchObject({ exitCode: 14, hint: 'wan resume 1KTAHJ0ABCDE' });
    expect(world.log).toEqual(['release']);
  });

  test('what another process has written meanwhile counts', async () => {
    const { world, run } = await cancel([], {}, { stored: makeJob({ status: 'canceled' }) });
    expect(await run()).toMatchObject({ job: { status: 'canceled' }, error: undefined });
    expect(world.log).toEqual(['release']);
  });
});

describe('while another wan holds the job', () => {
  test.each<[string, number, string]>([
    ['prepared', 8, 'another wan is about to send'],
    ['submitting', 8, 'being sent right now'],
  ])('%s: not yet', async (status, exitCode, message) => {
    const patch = { status, task_id: null } as Partial<Job>;
    const { world, run } = await cancel([], patch, { isHeld: true });
    const { error } = await run();
    expect(error?.exitCode).toBe(exitCode);
    expect(error?.message).toContain(message);
    expect(world.log).toEqual([]);
  });

  test('cancels, and leaves the record to it', async () => {
    const { world, run } = await cancel([taken, canceled], {}, { isHeld: true });
    expect(await run()).toMatchObject({ job: { status: 'canceled' }, error: undefined });
    expect(world.saved).toEqual([]);
    expect(world.events).toMatchObject([{ event: 'notice', message: expect.stringContaining('will see') }]);
  });
});

test('a service without cancelling says what that means for the bill', async () => {
  const { world, run } = await cancel([], { provider: 'acedata' });
  const { error } = await run();
  expect(error).toMatchObject({ exitCode: 1, hint: 'wan wait 1KTAHJ0ABCDE' });
  expect(error?.message).toContain('is billed if it succeeds');
  expect(world.log).toEqual(['release']);
});

test('cancels a task of which there is no record, and keeps none', async () => {
  const { world, run } = await cancel([taken, canceled], {}, { isForeign: true });
  expect(await run()).toMatchObject({ job: { status: 'canceled' }, error: undefined });
  expect(world.log).toEqual([post, get]);
  const other = await cancel([tooLate, running], {}, { isForeign: true });
  expect((await other.run()).error?.hint).toBe('wan wait --task-id task-1');
});

test('an interruption leaves open what became of it, and says how to find out', async () => {
  const { world, run } = await cancel([taken, lost]);
  world.runtime.clock.sleep = async () => {
    throw new InterruptedError('interrupted');
  };
  const error = await failureOf(run);
  expect(error).toMatchObject({ exitCode: 130, hint: 'wan status 1KTAHJ0ABCDE' });
  expect(error.message).toContain('may have reached the service');
  expect(error).toBeInstanceOf(WanError);
  expect(world.log.at(-1)).toBe('release');
});
