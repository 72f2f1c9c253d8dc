import { expect, test, vi } from 'vitest';
import { runWan, startWan } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { readJobs, readRecords } from './records.ts';

const boat = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];

test('-n buys that many videos, each a job of its own', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...boat, '-n', '3', '--seed', '7', '-o', 'boat-{index}.{ext}'], {
    env: sandbox.env,
  });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual(['boat-1.mp4', 'boat-2.mp4', 'boat-3.mp4']);
  expect(
    run.stdout
      .trim()
      .split('\n')
      .map((line) => line.split('/').at(-1)),
  ).toEqual(run.files);
  expect(run.stderr).toMatch(/^3 × wan2\.6-t2v: /mu);
  const seeds = sandbox
    .submits()
    .map(({ body }) => (body as { parameters: { seed: number } }).parameters.seed);
  expect(seeds).toEqual([7, 8, 9]);
});

test('one document tells of them all', async () => {
  const sandbox = await openSandbox({
    faults: [{ on: 'submit', after: 1, task: 'FAILED', code: 'InternalError', message: 'Oh.' }],
  });
  const run = await runWan([...boat, '-n', '3', '--json'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(12);
  const document = JSON.parse(run.stdout) as { jobs: { status: string; error: unknown }[] };
  expect(document).toMatchObject({ schema: 'wan.jobs/1', ok: false, error: { class: 'some_failed' } });
  expect(document.jobs.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded']);
  expect(document.jobs.map(({ error }) => error === null)).toEqual([true, false, true]);
});

test('--no-wait prints a task id for each', async () => {
  const sandbox = await openSandbox({ latencyMs: notBeforePassed });
  const run = await runWan([...boat, '-n', '2', '--no-wait'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout.trim().split('\n')).toEqual(sandbox.submits().map(({ task_id: id }) => id));
});

test('nothing more is bought after one that was refused', async () => {
  const sandbox = await openSandbox({
    faults: [{ on: 'submit', after: 1, times: 9, status: 400, code: 'Arrearage', message: 'Pay first.' }],
  });
  const run = await runWan([...boat, '-n', '4'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(12);
  expect(sandbox.submits()).toHaveLength(2);
  expect(run.stderr).toContain('2 more were not sent');
  expect(run.files).toHaveLength(1);
});

test('nor after one that may have been accepted', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'submit', drop: 'after' }] });
  const run = await runWan([...boat, '-n', '3'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(14);
  expect(sandbox.submits()).toHaveLength(1);
  expect(run.stderr.match(/^error: /gmu)).toHaveLength(1);
  const id = (await readRecords(run.place)).open[0]?.id;
  expect(run.stderr).toContain(
    `hint: wan resume ${id}; wan rerun ${id} -n 2 makes the 2 that were not sent\n`,
  );
});

test('a service that limits the rate is told of once, and the hint makes what was not sent', async () => {
  const sandbox = await openSandbox({
    faults: [{ on: 'submit', times: 6, status: 429, code: 'Throttling', headers: { 'Retry-After': '0' } }],
  });
  const run = await runWan([...boat, '-n', '3', '--seed', '7'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(4);
  expect(sandbox.submits()).toHaveLength(6);
  expect(run.stderr.match(/^error: /gmu)).toHaveLength(1);
  expect(run.stderr).toContain('2 more were not sent');
  const [, hint = ''] =
    /^hint: .*; (wan rerun \w{12} -n 3) makes it and the other 2$/mu.exec(run.stderr) ?? [];
  const again = await runWan(hint.split(' ').slice(1), { env: sandbox.env, place: run.place });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.files).toHaveLength(3);
  const seeds = sandbox
    .submits()
    .slice(6)
    .map(({ body }) => (body as { parameters: { seed: number } }).parameters.seed);
  expect(seeds).toEqual([7, 8, 9]);
});

test('wait takes several jobs, and ends with a code for all of them', async () => {
  const sandbox = await openSandbox({
    faults: [{ on: 'submit', after: 2, task: 'FAILED', code: 'InternalError', message: 'Oh.' }],
  });
  const { place } = await runWan([...boat, '-n', '3', '--no-wait'], { env: sandbox.env });
  const ids = (await readRecords(place)).open.map(({ id }) => id).toSorted();
  const run = await runWan(['wait', ...ids], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(12);
  expect(run.files).toHaveLength(2);
  expect(run.stdout.trim().split('\n')).toHaveLength(2);
  expect(run.stderr.match(/^error: \w{12}: the task failed/gmu)).toHaveLength(1);
});

test('wait with one common end keeps its code', async () => {
  const sandbox = await openSandbox({ latencyMs: notBeforePassed });
  const { place } = await runWan([...boat, '-n', '2', '--no-wait'], { env: sandbox.env });
  const ids = (await readRecords(place)).open.map(({ id }) => id);
  const run = await runWan(['wait', ...ids, '--timeout', '1s', '--json'], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(5);
  expect(JSON.parse(run.stdout)).toMatchObject({
    ok: false,
    jobs: [{ error: { exit_code: 5 } }, { error: { exit_code: 5 } }],
    error: { exit_code: 5, hint: `wan wait ${ids.join(' ')}` },
  });
});

test('an unknown name among several does not keep the others from being saved', async () => {
  const sandbox = await openSandbox();
  const { place } = await runWan([...boat, '--no-wait'], { env: sandbox.env });
  const id = String((await readRecords(place)).open[0]?.id);
  const run = await runWan(['wait', '1T3K9QW7A2BC', id], { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(12);
  expect(run.files).toHaveLength(1);
});

test('Ctrl-C while several are waited for ends all, and says how to go on', async () => {
  const sandbox = await openSandbox({ latencyMs: notBeforePassed });
  const started = await startWan([...boat, '-n', '2'], { env: sandbox.env });
  await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(1), { timeout: 30_000 });
  started.child.kill('SIGINT');
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(130);
  expect(run.stderr).toMatch(/^hint: wan resume --all$/mu);
  expect(run.stderr.match(/^error: /gmu)).toHaveLength(1);
  expect((await readRecords(started.place)).open).toHaveLength(2);
});

test('what several cost together is said before, with a seed drawn for each, and told after', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...boat, '-n', '2', '--json'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toMatch(/^2 × wan2\.6-t2v: .*, a seed each; 10 s billed in all; usually/mu);
  const { jobs, count, totals } = readJobs(run.stdout);
  expect({ count, totals }).toEqual({ count: 2, totals: { billed_seconds: 10, cost: null } });
  const sent = sandbox
    .submits()
    .map(({ body }) => (body as { parameters: { seed: number } }).parameters.seed);
  expect(new Set(sent).size).toBe(2);
  expect(new Set(jobs.map(({ request }) => request?.['seed']))).toEqual(new Set(sent));
});

test('the total of what is not known yet is null', async () => {
  const sandbox = await openSandbox({ latencyMs: notBeforePassed });
  const run = await runWan([...boat, '-n', '2', '--no-wait', '--json'], { env: sandbox.env });
  expect(readJobs(run.stdout)).toMatchObject({ count: 2, totals: { billed_seconds: null, cost: null } });
});

test('a hundred are a dry run of all of them', async () => {
  const args = ['t2v', 'p', '-d', '15', '-n', '100', '--dry-run'];
  const people = await runWan(args);
  expect(people.exitCode, people.stderr).toBe(0);
  expect(people.stderr).toContain('1,500 s billed in all: 100 × 15 s billed');
  const { dry_run: told } = JSON.parse((await runWan([...args, '--json'])).stdout) as { dry_run: object };
  expect(told).toMatchObject({
    billed_seconds: 15,
    count: 100,
    totals: { billed_seconds: 1500, cost: null },
  });
});

test('--print has a line for each, and no slip is paid for', async () => {
  const sandbox = await openSandbox();
  const run = await runWan([...boat, '-n', '2', '--no-wait', '--print', 'task_id'], { env: sandbox.env });
  expect(run.stdout.trim().split('\n')).toEqual(sandbox.submits().map(({ task_id: id }) => id));
  for (const more of [['-n', '2'], ['-n', '2', '--dry-run'], []]) {
    const slip = await runWan([...boat, ...more, '--print', 'tsak_id'], { env: sandbox.env });
    expect(slip.exitCode, slip.stderr).toBe(2);
    expect(slip.stderr).toContain('--print tsak_id: the document has no such field');
  }
  expect(sandbox.submits()).toHaveLength(2);
});

test('--timeout counts for each of several from its own submit', async () => {
  // The first answer takes longer than the whole wait may.
  const { env } = await openSandbox({ latencyMs: 1_000, faults: [{ on: 'submit', delay: '9s' }] });
  const run = await runWan([...boat, '-n', '2', '--timeout', '8s'], { env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toHaveLength(2);
});
