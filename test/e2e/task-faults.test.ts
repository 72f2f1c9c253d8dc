import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hastyClock } from '../faults/hasty-clock.ts';
import { runInProcess } from '../helpers/in-process.ts';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { readDocument, readRecords } from './records.ts';

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];
const providers = ['dashscope', 'acedata'] as const;

test.each(providers)('waits through everything that passes (%s)', async (provider) => {
  const sandbox = await openSandbox({
    provider,
    latencyMs: 0,
    faults: [
      { on: 'query', drop: 'before' },
      { on: 'query', after: 1, status: 503 },
      { on: 'query', after: 2, status: 429, headers: { 'Retry-After': '1' } },
      { on: 'query', after: 3, body: '<html><title>Sign in</title></html>' },
      { on: 'query', after: 4, truncate: 40 },
      { on: 'query', after: 5, task: 'UNKNOWN' },
    ],
  });
  const run = await runWan([...wish, '--poll-interval', '100ms'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toHaveLength(1);
  expect(sandbox.submits()).toHaveLength(1);
  expect(sandbox.queries().map(({ fault }) => fault)).toEqual([1, 2, 3, 4, 5, 6, null]);
  // Two broken answers in a row are told once.
  expect(run.stderr.match(/still waiting/gu)).toHaveLength(4);
  const [, , limited, next] = sandbox.queries().map(({ at }) => Date.parse(at));
  expect((next ?? 0) - (limited ?? 0)).toBeGreaterThanOrEqual(990);
});

test.each([
  [
    'FAILED',
    'dashscope',
    { code: 'InternalError.Algo', message: 'Bad luck.' },
    'failed',
    /InternalError\.Algo: Bad luck\./u,
  ],
  ['FAILED', 'acedata', { code: 'api_error', message: 'Bad luck.' }, 'failed', /api_error: Bad luck\./u],
  ['CANCELED', 'dashscope', {}, 'canceled', /cancelled/u],
  ['CANCELLED', 'dashscope', {}, 'canceled', /cancelled/u],
  ['CANCELED', 'acedata', {}, 'failed', /failed/u],
] as const)('ends with a task that ends %s (%s)', async (task, provider, more, status, message) => {
  const sandbox = await openSandbox({ provider, faults: [{ on: 'submit', task, ...more }] });
  const run = await runWan([...wish, '--json'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(9);
  const { job, error } = readDocument(run.stdout);
  expect(error).toMatchObject({
    class: 'generation_failed',
    message: expect.stringMatching(message) as string,
  });
  expect(error?.request_id).toMatch(/^[0-9a-f-]{36}$/u);
  expect(job).toMatchObject({ status, outputs: [] });
  expect(run.files).toEqual([]);
  expect(sandbox.submits()).toHaveLength(1);
  const { open, done } = await readRecords(run.place);
  expect(open).toEqual([]);
  expect(done).toMatchObject([{ status }]);
});

test('waits for a task that is suspended, as long as it may', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'submit', task: 'SUSPENDED' }] });
  const run = await runWan([...wish, '--timeout', '1s'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(5);
  expect(run.stderr).toMatch(/^hint: wan wait [0-9A-Z]{12}$/mu);
  expect((await readRecords(run.place)).open).toMatchObject([{ status: 'queued' }]);
});

test.each(['dashscope', 'acedata'] as const)(
  'keeps a task open that succeeded without a link (%s)',
  async (provider) => {
    const sandbox = await openSandbox({ provider, faults: [{ on: 'submit', task: 'NOURL' }] });
    const place = await makePlace();
    const options = { place, clock: hastyClock() };
    const run = await runInProcess([...wish, '--json'], { ...sandbox.env, WAN_PROVIDER: provider }, options);
    expect(run.exitCode, run.stderr).toBe(13);
    const { ok, job, error } = readDocument(run.stdout);
    expect(ok).toBe(false);
    expect(job).toMatchObject({ status: 'succeeded', outputs: [], error: { class: 'not_saved' } });
    expect(error?.hint).toBe(`wan resume ${job?.id}`);
    expect(await readRecords(place)).toMatchObject({
      open: [{ status: 'succeeded', outputs: [] }],
      done: [],
    });
    const before = sandbox.queries().length;
    expect(before).toBeGreaterThanOrEqual(4);
    for (const command of ['status', 'wait', 'download', 'resume']) {
      const again = await runInProcess(
        [command, job?.id ?? ''],
        { ...sandbox.env, WAN_PROVIDER: provider },
        options,
      );
      expect(again.exitCode, again.stderr).toBe(13);
    }
    expect(sandbox.queries().length).toBeGreaterThanOrEqual(before + 10);
    expect(sandbox.submits()).toHaveLength(1);
  },
);

/** A job that was submitted a day and an hour ago, and that the service has forgotten since. */
async function forgottenJob() {
  const sandbox = await openSandbox();
  const place = await makePlace();
  await runWan([...wish, '--no-wait'], { env: sandbox.env, place });
  sandbox.pass(49 * notBeforePassed);
  const id = (await readRecords(place)).open[0]?.id ?? '';
  await ageRecord(place, id, ['submitted_at', 'service_submitted_at'], 25 * notBeforePassed);
  return { sandbox, place, id };
}

/** Writes times into a record that are this long ago. */
async function ageRecord(place: Place, id: string, fields: readonly string[], ms: number): Promise<void> {
  const file = path.join(place.stateDirectory, 'open', `${id}.json`);
  const record = JSON.parse(await readFile(file, 'utf8')) as object;
  const then = new Date(Date.now() - ms).toISOString();
  const aged = Object.fromEntries(fields.map((field) => [field, then]));
  await writeFile(file, JSON.stringify({ ...record, ...aged }));
}

test('calls a task expired that its own account no longer sees after a day, twice', async () => {
  const { sandbox, place, id } = await forgottenJob();
  const first = await runWan(['status', id], { env: sandbox.env, place });
  expect(first.exitCode, first.stderr).toBe(11);
  expect(first.stdout).toBe('');
  const { open } = await readRecords(place);
  expect(open).toMatchObject([{ id, status: 'queued' }]);
  expect(Date.parse(open[0]?.['first_unknown_at'] as string)).toBeGreaterThan(Date.now() - 60_000);
  // Asked again at once it is no second sighting.
  const soon = await runWan(['wait', id], { env: sandbox.env, place });
  expect(soon.exitCode, soon.stderr).toBe(11);
  expect((await readRecords(place)).open).toMatchObject([{ id, status: 'queued' }]);
  await ageRecord(place, id, ['first_unknown_at'], 61_000);
  const status = await runWan(['status', id], { env: sandbox.env, place });
  expect(status.exitCode, status.stderr).toBe(11);
  expect(status.stdout).toMatch(/^expired /u);
  const asked = sandbox.queries().length;
  const wait = await runWan(['wait', id], { env: sandbox.env, place });
  expect(wait.exitCode, wait.stderr).toBe(11);
  expect(sandbox.queries()).toHaveLength(asked);
  expect(await readRecords(place)).toMatchObject({ open: [], done: [{ id, status: 'expired' }] });
});

test('gives nothing up because our own clock says so', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'query', times: 9, task: 'UNKNOWN' }] });
  const place = await makePlace();
  await runWan([...wish, '--no-wait'], { env: sandbox.env, place });
  const id = (await readRecords(place)).open[0]?.id ?? '';
  await ageRecord(place, id, ['submitted_at', 'created_at', 'first_unknown_at'], 60 * notBeforePassed);
  const run = await runWan(['status', id], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(8);
  expect(run.stderr).toBe('');
  expect(await readRecords(place)).toMatchObject({ open: [{ id, status: 'queued' }], done: [] });
});

