import { describe, expect, test } from 'vitest';
import { isOpenSubmit, type Job } from '../../src/core/job.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import type { Runtime } from '../../src/workflow/runtime.ts';
import { reconcile } from '../../src/workflow/reconcile.ts';
import { createSearchMemory } from '../../src/workflow/search-memory.ts';
import { makeJob } from '../core/make-job.ts';
import { failureOf } from '../core/refusal.ts';
import { reply } from '../core/reply.ts';
import { connectionTo, fakeWorld, startMs } from './fake-runtime.ts';

const minute = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

type Task = {
  id: string;
  /** Milliseconds after the send. */
  at: number;
  prompt?: string;
  model?: string;
  status?: string;
  /** What a failure says it failed for; a code unless told. */
  code?: string | undefined;
  link?: string;
  seconds?: number;
};

/** A job whose answer was lost at `startMs`, by the service's clock too, and whose list was read at once. */
function lostJob(patch: Partial<Job> = {}): Job {
  return makeJob({
    status: 'unconfirmed',
    task_id: null,
    submitted_at: null,
    sent_at: iso(startMs),
    service_sent_at: iso(startMs),
    first_read_at: iso(startMs),
    ...patch,
  });
}

/** After a crash nobody asked the service for its time. */
function crashedJob(patch: Partial<Job> = {}): Job {
  const { service_sent_at: _sent, first_read_at: _read, ...job } = lostJob();
  return { ...job, sent_uptime: { boot: 'one', ms: 1_000 }, ...patch };
}

/** A service with tasks, and records beside the job's own. Its clock is ours, `laterMs` after the send. */
function openWorld(tasks: readonly Task[], jobs: readonly Job[], laterMs = minute) {
  const world = fakeWorld([]);
  const { runtime } = world;
  world.pass(laterMs);
  const records = new Map(jobs.map((job) => [job.id, job]));
  const owners = new Map<string, string>();
  const queries: string[] = [];
  const reads = { open: 0, pages: 0 };
  let listed: (page: number) => SendOutcome = () => {
    const data = tasks.map(({ id, at, model = 'wan2.6-t2v' }) => ({
      task_id: id,
      model_name: model,
      gmt_create: startMs + at,
    }));
    return dated({ total: data.length, data });
  };
  const dated = (body: object) => reply(200, body, { date: new Date(runtime.clock.now()).toUTCString() });
  const query = (id: string): SendOutcome => {
    queries.push(id);
    const task = tasks.find((one) => one.id === id);
    const {
      status = 'SUCCEEDED',
      prompt,
      seconds = 5,
      link = 'https://e.com/v',
    } = task ?? { status: 'UNKNOWN' };
    const code = task !== undefined && 'code' in task ? task.code : 'InternalError';
    const isOver = status === 'SUCCEEDED';
    return reply(200, {
      output: {
        task_id: id,
        task_status: status,
        ...(isOver ? { orig_prompt: prompt, video_url: link } : {}),
        ...(status === 'FAILED' && code !== undefined ? { code, message: code } : {}),
      },
      ...(isOver ? { usage: { output_video_duration: seconds } } : {}),
    });
  };
  runtime.uptime = async () => ({ boot: 'one', ms: 1_000 + runtime.clock.monotonic() });
  runtime.send = async (_connection, { path }) => {
    const page = /page_no=(\d+)/u.exec(path)?.[1];
    if (page === undefined) return query(path.split('/').at(-1) ?? '');
    reads.pages += 1;
    return listed(Number(page));
  };
  Object.assign(runtime.jobs, {
    listOpen: async () => {
      reads.open += 1;
      return [...records.values()];
    },
    find: async (id) => records.get(id),
    findByTask: async (taskId) => [...records.values()].find((job) => job.task_id === taskId),
    ownerOf: async (taskId) => owners.get(taskId),
    giveTask: async (taskId, id) => void owners.set(taskId, id),
    tryLock: async () => ({ stillHeld: async () => true, isFresh: () => true, release: async () => {} }),
    isHeld: async (id) => records.get(id)?.status === 'submitting',
  } satisfies Partial<Runtime['jobs']>);
  const look = (job: Job, memory = createSearchMemory()) =>
    reconcile(runtime, connectionTo('dashscope'), records.get(job.id) ?? job, {
      deadlineMs: runtime.clock.monotonic() + 1_000,
      pollIntervalMs: 1_000,
      memory,
      onChange: async (next) => void records.set(next.id, next),
    });
  return {
    ...world,
    look,
    records,
    owners,
    queries,
    reads,
    dated,
    list: (answer: typeof listed) => void (listed = answer),
  };
}

