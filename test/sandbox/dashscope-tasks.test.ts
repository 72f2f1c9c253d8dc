import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { at } from '../../src/core/untrusted.ts';
import {
  imagePath,
  key,
  latencyMs,
  openHarness,
  plainSubmit,
  query,
  startTime,
  submit,
  videoPath,
} from './harness.ts';
import { taskIdOf, textAt } from './reading.ts';

const auth = { authorization: `Bearer ${key}` };
const url = 'https://example.com/a.png';
const clip = 'https://example.com/a.mp4';
const day = 86_400_000;

describe('a task', () => {
  test('goes its way by the clock, and tells more with each step', async () => {
    const sandbox = await openHarness();
    const task_id = taskIdOf(await submit(sandbox));
    const submit_time = '2026-11-20 12:00:00.250';
    const seen = { task_id, submit_time };
    expect((await query(sandbox, task_id)).json).toEqual({
      request_id: expect.any(String),
      output: { ...seen, task_status: 'PENDING' },
    });
    sandbox.pass(1000);
    const started = { ...seen, scheduled_time: '2026-11-20 12:00:01.250' };
    expect((await query(sandbox, task_id)).json).toEqual({
      request_id: expect.any(String),
      output: { ...started, task_status: 'RUNNING' },
    });
    sandbox.pass(1999);
    expect((await query(sandbox, task_id)).json).toMatchObject({ output: { task_status: 'RUNNING' } });
    sandbox.pass(1);
    const done = await query(sandbox, task_id);
    expect(done.status).toBe(200);
    expect(done.json).toEqual({
      request_id: done.headers['x-request-id'],
      output: {
        ...started,
        task_status: 'SUCCEEDED',
        end_time: '2026-11-20 12:00:03.250',
        orig_prompt: 'a paper boat',
        video_url: expect.stringContaining(`${sandbox.origin}/dashscope-result/`),
      },
      usage: {
        duration: 5,
        input_video_duration: 0,
        output_video_duration: 5,
        video_count: 1,
        SR: 720,
        size: '1280*720',
      },
    });
    expect(done.headers['date']).toBe(new Date(sandbox.time()).toUTCString());
  });

  test('is found by another server on the same directory, with links to that one', async () => {
    const first = await openHarness();
    const id = taskIdOf(await submit(first));
    const link = async (sandbox: typeof first) => textAt(await query(sandbox, id), 'output', 'video_url');
    first.pass(latencyMs);
    const atFirst = await link(first);
    await first.close();
    // Its own latency and expiry do not change what was submitted before.
    const second = await first.reopen({ latencyMs: 999_999, expiryMs: 1 });
    expect(second.port).not.toBe(first.port);
    const atSecond = await link(second);
    expect(atSecond).toBe(atFirst.replace(first.origin, second.origin));
    expect((await second.call(atSecond)).status).toBe(200);
  });

  test('links name the host by which the client came', async () => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    sandbox.pass(latencyMs);
    const headers = { ...auth, host: `localhost:${sandbox.port}` };
    const answer = await sandbox.call(`/api/v1/tasks/${id}`, { headers });
    expect(textAt(answer, 'output', 'video_url')).toContain(`http://localhost:${sandbox.port}/`);
  });

  test.each(['/', '/?x=1', '?task_id=other&y='])('is found with %s behind its id', async (tail) => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    const answer = await sandbox.call(`/api/v1/tasks/${id}${tail}`, { headers: auth });
    expect(answer.json).toMatchObject({ output: { task_id: id, task_status: 'PENDING' } });
  });

  test.each(['no-such-task', '%2e%2e%2fsigning-key', '..%2Ftasks', '%E0%A4%A', '0'.repeat(36)])(
    'an id like %s is UNKNOWN, with nothing but the id',
    async (id) => {
      const sandbox = await openHarness();
      const answer = await query(sandbox, id);
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({
        request_id: expect.any(String),
        output: { task_id: expect.any(String), task_status: 'UNKNOWN' },
      });
    },
  );

  test('of another key, of the other service, or past its life is UNKNOWN too', async () => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    const other = await sandbox.call(`/api/v1/tasks/${id}`, {
      headers: { authorization: 'Bearer sk-another' },
    });
    expect(other.json).toMatchObject({ output: { task_status: 'UNKNOWN' } });
    const ace = await sandbox.call('/wan/tasks', {
      method: 'POST',
      headers: auth,
      body: { action: 'retrieve', id },
    });
    expect(ace.json).toEqual({});
    sandbox.pass(latencyMs + day - 1);
    expect((await query(sandbox, id)).json).toMatchObject({ output: { task_status: 'SUCCEEDED' } });
    sandbox.pass(1);
    expect((await query(sandbox, id)).json).toEqual({
      request_id: expect.any(String),
      output: { task_id: id, task_status: 'UNKNOWN' },
    });
    await sandbox.reopen();
    expect(await readdir(join(sandbox.directory, 'state', 'tasks'))).toEqual([]);
  });

  test('queries need a key', async () => {
    const sandbox = await openHarness();
    for (const path of ['/api/v1/tasks/x', '/api/v1/tasks/', '/api/v1/uploads?action=getPolicy&model=m']) {
      expect((await sandbox.call(path)).json).toMatchObject({ code: 'InvalidApiKey' });
    }
  });

  test('is kept where only its owner can read it', async () => {
    const sandbox = await openHarness();
    await submit(sandbox);
    const state = join(sandbox.directory, 'state');
    expect((await stat(state)).mode & 0o777).toBe(0o700);
    for (const name of [
      'signing-key',
      ...(await readdir(join(state, 'tasks'))).map((file) => `tasks/${file}`),
    ]) {
      expect((await stat(join(state, name))).mode & 0o777).toBe(0o600);
    }
  });

  test('a damaged file of it harms no other', async () => {
    const sandbox = await openHarness();
    const good = taskIdOf(await submit(sandbox));
    const bad = taskIdOf(await submit(sandbox));
    await writeFile(join(sandbox.directory, 'state', 'tasks', `${bad}.json`), '{"version":1,');
    expect((await query(sandbox, bad)).json).toMatchObject({ output: { task_status: 'UNKNOWN' } });
    expect((await sandbox.call('/api/v1/tasks/', { headers: auth })).json).toMatchObject({
      total: 1,
      data: [{ task_id: good }],
    });
  });

  test('an over-long prompt comes back cut', async () => {
    const sandbox = await openHarness();
    const prompt = '船'.repeat(1499) + '🚤' + 'too much';
    const id = taskIdOf(await submit(sandbox, { ...plainSubmit, input: { prompt } }));
    sandbox.pass(latencyMs);
    expect(textAt(await query(sandbox, id), 'output', 'orig_prompt')).toBe('船'.repeat(1499) + '🚤');
  });
});

