import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { key, latencyMs, openHarness, plainSubmit, query, submit } from './harness.ts';
import { taskIdOf, textAt } from './reading.ts';

const auth = { authorization: `Bearer ${key}` };
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
    const prompt = `${'船'.repeat(1499)}🚤too much`;
    const id = taskIdOf(await submit(sandbox, { ...plainSubmit, input: { prompt } }));
    sandbox.pass(latencyMs);
    expect(textAt(await query(sandbox, id), 'output', 'orig_prompt')).toBe(`${'船'.repeat(1499)}🚤`);
  });
});
