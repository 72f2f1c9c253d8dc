import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

describe('the index', () => {
  const listed = async (sandbox: Awaited<ReturnType<typeof openHarness>>, filter = '') =>
    (await sandbox.call(`/api/v1/tasks/${filter}`, { headers: auth })).json as {
      total: number;
      data: { task_id: string; status: string }[];
    };

  test('spares the files of tasks that a page does not show', async () => {
    const sandbox = await openHarness();
    const ids: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      ids.push(taskIdOf(await submit(sandbox)));
      sandbox.pass(1);
    }
    const folder = join(sandbox.directory, 'state', 'tasks');
    const shown = ids.slice(-3).toReversed();
    // Whoever read these would find no task in them.
    await Promise.all(ids.slice(0, -3).map((id) => writeFile(join(folder, `${id}.json`), '')));
    for (const one of [sandbox, await sandbox.reopen()]) {
      // oxlint-disable-next-line no-await-in-loop
      const { total, data } = await listed(one, '?page_size=3');
      expect(total).toBe(12);
      expect(data.map(({ task_id: id }) => id)).toEqual(shown);
    }
  });

  test('is made again from the tasks where it is gone, cut, or lacks what another server added', async () => {
    const sandbox = await openHarness();
    const first = taskIdOf(await submit(sandbox));
    const file = join(sandbox.directory, 'state', 'tasks.jsonl');
    await writeFile(file, '{"id":"cut');
    const other = await sandbox.reopen();
    expect((await listed(other)).data.map(({ task_id: id }) => id)).toEqual([first]);
    sandbox.pass(1);
    const second = taskIdOf(await submit(other));
    expect((await listed(sandbox)).data.map(({ task_id: id }) => id)).toEqual([second, first]);
    await rm(file);
    expect((await listed(await sandbox.reopen())).total).toBe(2);
  });

  test('follows a cancel, and forgets what has expired', async () => {
    const sandbox = await openHarness({ expiryMs: 60_000 });
    const id = taskIdOf(await submit(sandbox));
    await sandbox.call(`/api/v1/tasks/${id}/cancel`, { method: 'POST', headers: auth });
    for (const one of [sandbox, await sandbox.reopen()]) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await listed(one)).data).toEqual([expect.objectContaining({ status: 'CANCELED' })]);
    }
    sandbox.pass(day / 2);
    expect((await listed(await sandbox.reopen())).total).toBe(0);
  });

  test('does not grow for ever', async () => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    const file = join(sandbox.directory, 'state', 'tasks.jsonl');
    const [line = ''] = (await readFile(file, 'utf8')).split('\n');
    await appendFile(file, `${line}\n`.repeat(1100));
    expect((await listed(sandbox)).data.map(({ task_id: shown }) => shown)).toEqual([id]);
    expect((await readFile(file, 'utf8')).trim().split('\n')).toEqual([line]);
    expect((await listed(sandbox)).total).toBe(1);
  });
});
