import { createHash } from 'node:crypto';
import { copyFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeJobId } from '../../src/core/job-id.ts';
import { collect, dayMs, hourMs, jobFrom, makeStore, minuteMs, nowMs, savedAs } from './job-world.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('newest', () => {
  test('open and finished jobs in one order, those of a second by the millisecond', async () => {
    const { store } = await makeStore();
    const second = [0, 1, 2, 3].map((ms) =>
      jobFrom(hourMs, { created_at: new Date(nowMs - hourMs + ms).toISOString() }),
    );
    const failed = { status: 'failed' } as const;
    const jobs = [
      jobFrom(minuteMs),
      { ...second[3], ...failed },
      second[2],
      { ...second[1], ...failed },
      second[0],
      jobFrom(2 * dayMs, failed),
      jobFrom(40 * dayMs),
      jobFrom(400 * dayMs, failed),
    ].map((job) => ({ ...jobFrom(0), ...job }));
    for (const job of jobs.toReversed()) await store.save(job);
    expect(await collect(store.newest())).toEqual(jobs);
    expect(await collect(store.newest({ only: 'done' }))).toEqual(
      jobs.filter((job) => job.status === 'failed'),
    );
    expect(await collect(store.newest({ only: 'open' }))).toEqual(
      jobs.filter((job) => job.status !== 'failed'),
    );
    expect(await collect(store.newest({ sinceMs: nowMs - 3 * dayMs }))).toEqual(jobs.slice(0, 6));
    expect(await collect(store.newest({ sinceMs: nowMs - hourMs }))).toEqual(jobs.slice(0, 5));
    expect(await store.listOpen()).toEqual(jobs.filter((job) => job.status !== 'failed'));
  });

  test('days and records that are not shown are not looked at', async () => {
    const { store, notices, put, doneFile } = await makeStore();
    const shown = Array.from({ length: 30 }, (_, index) => jobFrom(index * 1000, { status: 'failed' }));
    for (const job of shown) await store.save(job);
    // Whoever looked at these would say so.
    const [sameDay, before] = [jobFrom(5 * hourMs), jobFrom(2 * dayMs)];
    await put(doneFile(before.id), 'damaged');
    await put(path.join(path.dirname(doneFile(before.id)), 'foreign'), '');
    expect(await collect(store.newest(), 20)).toEqual(shown.slice(0, 20));
    expect(await collect(store.newest({ sinceMs: nowMs - 6 * hourMs }))).toEqual(shown);
    await put(doneFile(sameDay.id), 'damaged');
    expect(await collect(store.newest({ sinceMs: nowMs - hourMs }))).toEqual(shown);
    expect(notices).toEqual([]);
    await collect(store.newest());
    expect(notices).toHaveLength(3);
  });

  test('more jobs of one second than are read at once', async () => {
    const { store } = await makeStore();
    const jobs = Array.from({ length: 50 }, (_, ms) =>
      jobFrom(hourMs, { status: 'failed', created_at: new Date(nowMs - hourMs + ms).toISOString() }),
    ).toReversed();
    const later = jobFrom(minuteMs);
    for (const job of [later, ...jobs]) await store.save(job);
    expect(await collect(store.newest())).toEqual([later, ...jobs]);
  });

  test('a job that was killed between the two places is one, and finished', async () => {
    const { store, openFile, doneFile, put } = await makeStore();
    const job = jobFrom(hourMs);
    const done = { ...job, ...savedAs('/tmp/a.mp4') };
    await store.save(done);
    await put(openFile(job.id), JSON.stringify(job));
    const beforeMs = (await stat(doneFile(job.id))).mtimeMs - 1;
    await utimes(openFile(job.id), beforeMs / 1000, beforeMs / 1000);
    expect(await collect(store.newest())).toEqual([done]);
    expect(await store.find(job.id)).toEqual(done);
    expect(await store.listOpen()).toEqual([]);
    expect(await readdir(path.dirname(openFile(job.id)))).toEqual([]);
    // The only record of a job is not removed, wherever it lies.
    await copyFile(doneFile(job.id), openFile(job.id));
    await rm(doneFile(job.id));
    expect(await store.listOpen()).toEqual([]);
    expect(await store.find(job.id)).toEqual(done);
  });

  test('a job that is just being sent again keeps its open record while the old one goes', async () => {
    const { store, openFile, doneFile, put } = await makeStore();
    const job = jobFrom(hourMs, { status: 'failed' });
    await store.save(job);
    const again = { ...job, status: 'submitting' as const };
    await put(openFile(job.id), JSON.stringify(again));
    const laterMs = (await stat(doneFile(job.id))).mtimeMs + 5;
    await utimes(openFile(job.id), laterMs / 1000, laterMs / 1000);
    expect(await store.listOpen()).toEqual([]);
    await rm(doneFile(job.id));
    expect(await store.listOpen()).toEqual([again]);
  });
});