describe('usage is written as each family writes it', () => {
  const counted = { video_count: 1 };
  const full = (seconds: number, input = 0) => ({
    ...counted,
    duration: seconds + input,
    input_video_duration: input,
    output_video_duration: seconds,
  });
  test.each<[string, object, object, object, string?]>([
    ['wan2.6-t2v', { prompt: 'p' }, {}, { ...full(5), SR: 1080, size: '1920*1080' }],
    [
      'wan2.6-r2v',
      { prompt: 'p', reference_urls: [clip] },
      { size: '720*1280', duration: 8 },
      { ...full(8, 5), SR: 720, size: '720*1280' },
    ],
    ['wan2.6-i2v', { img_url: url }, { resolution: '720P' }, { ...full(5), SR: 720 }],
    ['wan2.6-i2v-flash', { img_url: url }, { audio: false }, { ...full(5), SR: 1080, audio: false }],
    ['wan2.7-t2v', { prompt: 'p' }, { ratio: '4:3' }, { ...full(5), SR: 1080, ratio: '4:3' }],
    [
      'wan2.7-i2v',
      { media: [{ type: 'first_clip', url: clip }] },
      { duration: 12 },
      { ...full(12), SR: 1080 },
    ],
    ['wan2.7-videoedit', { media: [{ type: 'video', url: clip }] }, {}, { ...full(5, 5), SR: 1080 }],
    [
      'wan3.0-video',
      { prompt: 'p' },
      { resolution: '480P', duration: -1 },
      { ...full(5), SR: 480, ratio: '16:9', fps: 30 },
    ],
    [
      'wan2.5-t2v-preview',
      { prompt: 'p' },
      { size: '624*624' },
      { ...counted, video_duration: 5, video_ratio: '624*624' },
    ],
    ['wan2.2-i2v-plus', { img_url: url }, { resolution: '480P' }, { ...counted, duration: 5, SR: 480 }],
    [
      'wan2.2-kf2v-flash',
      { first_frame_url: url, last_frame_url: url },
      {},
      { ...counted, video_duration: 5, SR: 720 },
      imagePath,
    ],
    [
      'wanx2.1-i2v-turbo',
      { img_url: url },
      { duration: 3 },
      { ...counted, video_duration: 3, video_ratio: 'standard' },
    ],
    [
      'wan2.2-animate-mix',
      { image_url: url, video_url: clip },
      { mode: 'wan-pro' },
      { video_duration: 5.04, video_ratio: 'standard' },
      imagePath,
    ],
  ])('%s', async (model, input, parameters, usage, path = videoPath) => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox, { model, input, parameters }, { path }));
    sandbox.pass(latencyMs);
    const answer = await query(sandbox, id);
    expect(at(answer.json, 'usage')).toEqual(usage);
    const place = model.includes('animate') ? ['output', 'results', 'video_url'] : ['output', 'video_url'];
    expect(textAt(answer, ...place)).toMatch(/\.mp4\?Expires=/u);
  });

  test('only older families report a rewritten prompt, and not when told to leave it', async () => {
    const sandbox = await openHarness();
    const actual = async (model: string, prompt_extend: boolean) => {
      const id = taskIdOf(
        await submit(sandbox, { model, input: { prompt: 'p' }, parameters: { prompt_extend } }),
      );
      sandbox.pass(latencyMs);
      return at((await query(sandbox, id)).json, 'output', 'actual_prompt');
    };
    expect(await actual('wan2.5-t2v-preview', true)).toMatch(/^p, /u);
    expect(await actual('wan2.5-t2v-preview', false)).toBeUndefined();
    expect(await actual('wan2.6-t2v', true)).toBeUndefined();
  });
});

