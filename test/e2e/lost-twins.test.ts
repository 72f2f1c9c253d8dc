import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { runWan, said, startWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { readJobs, readRecords } from './records.ts';

// Jobs whose answer was lost, beside others that look the same; and the words that end what nobody can tell.

const boat = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5', '--seed', '7'];
const minutes = 60_000;
const hours = 60 * minutes;
const lostAfter = { on: 'submit', drop: 'after' };
const lostBefore = { on: 'submit', drop: 'before' };

async function change(place: Place, id: string, patch: (record: Record<string, unknown>) => object) {
  const file = path.join(place.stateDirectory, 'open', `${id}.json`);
  const record = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...record, ...patch(record) }));
}

async function lose(options: Parameters<typeof openSandbox>[0] = {}, args: readonly string[] = []) {
  const sandbox = await openSandbox({ faults: [lostAfter], ...options });
  const run = await runWan([...boat, ...args], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(14);
  const id = (await readRecords(run.place)).open[0]?.id ?? '';
  const wan = (...words: string[]) => runWan(words, { env: sandbox.env, place: run.place });
  return { sandbox, id, place: run.place, wan };
}

/** No task ever stands on two records. */
async function taskIds(place: Place): Promise<string[]> {
  const { open, done } = await readRecords(place);
  const ids = [...open, ...done].flatMap(({ task_id: taskId }) => taskId ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  return ids;
}

describe('two that look the same', () => {
  test('one never arrived, the other waits for its answer: nobody takes the other’s task', async () => {
    const { sandbox, id, place, wan } = await lose({
      faults: [lostBefore, { on: 'submit', after: 1, delay: '3s' }],
    });
    const other = await startWan(boat, { env: sandbox.env, place });
    await said(other, 'submitting');
    // Its task is there long before its answer is.
    await vi.waitFor(async () => expect(await listedTask(sandbox.origin)).not.toBe(''), 10_000);
    const resumed = await wan('resume', id);
    expect(resumed.exitCode, resumed.stderr).toBe(14);
    expect((await other.done).exitCode).toBe(0);
    expect(await taskIds(place)).toHaveLength(1);
    // What the other has is no candidate of ours, so ten minutes later there is none.
    sandbox.pass(10 * minutes);
    expect((await wan('resume', id)).exitCode).toBe(6);
    expect(await taskIds(place)).toHaveLength(1);
  });

  /** The same command twice, with seeds that were drawn. */
  async function loseTwo(faults: readonly object[]) {
    const wish = boat.slice(0, -2);
    const sandbox = await openSandbox({ faults });
    const first = await runWan(wish, { env: sandbox.env });
    const second = await runWan(wish, { env: sandbox.env, place: first.place });
    expect([first.exitCode, second.exitCode], second.stderr).toEqual([14, 14]);
    const { open } = await readRecords(first.place);
    const wan = (...words: string[]) => runWan(words, { env: sandbox.env, place: first.place });
    return { sandbox, place: first.place, ids: open.map(({ id }) => id), wan };
  }

  test.each([['--all'], ['each by name']])(
    'both answers lost: each gets one task, resumed %s',
    async (how) => {
      const { sandbox, place, ids, wan } = await loseTwo([{ ...lostAfter, times: 2 }]);
      const runs = how === '--all' ? [['--all']] : ids.map((id) => [id]);
      let told = '';
      for (const words of runs) {
        // oxlint-disable-next-line no-await-in-loop
        const run = await wan('resume', ...words);
        expect(run.exitCode, run.stderr).toBe(0);
        told += run.stderr;
      }
      expect(told).toContain('its seed is not known');
      const made = sandbox.submits().map((one) => one.task_id);
      expect(new Set(await taskIds(place))).toEqual(new Set(made));
      expect(sandbox.submits()).toHaveLength(2);
    },
  );

  test('one task for both: they stay open, and the user’s word ends it', async () => {
    const { sandbox, place, ids, wan } = await loseTwo([lostAfter, { ...lostBefore, after: 1 }]);
    sandbox.pass(10 * minutes);
    const run = await wan('resume', '--all');
    expect(run.exitCode, run.stderr).toBe(14);
    expect(await taskIds(place)).toEqual([]);
    const task = sandbox.submits().find(({ task_id: taskId }) => taskId !== null)?.task_id ?? '';
    const [first = '', second = ''] = ids;
    expect((await wan('resume', first, '--adopt', task)).exitCode).toBe(0);
    expect((await wan('resume', second)).exitCode).toBe(6);
    expect(await taskIds(place)).toEqual([task]);
  });

  test('a task that was found turns out to be another’s by its answer: the one that found it is open again', async () => {
    const { sandbox, id, place, wan } = await lose({
      faults: [lostBefore, { on: 'submit', after: 1, delay: '4s' }],
    });
    const other = await startWan([...boat, '--no-wait'], { env: sandbox.env, place });
    await said(other, 'submitting');
    await vi.waitFor(async () => expect(await listedTask(sandbox.origin)).not.toBe(''), 10_000);
    // The user takes what is not theirs to give.
    const task = await listedTask(sandbox.origin);
    const adopted = await wan('resume', id, '--adopt', task);
    expect(adopted.exitCode, adopted.stderr).toBe(0);
    expect(adopted.files).toHaveLength(1);
    expect((await other.done).exitCode).toBe(0);
    const status = await wan('status', id);
    expect(status.exitCode, status.stderr).toBe(14);
    const resumed = await wan('resume', id);
    expect(resumed.exitCode, resumed.stderr).toBe(14);
    expect(resumed.stderr).toContain('is another job’s; what was saved stays');
    expect(resumed.files).toEqual(adopted.files);
    expect(await taskIds(place)).toEqual([task]);
    const listed = readJobs((await wan('list', '--json')).stdout).jobs;
    expect(listed.find((job) => job.id === id)).toMatchObject({
      status: 'unconfirmed',
      task_id: null,
      outputs: [],
    });
    expect((await readRecords(place)).done).toEqual([]);
  });

  test('a second match that turns up after the first was taken is told', async () => {
    const { sandbox, id, wan } = await lose({ latencyMs: 3_000 });
    const resuming = wan('resume', id);
    await expect.poll(() => sandbox.queries().length, { timeout: 10_000 }).toBeGreaterThan(1);
    const run = await runWan([...boat, '--no-wait'], { env: sandbox.env });
    expect(run.exitCode).toBe(0);
    sandbox.pass(3_000);
    const resumed = await resuming;
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.stderr).toContain(`task ${run.stdout.trim()} was made for the same prompt`);
  });
});

async function listedTask(origin: string): Promise<string> {
  const reply = await fetch(`${origin}/api/v1/tasks/`, {
    headers: { authorization: `Bearer ${sandboxKey}` },
  });
  const { data } = (await reply.json()) as { data: { task_id: string }[] };
  return data[0]?.task_id ?? '';
}

describe('after a crash', () => {
  const crashed = async (place: Place, id: string) =>
    change(place, id, () => ({ status: 'submitting', service_sent_at: undefined, first_read_at: undefined }));

  test('it takes two readings, ten minutes apart, and then --resubmit sends once', async () => {
    const { sandbox, id, place, wan } = await lose({ faults: [lostBefore] });
    await crashed(place, id);
    sandbox.pass(60 * minutes);
    const first = await wan('resume', id, '--resubmit');
    expect(first.exitCode, first.stderr).toBe(14);
    expect(sandbox.submits()).toHaveLength(1);
    sandbox.pass(10 * minutes);
    const second = await wan('resume', id, '--resubmit');
    expect(second.exitCode, second.stderr).toBe(0);
    expect(sandbox.submits()).toHaveLength(2);
  });

  test('and after a reboot nobody knows how old it is', async () => {
    const { sandbox, id, place, wan } = await lose({ faults: [lostBefore] });
    await crashed(place, id);
    await change(place, id, () => ({ sent_uptime: { boot: 'another', ms: 1 } }));
    expect((await wan('resume', id)).exitCode).toBe(14);
    sandbox.pass(10 * minutes);
    const run = await wan('resume', id, '--resubmit');
    expect(run.exitCode, run.stderr).toBe(14);
    expect(run.stderr).toContain('was started anew');
    expect(run.stderr).toMatch(/^hint: .*--adopt <task-id>.*--give-up/mu);
    expect(sandbox.submits()).toHaveLength(1);
  });
});

test('where there is no list, --resubmit sends once more and says that both may be billed', async () => {
  const sandbox = await openSandbox({ provider: 'acedata', faults: [lostBefore] });
  const run = await runWan(['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'], { env: sandbox.env });
  const id = (await readRecords(run.place)).open[0]?.id ?? '';
  const again = await runWan(['resume', id, '--resubmit'], { env: sandbox.env, place: run.place });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stderr).toContain('both may be billed');
  expect(sandbox.submits()).toHaveLength(2);
});