type World = ReturnType<typeof openWorld>;

/** What became of a job: the task that it is, or the exit code, and what its record says. */
async function outcome(world: World, job: Job, memory = createSearchMemory()): Promise<string> {
  const end = await world.look(job, memory).then(
    ({ task_id: taskId }) => taskId ?? 'nothing',
    (error: { exitCode?: number }) => `exit ${error.exitCode}`,
  );
  const record = world.records.get(job.id);
  expect(end.startsWith('exit 14')).toBe(record !== undefined && isOpenSubmit(record));
  return end;
}

const ours = (id: string, at: number, patch: Partial<Task> = {}): Task => ({ id, at, prompt: 'p', ...patch });
const other = (id: string, at: number, patch: Partial<Task> = {}): Task => ({
  id,
  at,
  prompt: 'q',
  ...patch,
});

describe('with the send’s time by the service’s clock', () => {
  const later = 10 * minute;
  test.each<[string, Task[], number, string]>([
    ['ours', [ours('a', 0)], minute, 'a'],
    ['ours, 5 s early', [ours('a', -5_000)], minute, 'a'],
    ['ours, 120 s late', [ours('a', 120_000)], minute, 'a'],
    ['two', [ours('a', 0), ours('b', 10)], later, 'exit 14'],
    ['ours, later than that', [ours('a', 121_000)], later, 'exit 14'],
    ['ours, before the send', [ours('a', -6_000)], later, 'exit 14'],
    ['ours, its model spelled otherwise', [ours('a', 0, { model: 'wan2.6-t2v-0101' })], later, 'exit 14'],
    ['one of other seconds', [ours('a', 0, { seconds: 10 })], later, 'exit 6'],
    ['none, at once', [], minute, 'exit 14'],
    ['none, a second early', [], later - 1_000, 'exit 14'],
    ['none, ten minutes after the first reading', [], later, 'exit 6'],
    ['none, a day later', [], 23.5 * 60 * minute, 'exit 14'],
    ['one of others', [other('a', 0)], later, 'exit 6'],
    ['sixty of others, and ours behind them', [...crowd(60), ours('z', -700_000)], later, 'exit 14'],
    ['sixty of others', crowd(60), later, 'exit 6'],
    ['one that runs', [ours('a', 0, { status: 'RUNNING' })], later, 'exit 14'],
    ['one that runs, at another time', [ours('a', 300_000, { status: 'RUNNING' })], later, 'exit 14'],
    [
      'one that was made too late to be ours',
      [ours('a', later + 1_000, { status: 'RUNNING' })],
      later,
      'exit 6',
    ],
    ['ours, by dates eight hours ahead', [ours('a', 480 * minute)], later, 'exit 14'],
    ['ours, by dates in seconds', [ours('a', startMs / 1000 - startMs)], later, 'exit 14'],
    ['one of others, by dates eight hours ahead', [other('a', 480 * minute)], later, 'exit 6'],
    ['one that is not known by its id', [ours('a', 0, { status: 'UNKNOWN' })], later, 'exit 14'],
    ['all failed, at once', [ours('a', 0, { status: 'FAILED' })], minute, 'exit 14'],
    ['all failed', [ours('a', 0, { status: 'FAILED' }), other('b', 1)], later, 'exit 9'],
    ['one that tells no prompt', [{ id: 'a', at: 0 }], later, 'exit 14'],
    ['failed, for no reason', [ours('a', 0, { status: 'FAILED', code: undefined })], later, 'exit 14'],
    ['failed, for what says nothing', [ours('a', 0, { status: 'FAILED', code: 'None' })], later, 'exit 14'],
    [
      'one failed for no reason among others',
      [ours('a', 0, { status: 'FAILED' }), ours('b', 0, { status: 'FAILED', code: '' }), other('c', 1)],
      later,
      'exit 14',
    ],
    ['no prompt and no link', [{ id: 'a', at: 0, link: '' }], later, 'exit 14'],
    ['cancelled', [ours('a', 0, { status: 'CANCELED' })], later, 'exit 9'],
  ])('%s', async (_name, tasks, laterMs, end) => {
    const job = lostJob({ request: { ...makeJob().request, duration: 5 } as Job['request'] });
    expect(await outcome(openWorld(tasks, [job], laterMs), job)).toBe(end);
  });

  test('a match of another time is shown, for the user’s word', async () => {
    const job = lostJob();
    const world = openWorld([ours('far-1', 200_000)], [job]);
    const error = await failureOf(() => world.look(job));
    expect(error.message).toContain('task far-1 (succeeded) of another');
    expect(error.hint).toContain(`wan resume ${job.id} --adopt <task-id>`);
    expect(error.hint).toContain('--give-up');
  });

  test('what was found is said to be possibly another machine’s', async () => {
    const job = lostJob();
    const world = openWorld([ours('a', 0)], [job]);
    expect(await world.look(job)).toMatchObject({ task_id: 'a', adopted: { settled: false } });
    expect(world.owners.get('a')).toBe(job.id);
    expect(world.events).toMatchObject([{ message: expect.stringContaining('a job of another machine') }]);
  });
});

