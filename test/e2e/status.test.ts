import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rudeServer } from '../helpers/rude-server.ts';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { environmentFor, notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { readJobs, readRecords } from './records.ts';

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];

async function submitted(env: Record<string, string>, place: Place): Promise<string> {
  const run = await runWan([...wish, '--no-wait'], { env, place });
  expect(run.exitCode, run.stderr).toBe(0);
  return run.stdout.trim();
}

test('says one line of a job that runs, and nothing on stderr', async () => {
  const { env } = await openSandbox({ latencyMs: notBeforePassed });
  const place = await makePlace();
  const task = await submitted(env, place);
  for (const args of [[task], ['--task-id', task]]) {
    const run = await runWan(['status', ...args], { env, place });
    expect(run.exitCode, run.stderr).toBe(8);
    expect(run.stdout).toMatch(new RegExp(`^(?:queued|running) ${task}.*\n$`, 'u'));
    expect(run.stderr).toBe('');
  }
});

test('writes the end that it learns, so that list and show agree', async () => {
  const { env } = await openSandbox({ latencyMs: 0 });
  const place = await makePlace();
  const task = await submitted(env, place);
  expect((await readRecords(place)).open).toMatchObject([{ status: 'queued' }]);
  const run = await runWan(['status', task], { env, place });
  expect(run.exitCode, run.stderr).toBe(0);
  expect((await readRecords(place)).open).toMatchObject([{ status: 'succeeded', outputs: [{ path: null }] }]);
  const list = await runWan(['list', '--json'], { env, place });
  expect(readJobs(list.stdout).jobs).toMatchObject([{ task_id: task, status: 'succeeded' }]);
});

test('takes several: a line each, and one exit code', async () => {
  const { env } = await openSandbox({
    latencyMs: 0,
    faults: [{ on: 'submit', after: 1, task: 'SUSPENDED' }],
  });
  const place = await makePlace();
  const [done, running] = [await submitted(env, place), await submitted(env, place)];
  const run = await runWan(['status', done, running], { env, place });
  expect(run.exitCode, run.stderr).toBe(8);
  expect(run.stdout.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    `succeeded ${done}`,
    `queued ${running}`,
    '',
  ]);
  expect(run.stderr).toBe('');
  const json = await runWan(['status', done, running, '--json'], { env, place });
  expect(readJobs(json.stdout)).toMatchObject({ ok: true, jobs: [{ task_id: done }, { task_id: running }] });
  const odd = await runWan(['status', done, 'NOSUCHJOB'], { env, place });
  expect(odd.exitCode, odd.stderr).toBe(12);
});

test('a job whose record is final is told from disk; --task-id asks whatever the record says', async () => {
  let isDone = false;
  const server = await rudeServer(({ method }) => ({
    body: {
      output:
        method === 'POST'
          ? { task_id: 't-final', task_status: 'PENDING' }
          : isDone
            ? { task_status: 'SUCCEEDED', video_url: '/v.mp4' }
            : { task_status: 'FAILED', code: 'InternalError', message: 'x' },
    },
  }));
  const env = environmentFor(server.origin);
  const place = await makePlace();
  const made = await runWan(wish, { env, place });
  expect(made.exitCode, made.stderr).toBe(9);
  isDone = true;
  const asked = server.requests.length;
  const known = await runWan(['status', 't-final'], { env: { ...env, DASHSCOPE_API_KEY: '' }, place });
  expect(known.exitCode, known.stderr).toBe(9);
  expect(server.requests).toHaveLength(asked);
  const again = await runWan(['status', '--task-id', 't-final'], { env, place });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(await readRecords(place)).toMatchObject({ open: [{ status: 'succeeded' }], done: [] });
});

test('--retry-failed asks first where the service gave no reason', async () => {
  let submits = 0;
  let answer: object = { task_status: 'FAILED' };
  const video = await readFile(new URL('../fixtures/moov-first.mp4', import.meta.url));
  const server = await rudeServer(({ method, url }) => {
    if (url.includes('.mp4')) return { body: video };
    if (method === 'POST') submits += 1;
    return {
      body: {
        output: { task_id: `t-${submits}`, task_status: 'PENDING', ...(method === 'GET' ? answer : {}) },
      },
    };
  });
  const env = environmentFor(server.origin);
  const place = await makePlace();
  const keyed = [...wish, '--job-key', 'boat'];
  const first = await runWan([...keyed], { env, place });
  expect(first.exitCode, first.stderr).toBe(9);
  expect(first.stderr).not.toContain('billed');
  answer = { task_status: 'SUCCEEDED', video_url: '/v.mp4' };
  const retried = await runWan([...keyed, '--retry-failed'], { env, place });
  expect(retried.exitCode, retried.stderr).toBe(0);
  expect(submits).toBe(1);
}, 90_000);

const expired = (code: string) =>
  `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${code}</Message></Error>`;

test.each([
  ['that has expired is exit 11, says when, and is not final', 'Request has expired.', 11],
  ['that is refused for another reason is exit 13', 'You have no right.', 13],
])('a link %s', async (_name, message, code) => {
  const server = await rudeServer(({ method, url }, _number) => {
    if (url.includes('.mp4'))
      return { status: 403, body: expired(message), headers: { 'content-type': 'application/xml' } };
    const done = { task_status: 'SUCCEEDED', video_url: '/v.mp4?Expires=4000000000' };
    return {
      body: { output: { task_id: 't-1', task_status: 'PENDING', ...(method === 'GET' ? done : {}) } },
    };
  });
  const env = environmentFor(server.origin);
  const run = await runWan(wish, { env });
  expect(run.exitCode, run.stderr).toBe(code);
  if (code === 11) expect(run.stderr).toContain('the link to the video expired at 2096-10-02T07:06:40.000Z');
  expect(await readRecords(run.place)).toMatchObject({ open: [{ status: 'succeeded' }], done: [] });
});

test.each([
  ['RUNNING', 8, 'running'],
  ['UNKNOWN', 14, 'unconfirmed'],
])('asks about the one task that an unclear answer named: %s', async (word, exitCode, status) => {
  const id = '0f3c5d2a-1111-4222-8333-944445555666';
  const server = await rudeServer(({ method, url }) => {
    if (method === 'POST') return { status: 500, body: 'no' };
    return url.includes(id)
      ? { body: { output: { task_id: id, task_status: word } } }
      : { body: { total: 0, data: [] } };
  });
  const env = environmentFor(server.origin);
  const place = await makePlace();
  const made = await runWan([...wish, '--no-wait'], { env, place });
  expect(made.exitCode, made.stderr).toBe(14);
  const [job] = (await readRecords(place)).open;
  // As if the answer had named it, and the service could not be asked then.
  const file = path.join(place.stateDirectory, 'open', `${String(job?.['id'])}.json`);
  await writeFile(file, JSON.stringify({ ...job, named_tasks: [id] }));
  const asked = server.requests.length;
  const run = await runWan(['status', String(job?.['id'])], { env, place });
  expect(run.exitCode, run.stderr).toBe(exitCode);
  expect(run.stdout).toMatch(new RegExp(`^${status} `, 'u'));
  // Nothing but the task is asked for, and nothing is sent.
  const questions = server.requests.slice(asked);
  expect(questions.length).toBeGreaterThan(0);
  expect(questions.every(({ method, url }) => method === 'GET' && url.includes(id))).toBe(true);
  const task = status === 'running' ? id : null;
  expect((await readRecords(place)).open).toMatchObject([{ status, task_id: task }]);
});