describe('the list', () => {
  const list = async (sandbox: Awaited<ReturnType<typeof openHarness>>, filter = '') =>
    sandbox.call(`/api/v1/tasks/${filter}`, { headers: auth });

  test('shows the account’s tasks, newest first, without prompts and links', async () => {
    const sandbox = await openHarness({ region: 'singapore' });
    const first = await submit(sandbox);
    sandbox.pass(latencyMs);
    const second = taskIdOf(await submit(sandbox));
    await submit(sandbox, plainSubmit, { headers: { authorization: 'Bearer sk-another' } });
    const answer = await list(sandbox);
    expect(answer.json).toEqual({
      request_id: expect.any(String),
      total: 2,
      total_page: 1,
      page_no: 1,
      page_size: 10,
      data: [
        expect.objectContaining({ task_id: second, status: 'PENDING', gmt_create: startTime + latencyMs }),
        {
          task_id: taskIdOf(first),
          status: 'SUCCEEDED',
          model_name: 'wan2.6-t2v',
          gmt_create: startTime,
          start_time: startTime + 1000,
          end_time: startTime + 3000,
          request_id: first.headers['x-request-id'],
          region: 'ap-southeast-1',
          api_key_id: expect.any(String),
          caller_parent_id: expect.any(String),
          caller_uid: expect.any(String),
          user_api_unique_key: 'apikey:v1:aigc:video-generation:video-synthesis:wan2.6-t2v',
        },
      ],
    });
    expect(at(answer.json, 'data', 0)).not.toHaveProperty('start_time');
    expect(answer.text).not.toMatch(/paper|http/u);
    expect((await sandbox.call('/api/v1/tasks', { headers: auth })).json).toMatchObject({ total: 2 });
  });

  // Submits at 12:00:00.250 (A) and 13:00:00.250 (B) of UTC+8; asked at 13:00:00.250.
  test.each([
    ['', 'BA'],
    ['?start_time=20261120120000', 'BA'],
    ['?start_time=20261120120001', 'B'],
    ['?start_time=20261119115959', 'A'.repeat(0)],
    ['?start_time=20261119120001', 'A'],
    ['?end_time=20261120120000', 'A'],
    ['?end_time=20261121120000', 'BA'],
    ['?end_time=20261121120001', 'B'],
    ['?start_time=20261120115959&end_time=20261120120000', 'A'],
    ['?start_time=20261119130000&end_time=20261120130000', 'BA'],
    ['?model_name=wan2.7-t2v', 'B'],
    ['?model_name=wan2.7', ''],
    ['?status=PENDING', 'B'],
    ['?status=SUCCEEDED', 'A'],
    ['?status=UNKNOWN', ''],
    ['?page_size=1', 'B'],
    ['?page_size=1&page_no=2', 'A'],
    ['?page_size=1&page_no=3', ''],
  ])('%s', async (filter, expected) => {
    const sandbox = await openHarness();
    const a = taskIdOf(await submit(sandbox));
    sandbox.pass(3_600_000);
    const b = taskIdOf(await submit(sandbox, { ...plainSubmit, model: 'wan2.7-t2v' }));
    const answer = await list(sandbox, filter);
    const data = at(answer.json, 'data');
    const names = Array.isArray(data)
      ? data.map((item) => ({ [a]: 'A', [b]: 'B' })[String(at(item, 'task_id'))])
      : [];
    expect(names.join('')).toBe(expected);
  });

  test('finds one task by id', async () => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    await submit(sandbox);
    expect((await list(sandbox, `?task_id=${id}`)).json).toMatchObject({ total: 1, data: [{ task_id: id }] });
  });

  test.each([
    '?start_time=2026-11-20',
    '?start_time=20261340000000',
    '?start_time=20261120120000&end_time=20261121120001',
    '?start_time=20261120120000&end_time=20261120110000',
    '?page_no=0',
    '?page_size=x',
  ])('refuses %s', async (filter) => {
    const answer = await list(await openHarness(), filter);
    expect([answer.status, answer.json]).toMatchObject([400, { code: 'InvalidParameter' }]);
  });

  test('forgets tasks a day after their end', async () => {
    const sandbox = await openHarness();
    await submit(sandbox);
    sandbox.pass(day + latencyMs);
    expect((await list(sandbox, '?start_time=20261120120000')).json).toMatchObject({ total: 0, data: [] });
  });
});