describe('--give-up', () => {
  test('ends what is open, without a key, and a job key may follow', async () => {
    const { sandbox, id, place, wan } = await lose({ faults: [lostBefore] }, ['--job-key', 'boat']);
    const given = await runWan(['resume', id, '--give-up', '--json'], { place });
    expect(given.exitCode, given.stderr).toBe(0);
    expect(readJobs(given.stdout)).toMatchObject({
      ok: true,
      jobs: [{ id, status: 'expired', error: { message: 'given up by you; may have been billed' } }],
    });
    expect((await readRecords(place)).open).toEqual([]);
    const status = await runWan(['status', id], { place });
    expect(status.exitCode).toBe(11);
    expect(status.stderr).toContain('may have been billed');
    expect((await wan(...boat, '--job-key', 'boat')).exitCode).toBe(11);
    expect((await wan(...boat, '--job-key', 'boat', '--retry-failed')).exitCode).toBe(0);
    expect(sandbox.submits()).toHaveLength(2);
  });

  test('takes a task that runs as well, and nothing that has ended or was never sent', async () => {
    const sandbox = await openSandbox({ latencyMs: notBeforePassed });
    const run = await runWan([...boat, '--no-wait'], { env: sandbox.env });
    const id = (await readRecords(run.place)).open[0]?.id ?? '';
    const wan = (...words: string[]) => runWan(words, { place: run.place });
    expect((await wan('resume', id, '--give-up')).exitCode).toBe(0);
    const again = await wan('resume', id, '--give-up');
    expect(again.exitCode, again.stderr).toBe(2);
    expect(again.stderr).toContain('is expired: there is nothing to give up');
    expect((await readRecords(run.place)).done).toMatchObject([{ task_id: expect.any(String) }]);
  });
});

test('what has been open for two days is told by --all, and makes no exit code', async () => {
  const { sandbox, id, place, wan } = await lose({ faults: [lostBefore] });
  const old = (ms: number) => change(place, id, () => ({ sent_at: new Date(Date.now() - ms).toISOString() }));
  await old(47 * hours);
  expect((await wan('resume', '--all')).exitCode).toBe(14);
  await old(49 * hours);
  const run = await wan('resume', '--all', '--json');
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toContain(`job ${id} has been open for 49 h`);
  expect(run.stderr).toContain(`\`wan resume ${id} --give-up\` ends it`);
  expect(readJobs(run.stdout).jobs).toMatchObject([{ id, status: 'unconfirmed' }]);
  // By name it is still what it is.
  expect((await wan('resume', id)).exitCode).toBe(14);
  // And it hides no failure of another.
  await sandbox.close();
  const other = await runWan([...boat, '--no-wait'], { env: sandbox.env, place });
  expect(other.exitCode).toBe(6);
  expect((await wan('resume', '--all', '--send-prepared')).exitCode).not.toBe(0);
});
