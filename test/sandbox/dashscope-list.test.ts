import { describe, expect, test } from 'vitest';
import { at } from '../../src/core/untrusted.ts';
import { key, latencyMs, openHarness, plainSubmit, startTime, submit } from './harness.ts';
import { taskIdOf } from './reading.ts';

const auth = { authorization: `Bearer ${key}` };
const day = 86_400_000;

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
