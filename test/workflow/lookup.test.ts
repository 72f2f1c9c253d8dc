import { describe, expect, test } from 'vitest';
import { DamagedRecordError } from '../../src/core/errors.ts';
import { findNamed } from '../../src/workflow/lookup.ts';
import { dayMs, hourMs, jobFrom, makeStore, minuteMs, type JobWorld } from '../store/job-world.ts';

const taskId = '0385dc79-5ff8-4d82-bcb6-0123456789ab';

const find = ({ store }: Pick<JobWorld, 'store'>, task: string | undefined, byTaskId?: string) =>
  findNamed(store, { task, taskId: byTaskId, command: 'wait' });

describe('one job among others', () => {
  const job = jobFrom(2 * dayMs, { task_id: taskId });
  const world = async () => {
    const made = await makeStore();
    for (const other of [job, jobFrom(hourMs), jobFrom(3 * dayMs, { status: 'failed' })])
      await made.store.save(other);
    return made;
  };

  test.each([
    ['its id', job.id],
    ['its id in small letters', ` ${job.id.toLowerCase()} `],
    ['its task’s id', taskId],
    ['the beginning of its id', job.id.slice(0, 9)],
    ['the end of its id', job.id.slice(-5)],
    ['the beginning of its task’s id', '0385'],
    ['the end of its task’s id', '6789ab'],
  ])('by %s', async (_name, text) => {
    expect(await find(await world(), text)).toEqual({ kind: 'job', job });
  });

  test('by --task-id, whole ids alone', async () => {
    const made = await world();
    expect(await find(made, undefined, taskId)).toEqual({ kind: 'job', job });
    expect(await find(made, undefined, '0385')).toEqual({ kind: 'foreign', taskId: '0385' });
    expect(await find(made, undefined, job.id)).toEqual({ kind: 'foreign', taskId: job.id });
  });

  test('none', async () => {
    const made = await world();
    for (const text of ['038', 'dc79', 'nothing', 'ZZZZZZZZZZZZ']) {
      await expect(find(made, text)).rejects.toMatchObject({
        class: 'not_found',
        hint: expect.stringContaining('wan wait --task-id'),
      });
    }
    await expect(find(made, '038')).rejects.toThrow(/038; .* needs 4 characters or more$/u);
    await expect(find(made, 'x'.repeat(40_000))).rejects.toMatchObject({ class: 'not_found' });
    await expect(find(made, ' ')).rejects.toMatchObject({ class: 'usage' });
  });
});

test('a task whose id is another job’s beginning is that task', async () => {
  const made = await makeStore();
  const job = jobFrom(hourMs);
  const other = jobFrom(dayMs, { task_id: job.id.slice(0, 8) });
  for (const one of [job, other]) await made.store.save(one);
  expect(await find(made, job.id.slice(0, 8))).toEqual({ kind: 'job', job: other });
  expect(await find(made, job.id)).toEqual({ kind: 'job', job });
});

test('@last is the newest job, however it ended', async () => {
  const made = await makeStore();
  await expect(find(made, '@last')).rejects.toMatchObject({ class: 'not_found' });
  const jobs = [
    jobFrom(dayMs),
    jobFrom(hourMs, { status: 'failed' }),
    jobFrom(minuteMs, { status: 'prepared' }),
  ];
  for (const job of jobs) {
    await made.store.save(job);
    expect(await find(made, '@LAST')).toEqual({ kind: 'job', job });
  }
  await expect(find(made, '@lats')).rejects.toMatchObject({
    class: 'usage',
    hint: expect.stringContaining('@last'),
  });
});

describe('@last, where the newest record cannot be read,', () => {
  const older = jobFrom(dayMs);
  const newer = jobFrom(hourMs, { status: 'failed' });

  test.each([
    ['an open one', 'openFile'],
    ['a finished one', 'doneFile'],
  ] as const)('says so, also when it was set aside: %s', async (_name, place) => {
    const made = await makeStore();
    await made.store.save(older);
    await made.put(made[place](newer.id), 'no record');
    for (const store of [made.store, made.open()]) {
      const failure = find({ store }, '@last');
      await expect(failure).rejects.toBeInstanceOf(DamagedRecordError);
      await expect(failure).rejects.toMatchObject({
        class: 'error',
        message: expect.stringContaining(newer.id),
      });
    }
  });

  test('says so where it is the only one', async () => {
    const made = await makeStore();
    await made.put(made.openFile(newer.id), '{}');
    for (const store of [made.store, made.open()])
      await expect(find({ store }, '@last')).rejects.toMatchObject({ class: 'error' });
  });

  test('says so of one that a newer version wrote', async () => {
    const made = await makeStore();
    await made.store.save(older);
    await made.put(made.openFile(newer.id), JSON.stringify({ ...newer, version: 99 }));
    await expect(find(made, '@last')).rejects.toMatchObject({ class: 'error' });
  });

  test('is the newest all the same when an older one is damaged', async () => {
    const made = await makeStore();
    await made.store.save(newer);
    await made.put(made.openFile(older.id), 'no record');
    expect(await find(made, '@last')).toEqual({ kind: 'job', job: newer });
  });
});

test('several: they are listed as somebody remembers them, and none is chosen', async () => {
  const made = await makeStore();
  const request = { mode: 'i2v' as const, model: 'm', prompt: 'she smiles\u001b[31m\nand waves', media: [] };
  const jobs = Array.from({ length: 12 }, (_, index) => jobFrom(index * 1000, { mode: 'i2v', request }));
  for (const job of jobs) await made.store.save(job);
  const error = await find(made, jobs[0]?.id.slice(0, 4) ?? '').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ class: 'usage', hint: 'type more of the id' });
  const { message } = error as Error;
  expect(message).toMatch(/ is not clear: 12 jobs fit: .*; and 2 more$/u);
  expect(message).toContain(`${jobs[3]?.id} (3 s ago, i2v, "she smiles[31m and waves")`);
  for (const [index, { id }] of jobs.entries()) expect(message.includes(id)).toBe(index < 10);
});

test('a task is still there when our record of it is not', async () => {
  const made = await makeStore();
  const job = jobFrom(hourMs, { task_id: taskId });
  await made.store.save(job);
  await made.put(made.openFile(job.id), '{');
  await expect(find(made, taskId)).rejects.toThrow(DamagedRecordError);
  await expect(find(made, job.id.slice(0, 9))).rejects.toMatchObject({ class: 'not_found' });
  await expect(find(made, job.id)).rejects.toThrow(DamagedRecordError);
  expect(await find(made, undefined, taskId)).toEqual({ kind: 'foreign', taskId });
  await made.put(made.openFile(job.id), JSON.stringify({ ...job, version: 99 }));
  await expect(find(made, undefined, taskId)).rejects.toThrow(/newer wan/u);
});