describe('cancelling', () => {
  const cancel = (sandbox: Awaited<ReturnType<typeof openHarness>>, id: string, headers = auth) =>
    sandbox.call(`/api/v1/tasks/${id}/cancel`, { method: 'POST', headers });

  test('ends what waits, for every server', async () => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    sandbox.pass(500);
    const answer = await cancel(sandbox, id);
    expect([answer.status, answer.json]).toEqual([200, { request_id: answer.headers['x-request-id'] }]);
    sandbox.pass(latencyMs);
    const output = { task_id: id, task_status: 'CANCELED', end_time: '2026-11-20 12:00:00.750' };
    expect((await query(await sandbox.reopen(), id)).json).toMatchObject({ output });
    expect((await cancel(sandbox, id)).json).toMatchObject({ code: 'UnsupportedOperation' });
  });

  test('vace spells it with two Ls', async () => {
    const sandbox = await openHarness();
    const body = {
      model: 'wanx2.1-vace-plus',
      input: { function: 'video_extension', prompt: 'p' },
      parameters: {},
    };
    const id = taskIdOf(await submit(sandbox, body));
    await cancel(sandbox, id);
    expect((await query(sandbox, id)).json).toMatchObject({ output: { task_status: 'CANCELLED' } });
  });

  test.each([
    ['runs', 1000],
    ['is done', latencyMs],
  ])('refuses a task that %s', async (_name, ms) => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    sandbox.pass(ms);
    const answer = await cancel(sandbox, id);
    expect([answer.status, answer.json]).toMatchObject([
      400,
      { code: 'UnsupportedOperation', message: /PENDING/u },
    ]);
  });

  test('refuses what is not there, and what is another account’s', async () => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    for (const answer of [
      await cancel(sandbox, 'nothing'),
      await cancel(sandbox, id, { authorization: 'Bearer sk-another' }),
    ]) {
      expect([answer.status, answer.json]).toMatchObject([400, { code: 'UnsupportedOperation' }]);
    }
  });
});