function crowd(count: number): Task[] {
  return Array.from({ length: count }, (_, number) => other(`other-${number}`, 1_000 + number));
}

describe('after a crash', () => {
  const read = { first_read_at: iso(startMs + minute) };
  const second = 11 * minute;
  test.each<[string, Task[], Partial<Job>, number, string]>([
    ['ours, whenever it was made', [ours('a', -5 * 60 * minute)], {}, minute, 'a'],
    ['ours, its model spelled otherwise', [ours('a', 0, { model: 'wan2.6-t2v-0101' })], {}, minute, 'a'],
    ['two', [ours('a', -5 * 60 * minute), ours('b', 0)], read, second, 'exit 14'],
    [
      'ours, and another that runs',
      [ours('a', 0), ours('b', 1, { status: 'RUNNING' })],
      read,
      second,
      'exit 14',
    ],
    ['none, read for the first time long after', [], {}, second, 'exit 14'],
    ['none, read twice', [], read, second, 'exit 6'],
    ['others, read twice', crowd(60), read, second, 'exit 6'],
    ['ours behind sixty of others', [...crowd(60), ours('z', -700_000)], read, second, 'z'],
    ['all failed', [ours('a', -5 * minute, { status: 'FAILED' })], read, second, 'exit 9'],
    ['one made later than it can be', [ours('a', second + 1)], read, second, 'exit 6'],
    ['none, after a reboot', [], { ...read, sent_uptime: { boot: 'zero', ms: 0 } }, second, 'exit 14'],
    ['none, nothing known of the machine', [], { ...read, sent_uptime: undefined }, second, 'exit 14'],
    ['none, the machine ran for a day', [], read, 23.5 * 60 * minute, 'exit 14'],
  ])('%s', async (_name, tasks, patch, laterMs, end) => {
    const job = crashedJob(patch);
    expect(await outcome(openWorld(tasks, [job], laterMs), job)).toBe(end);
  });

  test('the first reading is noted, and counts for the next one', async () => {
    const job = crashedJob({ status: 'submitting' });
    const world = openWorld([], [job]);
    expect(await outcome(world, job)).toBe('exit 14');
    expect(world.records.get(job.id)).toMatchObject({
      status: 'unconfirmed',
      first_read_at: iso(startMs + minute),
    });
    world.pass(10 * minute);
    expect(await outcome(world, job)).toBe('exit 6');
  });
});

