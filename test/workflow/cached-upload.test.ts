import { expect, test } from 'vitest';
import type { GenerationRequest } from '../../src/core/request.ts';
import { isUnreadInput } from '../../src/providers/upload.ts';
import { isPlausible } from '../../src/workflow/cached-upload.ts';
import { dashscope } from '../../src/providers/dashscope/index.ts';
import { finishJob } from '../../src/workflow/finish-job.ts';
import { submitJob } from '../../src/workflow/submit.ts';
import { getModel } from '../catalog/get-model.ts';
import { makeJob } from '../core/make-job.ts';
import { reply } from '../core/reply.ts';
import { connectionTo, fakeWorld, startMs } from './fake-runtime.ts';

const hour = 3_600_000;
const entry = (url: string, hours = 48, startedMs = startMs) => ({
  url,
  uploaded_at: new Date(startedMs).toISOString(),
  expires_at: new Date(startedMs + hours * hour).toISOString(),
});
const here = { base: 'http://127.0.0.1:8080/api/v1' };

test.each<[string, boolean, Parameters<typeof connectionTo>]>([
  ['oss://dir/a.png', true, ['dashscope']],
  ['https://evil.example/a.png', false, ['dashscope']],
  ['http://127.0.0.1:1/a.png', false, ['dashscope', here]],
  ['https://cdn.example/a.png', true, ['acedata']],
  ['oss://dir/a.png', false, ['acedata']],
  ['http://cdn.example/a.png', false, ['acedata']],
  ['http://cdn.example/a.png', false, ['acedata', here]],
  ['http://127.0.0.1:1/a.png', true, ['acedata', here]],
  ['http://127.0.0.1:1/a.png', false, ['acedata']],
  ['https://localhost/a.png', false, ['acedata']],
  ['https://169.254.169.254/a.png', false, ['acedata']],
  ['https://0xa9fea9fe/a.png', false, ['acedata']],
  ['https://[fd00::1]/a.png', false, ['acedata']],
])('a cached %s serves: %s', (url, isGood, connection) => {
  expect(isPlausible(entry(url), connectionTo(...connection), startMs)).toBe(isGood);
});

test('no entry lives longer than uploads of its provider do, nor begins in the future', () => {
  const oss = (hours: number, startedMs?: number) =>
    isPlausible(entry('oss://d/a.png', hours, startedMs), connectionTo('dashscope'), startMs);
  expect([oss(48), oss(49), oss(48, startMs + 1)]).toEqual([true, false, false]);
  const acedata = (hours: number) =>
    isPlausible(entry('https://cdn.example/a.png', hours), connectionTo('acedata'), startMs);
  expect([acedata(7 * 24), acedata(7 * 24 + 1)]).toEqual([true, false]);
});

test.each([
  ['InvalidParameter.DataInspection', true],
  ['BadRequest.InputDownloadFailed', true],
  ['InvalidURL', true],
  ['InvalidURL.Timeout', true],
  ['invalid_url', true],
  ['DataInspectionFailed', false],
  ['InvalidParameter.DataInspectionFailed', false],
  ['InvalidParameter', false],
  [null, false],
])('%s says that an input could not be read: %s', (code, isUnread) => {
  expect(isUnreadInput(code)).toBe(isUnread);
});

const file = { path: '/home/me/a.png', bytes: 3, modifiedMs: 0, sha256: 'ab' };
const model = getModel('dashscope', 'wan2.6-i2v');
const request = {
  mode: 'i2v',
  model: model.id,
  media: [
    { role: 'first_frame', url: 'oss://dir/a.png', file },
    { role: 'last_frame', url: 'https://mine.example/b.png' },
    { role: 'driving_audio', url: 'file:///home/me/c.mp3', file },
  ],
} satisfies GenerationRequest;
const job = makeJob({ mode: 'i2v', model: model.id, request });
const forgets = (log: readonly string[]) => log.filter((line) => line.startsWith('forget'));

test.each([
  ['InvalidParameter.DataInspection', ['forget oss://dir/a.png']],
  ['DataInspectionFailed', []],
])('a task that failed with %s forgets: %j', async (code, expected) => {
  const output = { task_id: 'task-1', task_status: 'FAILED', code, message: 'no' };
  const world = fakeWorld([reply(200, { output })]);
  const options = {
    saving: job.saving,
    linkHours: 24,
    deadlineMs: undefined,
    pollIntervalMs: undefined,
    connections: undefined,
    lookNow: true,
    handle: job.id,
  };
  const sink = { job: () => {}, toStdout: async () => {} };
  await expect(finishJob(world.runtime, connectionTo('dashscope'), job, options, sink)).rejects.toMatchObject(
    { code },
  );
  expect(forgets(world.log)).toEqual(expected);
});

test.each([
  ['BadRequest.InputDownloadFailed', ['forget oss://dir/a.png']],
  ['InvalidParameter', []],
])('a submit that is refused with %s forgets: %j', async (code, expected) => {
  const world = fakeWorld([reply(400, { code, message: 'no', request_id: 'r' })]);
  const call = dashscope.protocol.submit(request, model);
  const order = {
    call,
    request,
    model,
    others: [],
    search: { deadlineMs: 0, pollIntervalMs: undefined },
    stillOurs: async () => true,
  };
  const submitting = submitJob(world.runtime, connectionTo('dashscope'), job, order, () => {});
  await expect(submitting).rejects.toMatchObject({ code });
  expect(forgets(world.log)).toEqual(expected);
});