describe('match', () => {
  const task = '0385DC79-5ff8-4d82-bcb6-0123456789ab';

  test.each([
    ['a task’s beginning', () => '0385'],
    ['a task’s end', () => '89ab'],
    ['in other letters', () => '0385dc79-5FF8'],
    ['a job’s beginning', (id: string) => id.slice(0, 8)],
    ['a job’s end', (id: string) => id.slice(-4)],
    [
      'a job’s end as one might type it',
      (id: string) => id.slice(-6).toLowerCase().replaceAll('1', 'l').replaceAll('0', 'o'),
    ],
    ['all of a job’s id', (id: string) => id],
  ])('%s', async (_name, textOf) => {
    for (const status of ['queued', 'failed'] as const) {
      const { store } = await makeStore();
      const job = jobFrom(29 * dayMs, { task_id: task, status });
      await store.save(job);
      await store.save(jobFrom(29 * dayMs + 5 * minuteMs, { task_id: 'another-task', status }));
      expect(await store.match(textOf(job.id))).toEqual([{ id: job.id, ageMs: 29 * dayMs }]);
    }
  });

  test('less than four characters are no name, and the middle of an id neither', async () => {
    const { store } = await makeStore();
    const job = jobFrom(0, { task_id: task });
    await store.save(job);
    for (const text of ['038', job.id.slice(-3), '', '5ff8', job.id.slice(3, 9)]) {
      expect(await store.match(text)).toEqual([]);
    }
  });

  test('older jobs: open ones by anything, finished ones by how their id begins', async () => {
    const { store } = await makeStore();
    const [open, done] = [
      jobFrom(90 * dayMs, { task_id: 'open-task-1' }),
      jobFrom(91 * dayMs, { task_id: 'done-task-2', status: 'failed' }),
    ];
    await Promise.all([store.save(open), store.save(done)]);
    const found = async (text: string) => (await store.match(text)).map(({ id }) => id);
    for (const text of [open.id.slice(-5), open.id.slice(0, 8), 'task-1', 'open-task']) {
      expect(await found(text), text).toEqual([open.id]);
    }
    expect(await found(done.id.slice(0, 8))).toEqual([done.id]);
    for (const text of [done.id.slice(-5), 'task-2', 'done-']) expect(await found(text), text).toEqual([]);
    // Four characters of time are nine hours.
    expect(await found(done.id.slice(0, 4))).toEqual([done.id]);
  });

  test('the first and the last job of a span, over midnight and months', async () => {
    const { store } = await makeStore();
    const spanMs = 32 ** 3 * 1000;
    // A span that holds midnight.
    const midnight = Date.UTC(2026, 9, 1);
    const start = Math.floor(midnight / spanMs) * spanMs;
    const jobs = [start, midnight - 1000, midnight, start + spanMs - 1000].map((ms) =>
      jobFrom(nowMs - ms, { status: 'failed', task_id: null }),
    );
    const outside = [start - 1000, start + spanMs].map((ms) =>
      jobFrom(nowMs - ms, { status: 'failed', task_id: null }),
    );
    for (const job of [...jobs, ...outside]) await store.save(job);
    const prefix = makeJobId(start, Math.random).slice(0, 4);
    expect((await store.match(prefix)).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id).toReversed());
  });

  test('reads no finished record', async () => {
    const { store, put, doneFile, notices } = await makeStore();
    const jobs = Array.from({ length: 3 }, () => jobFrom(hourMs));
    for (const { id } of jobs) await put(doneFile(id), 'damaged');
    expect(await store.match(jobs[0]?.id.slice(-5) ?? '')).toMatchObject([{ id: jobs[0]?.id }]);
    expect(notices).toEqual([]);
  });
});