describe('a list', () => {
  const row = (id: string) => ({ task_id: id, model_name: 'wan2.6-t2v', gmt_create: startMs - 1e7 });
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => row(`other-${from + at}`));

  test('that moves while it is read is read again, three times', async () => {
    const job = lostJob();
    const world = openWorld([], [job], 10 * minute);
    // Each time a task came in between, and pushed the last row of the first page to the second.
    world.list((page) => world.dated({ total: 60, data: page === 1 ? rows(0, 50) : rows(49, 10) }));
    const error = await failureOf(() => world.look(job));
    expect(error).toMatchObject({ exitCode: 14 });
    expect(error.message).toContain('could not be read');
    expect(world.reads.pages).toBe(8);
  });

  test.each<[string, (world: World, page: number, reading: number) => SendOutcome]>([
    [
      'whose count changes',
      ({ dated }, page, reading) =>
        dated({
          total: page === 2 && reading === 1 ? 59 : 60,
          data: page === 1 ? rows(0, 50) : rows(50, 10),
        }),
    ],
    [
      'that lost a row between two pages',
      ({ dated }, page, reading) =>
        dated({
          total: 60,
          data: page === 1 ? rows(0, 50) : page === 2 ? rows(50, reading === 1 ? 9 : 10) : [],
        }),
    ],
  ])('%s, and stands still the second time, counts', async (_name, answer) => {
    const job = lostJob();
    const world = openWorld(crowd(60), [job], 10 * minute);
    let reading = 0;
    world.list((page) => {
      if (page === 1) reading += 1;
      return answer(world, page, reading);
    });
    expect(await outcome(world, job)).toBe('exit 6');
    expect(reading).toBe(2);
  });

  test.each<[string, object]>([
    ['pages that it does not count', { total: 50, total_page: 2 }],
    ['more rows than it counts', { total: 49 }],
    ['fewer pages than it needs', { total: 60, total_page: 1 }],
  ])('with %s proves nothing', async (_name, counts) => {
    const job = lostJob();
    const world = openWorld(crowd(60), [job], 10 * minute);
    world.list((page) => world.dated({ ...counts, data: page === 1 ? rows(0, 50) : [] }));
    expect(await outcome(world, job)).toBe('exit 14');
  });

  test('without a Date proves nothing, however old the job is', async () => {
    const job = lostJob();
    const world = openWorld([], [job], 12 * 60 * minute);
    world.list(() => reply(200, { total: 0, data: [] }));
    expect(await outcome(world, job)).toBe('exit 14');
  });
});

