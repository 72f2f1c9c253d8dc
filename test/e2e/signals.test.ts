import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startFileServer } from '../helpers/file-server.ts';
import { makePlace, type Place, runWan, said, startWan } from '../helpers/run-wan.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { environmentFor, notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { linesWith, recordsOf } from './bad-input-checks.ts';

const hour = notBeforePassed;

async function onlyRecord(place: Place, folder: 'open' | 'done') {
  const [name = ''] = await recordsOf(place, folder);
  const text = await readFile(path.join(place.stateDirectory, folder, name), 'utf8');
  return JSON.parse(text) as { id: string; status: string; task_id: string | null };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 143],
] as const)('%s while polling leaves at once, and `wan wait` finishes', async (signal, code) => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: hour })]);
  const started = await startWan(['t2v', 'a'], { place, env: sandbox.env });
  await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(0), { timeout: 20_000 });
  started.child.kill(signal);
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(code);
  const { id, status, task_id } = await onlyRecord(place, 'open');
  expect(['queued', 'running']).toContain(status);
  expect(task_id).toBe(sandbox.submits()[0]?.task_id);
  expect(linesWith(run.stderr, 'error:')).toEqual([expect.stringContaining('the job goes on')]);
  expect(linesWith(run.stderr, 'hint:')).toEqual([`hint: wan wait ${id}`]);

  sandbox.pass(hour);
  const again = await runWan(['wait', id], { place, env: sandbox.env });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.files).toEqual([expect.stringMatching(new RegExp(`${id}\\.mp4$`, 'u'))]);
  expect(sandbox.submits()).toHaveLength(1);
});

test('kill -9 while polling loses nothing', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: hour })]);
  const started = await startWan(['t2v', 'a'], { place, env: sandbox.env });
  await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(0), { timeout: 20_000 });
  started.child.kill('SIGKILL');
  expect((await started.done).exitCode).toBe(137);
  const { id } = await onlyRecord(place, 'open');
  sandbox.pass(hour);
  const again = await runWan(['wait', id], { place, env: sandbox.env });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(sandbox.submits()).toHaveLength(1);
});

test('an interruption is told in --json as well, with the job', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: hour })]);
  const started = await startWan(['t2v', 'a', '--json'], { place, env: sandbox.env });
  await said(started, 'submitted');
  started.child.kill('SIGINT');
  const run = await started.done;
  const { id, task_id } = await onlyRecord(place, 'open');
  expect(JSON.parse(run.stdout)).toMatchObject({
    ok: false,
    job: { id, task_id },
    error: { class: 'interrupted', exit_code: 130, hint: `wan wait ${id}` },
  });
});

test('Ctrl-C during a slow submit waits for the answer, which holds the task id', async () => {
  const faults = [{ on: 'submit', delay: '1500ms' }];
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ faults })]);
  const started = await startWan(['t2v', 'a'], { place, env: sandbox.env });
  await said(started, 'submitting');
  started.child.kill('SIGINT');
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(130);
  const { id, task_id } = await onlyRecord(place, 'open');
  expect(task_id).toBe(sandbox.submits()[0]?.task_id);
  expect(linesWith(run.stderr, 'hint:')).toEqual([`hint: wan wait ${id}`]);
  const again = await runWan(['wait', id], { place, env: sandbox.env });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(sandbox.submits()).toHaveLength(1);
});

test('Ctrl-C during a submit that nobody answers gives up after its grace, unconfirmed', async () => {
  const [place, service] = await Promise.all([makePlace(), rudeServer([{ hang: true }])]);
  const started = await startWan(['t2v', 'a'], { place, env: environmentFor(service.origin) });
  await vi.waitFor(() => expect(service.requests).toHaveLength(1), { timeout: 20_000 });
  const at = Date.now();
  started.child.kill('SIGINT');
  const run = await started.done;
  expect(Date.now() - at).toBeGreaterThan(4_000);
  expect(run.exitCode, run.stderr).toBe(14);
  expect(run.stderr).toMatch(/^hint: wan resume \w{12}$/mu);
  expect((await onlyRecord(place, 'open')).status).toBe('unconfirmed');
  expect(service.requests).toHaveLength(1);
});

