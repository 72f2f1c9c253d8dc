import { describe, expect, test } from 'vitest';
import { at } from '../../src/core/untrusted.ts';
import { key, latencyMs, openHarness, query, startTime, submit } from './harness.ts';
import { taskIdOf } from './reading.ts';

const auth = { authorization: `Bearer ${key}` };

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
    const listed = at((await sandbox.call('/api/v1/tasks/', { headers: auth })).json, 'data', 0);
    expect(listed).toMatchObject({ status: 'CANCELED', end_time: startTime + 500 });
    expect(listed).not.toHaveProperty('start_time');
  });

  test('vace spells it with two Ls', async () => {
    const sandbox = await openHarness();
    const body = {
      model: 'wanx2.1-vace-plus',
      input: { function: 'video_extension', prompt: 'p', first_frame_url: 'https://example.com/a.png' },
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
      { code: 'UnsupportedOperation', message: expect.stringContaining('PENDING') },
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