describe('jobs of ours that look the same', () => {
  const twins = () => {
    const first = lostJob({ id: '1KTAHJ0AAAAA', index: 1 });
    const second = lostJob({
      id: '1KTAHJ0BBBBB',
      index: 2,
      sent_at: iso(startMs + 300),
      service_sent_at: iso(startMs + 300),
      request: { ...makeJob().request, seed: 7 } as Job['request'],
    });
    return [first, second] as const;
  };

  test.each([
    ['one after the other', [0, 1]],
    ['the later one first', [1, 0]],
  ])('two tasks for two jobs are given out in the order of the sends, %s', async (_name, order) => {
    const jobs = twins();
    const world = openWorld([ours('late', 900), ours('early', 400)], jobs);
    for (const number of order) {
      const job = jobs[number];
      // oxlint-disable-next-line no-await-in-loop
      if (job !== undefined) await world.look(job);
    }
    expect(world.records.get(jobs[0].id)?.task_id).toBe('early');
    expect(world.records.get(jobs[1].id)?.task_id).toBe('late');
  });

  test('in one run, at once: each task goes to one job, and the seed is forgotten', async () => {
    const jobs = twins();
    const world = openWorld([ours('late', 900), ours('early', 400)], jobs);
    const memory = createSearchMemory(jobs);
    const found = await Promise.all(jobs.map((job) => world.look(job, memory)));
    expect(found.map(({ task_id: taskId }) => taskId)).toEqual(['early', 'late']);
    expect(found[1]?.request).not.toHaveProperty('seed');
    expect(world.queries.toSorted()).toEqual(['early', 'late']);
    expect(world.reads).toEqual({ open: 1, pages: 1 });
  });

  test.each<[string, Task[], Partial<Job>]>([
    ['one task', [ours('a', 400)], {}],
    ['three tasks', [ours('a', 400), ours('b', 500), ours('c', 600)], {}],
    ['the other one waits for its answer', [ours('a', 400), ours('b', 500)], { status: 'submitting' }],
    [
      'the other one asked for more',
      [ours('a', 400)],
      { request: { ...makeJob().request, duration: 15 } as Job['request'] },
    ],
    ['the other one crashed', [ours('a', 400)], { service_sent_at: undefined, first_read_at: undefined }],
  ])('stay open: %s', async (_name, tasks, patch) => {
    const [first, second] = twins();
    const world = openWorld(tasks, [first, { ...second, ...patch }]);
    const error = await failureOf(() => world.look(first));
    expect(error).toMatchObject({ exitCode: 14, message: expect.stringContaining(`job ${second.id}`) });
  });

  test.each<[string, Partial<Job>]>([
    ['another prompt', { request: { ...makeJob().request, prompt: 'q' } as Job['request'] }],
    ['another account', { fingerprint: 'other' }],
    ['another time', { service_sent_at: iso(startMs + 20 * minute) }],
    [
      'a crash that was looked for before',
      { service_sent_at: undefined, first_read_at: iso(startMs - 11 * minute) },
    ],
    ['an end', { status: 'expired' }],
  ])('are none: one with %s', async (_name, patch) => {
    const [first, second] = twins();
    const world = openWorld([ours('a', 400)], [first, { ...second, ...patch }]);
    expect(await outcome(world, first)).toBe('a');
  });

  test('neither was accepted: both end', async () => {
    const jobs = twins();
    const world = openWorld([other('x', 100)], jobs, 11 * minute);
    expect(await outcome(world, jobs[0])).toBe('exit 6');
    expect(await outcome(world, jobs[1])).toBe('exit 6');
  });

  test('the other one got its answer while the task was looked at', async () => {
    const [first, second] = twins();
    const world = openWorld([ours('a', 400)], [first, { ...second, status: 'submitting' }]);
    const send = world.runtime.send;
    world.runtime.send = async (...asked) => {
      world.records.set(second.id, { ...second, status: 'queued', task_id: 'a' });
      return send(...asked);
    };
    expect(await outcome(world, first)).toBe('exit 14');
    expect(world.records.get(first.id)?.task_id).toBeNull();
  });
});

test('200 lost jobs cost one reading of the list, one pass over the records, and one question for each task', async () => {
  const jobs = Array.from({ length: 200 }, (_, number) =>
    crashedJob({
      id: `1KTAHJ0${String(number).padStart(5, '0')}`,
      request: { ...makeJob().request, prompt: `boat ${number}` } as Job['request'],
    }),
  );
  const world = openWorld(crowd(500), jobs);
  const memory = createSearchMemory(jobs);
  const ends = await Promise.all(jobs.map((job) => outcome(world, job, memory)));
  expect(new Set(ends)).toEqual(new Set(['exit 14']));
  expect(world.reads).toEqual({ open: 1, pages: 1 });
  expect(world.queries).toHaveLength(500);
  expect(new Set(world.queries).size).toBe(500);
});

test('a job that was sent again since the run began is not held against the old reading', async () => {
  const [job, again] = [lostJob(), lostJob({ sent_at: iso(startMs + minute) })];
  const world = openWorld([ours('a', 0)], [again]);
  const memory = createSearchMemory([job]);
  await world.look(again, memory);
  expect(memory.readings.size).toBe(0);
});
