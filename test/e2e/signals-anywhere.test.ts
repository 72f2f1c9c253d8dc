import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makePlace, runWan, said, startWan } from '../helpers/run-wan.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { environmentFor, notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { bmpFile } from '../media/probe-files.ts';
import { linesWith } from './bad-input-checks.ts';
import { readRecords } from './records.ts';

// What a signal meets elsewhere than in a wait for one job. The other side never answers in most of these: whoever
// ends all the same has not waited for it.

const hour = notBeforePassed;
const never = `${hour}ms`;

test.each([
  ['policy', 'SIGINT', 130],
  ['upload', 'SIGINT', 130],
  ['upload', 'SIGTERM', 143],
  ['upload', 'SIGHUP', 143],
] as const)('in the middle of an upload (%s), %s cancels: nothing was sent', async (on, signal, code) => {
  const [place, sandbox] = await Promise.all([
    makePlace(),
    openSandbox({ faults: [{ on, delay: never, times: 9 }] }),
  ]);
  await writeFile(path.join(place.cwd, 'picture.bmp'), bmpFile(400, 400, 24));
  const args = ['i2v', 'a', '--image', 'picture.bmp'];
  const started = await startWan(args, { place, env: sandbox.env });
  if (on === 'upload') await said(started, 'uploading');
  else
    await vi.waitFor(async () => expect((await readRecords(place)).open).toHaveLength(1), {
      timeout: 20_000,
    });
  started.child.kill(signal);
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(code);
  expect(linesWith(run.stderr, 'hint:')).toEqual(['hint: nothing was sent; run it again']);
  const { open, done } = await readRecords(place);
  expect(open).toEqual([]);
  expect(done).toMatchObject([{ status: 'canceled', task_id: null }]);
  expect(sandbox.submits()).toEqual([]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s does not wait for the answer to a look', async (signal, code) => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const accepted = await runWan(['t2v', 'a', '--no-wait'], { place, env: sandbox.env });
  const taskId = accepted.stdout.trim();
  const service = await rudeServer([{ hang: true }]);
  // The same key and region, on an address that never answers.
  const env = environmentFor(service.origin);
  const started = await startWan(['wait', '--task-id', taskId], { place: await makePlace(), env });
  await vi.waitFor(() => expect(service.requests).toHaveLength(1), { timeout: 20_000 });
  started.child.kill(signal);
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(code);
  expect(linesWith(run.stderr, 'hint:')).toEqual([`hint: wan wait --task-id ${taskId}`]);
  expect(service.requests).toHaveLength(1);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 143],
] as const)(
  '%s ends the finishing of several jobs, and the command it names finishes them',
  async (signal, code) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: hour })]);
    const options = { place, env: sandbox.env };
    for (const prompt of ['a', 'b', 'c']) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      expect((await runWan(['t2v', prompt, '--no-wait', '-o', `${prompt}.mp4`], options)).exitCode).toBe(0);
    }
    const started = await startWan(['resume', '--all'], options);
    await vi.waitFor(() => expect(new Set(sandbox.queries().map(({ url }) => url)).size).toBe(3), {
      timeout: 20_000,
    });
    started.child.kill(signal);
    const run = await started.done;
    expect(run.exitCode, run.stderr).toBe(code);
    expect(linesWith(run.stderr, 'error:')).toHaveLength(1);
    const [hint = ''] = linesWith(run.stderr, 'hint: wan ');
    expect((await readRecords(place)).open).toHaveLength(3);

    sandbox.pass(hour);
    const again = await runWan(hint.replace('hint: wan ', '').split(' '), options);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.files).toEqual(['a.mp4', 'b.mp4', 'c.mp4']);
    expect((await readRecords(place)).open).toEqual([]);
    expect(sandbox.submits()).toHaveLength(3);
  },
);

test('one Ctrl-C ends the wait for several videos of one command, and none of them is lost', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: hour })]);
  const options = { place, env: sandbox.env };
  const started = await startWan(['t2v', 'a', '-n', '3'], options);
  await vi.waitFor(() => expect(new Set(sandbox.queries().map(({ url }) => url)).size).toBe(3), {
    timeout: 20_000,
  });
  started.child.kill('SIGINT');
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(130);
  const { open } = await readRecords(place);
  const tasks = new Set(sandbox.submits().map(({ task_id }) => task_id));
  expect(tasks.size).toBe(3);
  expect(new Set(open.map(({ task_id }) => task_id))).toEqual(tasks);
  sandbox.pass(hour);
  const [hint = ''] = linesWith(run.stderr, 'hint: wan ');
  const again = await runWan(hint.replace('hint: wan ', '').split(' '), options);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.files).toHaveLength(3);
  expect(sandbox.submits()).toHaveLength(3);
});

test('who follows another wan leaves at once, and the other one goes on', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: hour })]);
  const options = { place, env: sandbox.env };
  const first = await startWan(['t2v', 'a', '-o', 'a.mp4'], options);
  await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(0), { timeout: 20_000 });
  const { open } = await readRecords(place);
  const second = await startWan(['wait', open[0]?.id ?? ''], options);
  await said(second, 'another wan');
  second.child.kill('SIGINT');
  const left = await second.done;
  expect(left.exitCode, left.stderr).toBe(130);
  expect(linesWith(left.stderr, 'hint:')).toEqual([`hint: wan wait ${open[0]?.id}`]);
  sandbox.pass(hour);
  const run = await first.done;
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual(['a.mp4']);
  expect(sandbox.submits()).toHaveLength(1);
});

test('a closed terminal in the middle of a submit loses no task', async () => {
  const faults = [{ on: 'submit', delay: '1500ms' }];
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ faults })]);
  const started = await startWan(['t2v', 'a'], { place, env: sandbox.env });
  await said(started, 'submitting');
  started.child.stdout.destroy();
  started.child.stderr.destroy();
  started.child.kill('SIGHUP');
  expect((await started.done).exitCode).toBe(143);
  const { open } = await readRecords(place);
  expect(open).toMatchObject([{ task_id: sandbox.submits()[0]?.task_id }]);
});

test.each([
  ['SIGINT', 'SIGTERM', 143],
  ['SIGTERM', 'SIGINT', 130],
] as const)('after a first %s, a %s leaves at once', async (first, second, code) => {
  const [place, service] = await Promise.all([makePlace(), rudeServer([{ hang: true }])]);
  const started = await startWan(['t2v', 'a'], { place, env: environmentFor(service.origin) });
  await vi.waitFor(() => expect(service.requests).toHaveLength(1), { timeout: 20_000 });
  // Alone, the first one would end as unconfirmed when the grace for the answer is over.
  started.child.kill(first);
  const again = setInterval(() => started.child.kill(second), 100);
  onTestFinished(() => clearInterval(again));
  expect((await started.done).exitCode).toBe(code);
});

test('a reader that leaves in the middle of the events loses no video', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: hour })]);
  const started = await startWan(['t2v', 'a', '-o', 'a.mp4', '--jsonl'], { place, env: sandbox.env });
  await new Promise<void>((resolve) => {
    started.child.stdout.once('data', () => resolve());
  });
  started.child.stdout.destroy();
  await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(0), { timeout: 20_000 });
  sandbox.pass(hour);
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual(['a.mp4']);
  expect((await readRecords(place)).done).toMatchObject([{ status: 'succeeded' }]);
});