describe('by video', () => {
  test('every job that made it, the latest first, known before the file has its name', async () => {
    const { store, notices } = await makeStore();
    const hash = sha256('video');
    const [one, two] = [
      jobFrom(2 * hourMs, savedAs('/tmp/a.mp4', hash)),
      jobFrom(hourMs, savedAs('/tmp/b.mp4', hash)),
    ];
    const unnamed = { ...two, outputs: two.outputs.map((output) => ({ ...output, path: null })) };
    await store.save(one);
    await store.save(unnamed);
    expect(await store.findByVideo(hash)).toEqual([unnamed, one]);
    await store.save(two);
    await store.save(two);
    expect(await store.findByVideo(hash)).toEqual([two, one]);
    expect(await store.findByVideo(sha256('another'))).toEqual([]);
    for (const text of ['', '../../x', hash.toUpperCase(), hash.slice(1)]) {
      expect(await store.findByVideo(text)).toEqual([]);
    }
    expect(notices).toEqual([]);
  });

  test('an index that is damaged, or leads to another video, leads nowhere', async () => {
    const { store, put, at } = await makeStore();
    const [job, hash] = [jobFrom(0, savedAs('/tmp/a.mp4', sha256('video'))), sha256('else')];
    await store.save(job);
    for (const text of ['', '\0\0\0', 'nonsense', job.id, jobFrom(0).id]) {
      await put(at('by-file', hash.slice(0, 2), hash), text);
      expect(await store.findByVideo(hash)).toEqual([]);
    }
  });

  test('where indexes cannot be written the record is, and it is said', async () => {
    const { store, put, at, notices } = await makeStore();
    await put(at('by-task'), 'a file in the way');
    const job = jobFrom(0);
    await store.save(job);
    expect(notices).toEqual([
      expect.stringMatching(new RegExp(`${job.id} cannot be found by its task`, 'u')),
    ]);
    expect(await store.find(job.id)).toEqual(job);
    expect(await store.findByTask(job.task_id ?? '')).toEqual(job);
  });
});

describe('a job that another process has taken over', () => {
  /** What another process does that finds the owner dead. */
  async function loseLocks(directory: string): Promise<void> {
    const locks = path.join(directory, 'locks');
    const claims = (await readdir(locks)).filter((name) => name.endsWith('.claim'));
    await Promise.all(claims.map((name) => rm(path.join(locks, name))));
  }

  test.each(['save', 'reopen'] as const)('is not written by its former owner: %s', async (method) => {
    const world = await makeStore();
    const job = jobFrom(hourMs);
    const lock = await world.store.tryLock(job.id);
    await world.store.save(job);
    await loseLocks(world.directory);
    await expect(world.store[method]({ ...job, status: 'failed' })).rejects.toThrow(
      `another wan took over job ${job.id} while this one was stopped`,
    );
    expect(await world.store.find(job.id)).toEqual(job);
    await lock?.release();
    // Who has no lock was not asked for one.
    await world.store.requireHeld(job.id);
  });

  test('a task that its former owner was answered is found by the next one', async () => {
    const { store } = await makeStore();
    const { id } = jobFrom(hourMs);
    expect(await store.findLeftTask(id)).toBeUndefined();
    expect(await store.leaveTask('task-a', id)).toBe(true);
    expect(await store.leaveTask('task-a', id)).toBe(true);
    expect(await store.findLeftTask(id)).toBe('task-a');
    await store.leaveTask('task-b', id);
    expect(await store.findLeftTask(id)).toBeUndefined();
  });

  test('but not one that is another job’s', async () => {
    const { store } = await makeStore();
    const [mine, other] = [jobFrom(hourMs), jobFrom(hourMs, { task_id: 'task-a' })];
    await store.save(other);
    expect(await store.leaveTask('task-a', mine.id)).toBe(false);
    expect(await store.findLeftTask(mine.id)).toBeUndefined();
    expect(await store.findByTask('task-a')).toEqual(other);
  });
});

test('looking makes nothing', async () => {
  const { store, directory, notices } = await makeStore();
  expect(await collect(store.newest())).toEqual([]);
  expect(await store.listOpen()).toEqual([]);
  expect(await store.match('1234')).toEqual([]);
  expect(await store.find(jobFrom(0).id)).toBeUndefined();
  expect(await store.findByTask('t')).toBeUndefined();
  expect(await store.findByVideo(sha256('a'))).toEqual([]);
  expect(await readdir(directory)).toEqual(['wan-state']);
  expect(notices).toEqual([]);
});