test('a second Ctrl-C leaves at once, and what is open stays open', async () => {
  const [place, service] = await Promise.all([makePlace(), rudeServer([{ hang: true }])]);
  const started = await startWan(['t2v', 'a'], { place, env: environmentFor(service.origin) });
  await vi.waitFor(() => expect(service.requests).toHaveLength(1), { timeout: 20_000 });
  started.child.kill('SIGINT');
  // Two signals at once would be one.
  const again = setInterval(() => started.child.kill('SIGINT'), 100);
  onTestFinished(() => clearInterval(again));
  const run = await started.done;
  expect(run.exitCode).toBe(130);
  const { id } = await onlyRecord(place, 'open');
  expect(run.stderr).toContain('note: interrupted; waiting 5 s for the answer');
  expect(linesWith(run.stderr, 'error:')).toEqual([`error: left at once, with job ${id} open`]);
  expect(linesWith(run.stderr, 'hint:')).toEqual([`hint: wan resume ${id}`]);
  const status = await runWan(['status', id], { place, env: environmentFor(service.origin) });
  expect(status.exitCode, status.stderr).toBe(14);
  expect(service.requests).toHaveLength(1);
});

test('Ctrl-C while a question waits for its answer is no fault of the network', async () => {
  const output = { task_id: 't-1', task_status: 'PENDING' };
  const [place, service] = await Promise.all([
    makePlace(),
    rudeServer([{ body: { output } }, { hang: true }]),
  ]);
  const started = await startWan(['t2v', 'a'], { place, env: environmentFor(service.origin) });
  await vi.waitFor(() => expect(service.requests).toHaveLength(2), { timeout: 20_000 });
  started.child.kill('SIGINT');
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(130);
  expect(run.stderr).not.toContain('could not be reached');
});

test('nor is one while the question still looks for its way', async () => {
  const output = { task_id: 't-1', task_status: 'PENDING' };
  const [place, service] = await Promise.all([makePlace(), rudeServer([{ body: { output } }])]);
  const started = await startWan(['t2v', 'a'], { place, env: environmentFor(service.origin) });
  await said(started, 'submitted');
  await service.close();
  started.child.kill('SIGINT');
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(130);
  expect(run.stderr).not.toContain('interrupted; still waiting');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s before anything was sent cancels the job', async (signal, code) => {
  const place = await makePlace();
  const service = await rudeServer([{}]);
  await service.close();
  const started = await startWan(['t2v', 'a'], { place, env: environmentFor(service.origin) });
  await said(started, 'trying again');
  started.child.kill(signal);
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(code);
  expect(linesWith(run.stderr, 'hint:')).toEqual([expect.stringContaining('nothing was sent')]);
  expect(await onlyRecord(place, 'done')).toMatchObject({ status: 'canceled', task_id: null });
  expect(await recordsOf(place, 'open')).toEqual([]);
});

test('SIGTERM in the middle of a download keeps the part, and `wan download` goes on from there', async () => {
  const place = await makePlace();
  const video = await readFile(new URL('../fixtures/moov-first.mp4', import.meta.url));
  const host = await startFileServer(video);
  onTestFinished(host.close);
  const kept = 1_000;
  host.behave({ stallAfter: kept }, {});
  const output = { task_id: 't-1', task_status: 'SUCCEEDED', video_url: `${host.origin}/a.mp4?Signature=x` };
  const service = await rudeServer([
    { body: { output: { task_id: 't-1', task_status: 'PENDING' } } },
    { body: { output } },
  ]);
  const options = { place, env: environmentFor(service.origin) };
  const started = await startWan(['t2v', 'a', '-o', 'clip.mp4'], options);
  const part = path.join(place.cwd, 'clip.mp4.part');
  await vi.waitFor(async () => expect((await stat(part)).size).toBe(kept), { timeout: 20_000 });
  started.child.kill('SIGTERM');
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(143);
  const { id } = await onlyRecord(place, 'open');
  expect(linesWith(run.stderr, 'hint:')).toEqual([`hint: wan download ${id}`]);
  expect(await readdir(place.cwd)).toEqual(['clip.mp4.part', 'clip.mp4.part.json']);

  const again = await runWan(['download', id], options);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(host.requests.map(({ headers }) => headers['range'])).toEqual([undefined, `bytes=${kept}-`]);
  expect(again.files).toEqual(['clip.mp4']);
  expect(await readFile(path.join(place.cwd, 'clip.mp4'))).toEqual(video);
});