test('keeps a job that another key cannot see', async () => {
  const { sandbox, place, id } = await forgottenJob();
  const run = await runWan(['wait', id], {
    env: { ...sandbox.env, DASHSCOPE_API_KEY: 'sk-another-key' },
    place,
  });
  expect(run.exitCode, run.stderr).toBe(11);
  expect(run.stderr).toMatch(/^hint: .*another key or region/mu);
  expect(await readRecords(place)).toMatchObject({ open: [{ id, status: 'queued' }], done: [] });
});

test('keeps a young job that the service does not see, beyond the first minute', async () => {
  const sandbox = await openSandbox({
    latencyMs: notBeforePassed,
    faults: [{ on: 'query', times: 9, task: 'UNKNOWN' }],
  });
  const place = await makePlace();
  await runWan([...wish, '--no-wait'], { env: sandbox.env, place });
  const id = (await readRecords(place)).open[0]?.id ?? '';
  const fresh = await runWan(['status', id], { env: sandbox.env, place });
  expect(fresh.exitCode, fresh.stderr).toBe(8);

  await ageRecord(place, id, ['submitted_at', 'service_submitted_at'], 120_000);
  const later = await runWan(['wait', id], { env: sandbox.env, place });
  expect(later.exitCode, later.stderr).toBe(11);
  expect((await readRecords(place)).open).toMatchObject([{ id }]);
});

test('stops asking when the key is refused, and keeps the job', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'query', status: 401, code: 'InvalidApiKey' }] });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(3);
  expect(sandbox.queries()).toHaveLength(1);
  const { open } = await readRecords(run.place);
  expect(open).toMatchObject([{ status: 'queued' }]);
  expect(run.stderr).toContain(`then wan wait ${open[0]?.id}\n`);
  const again = await runWan(['wait', open[0]?.id ?? ''], { env: sandbox.env, place: run.place });
  expect(again.exitCode, again.stderr).toBe(0);
});
