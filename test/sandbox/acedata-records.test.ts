import { describe, expect, test } from 'vitest';
import { at } from '../../src/core/untrusted.ts';
import { latencyMs, openHarness, startTime } from './harness.ts';
import { textAt } from './reading.ts';
import { ask, auth, finished, make, retrieve, text, wan3 } from './acedata-calls.ts';

describe('a record', () => {
  test('carries no state of its own, only times and the response', async () => {
    const sandbox = await openHarness();
    const submitted = await make(sandbox);
    const id = textAt(submitted, 'task_id');
    const pending = await retrieve(sandbox, id);
    expect(pending).toMatchObject({
      id,
      type: 'videos',
      trace_id: textAt(submitted, 'trace_id'),
      request: text,
      created_at: startTime / 1000,
      finished_at: null,
      // The vendor's own client takes a record without one for a finished task.
      response: {},
    });
    for (const name of ['started_at', 'status', 'state', 'success']) expect(pending).not.toHaveProperty(name);
    sandbox.pass(1000);
    expect(await retrieve(sandbox, id)).toMatchObject({
      started_at: startTime / 1000 + 1,
      finished_at: null,
      response: {},
    });
    sandbox.pass(2000);
    const done = await retrieve(sandbox, id);
    expect(done).toMatchObject({
      finished_at: startTime / 1000 + 3,
      elapsed: 2,
      response: { success: true, state: 'completed', task_id: id },
    });
    expect((await sandbox.call(String(at(done, 'response', 'video_url')))).status).toBe(200);
  });

  test('of wan3.0 nests its result', async () => {
    const sandbox = await openHarness();
    const record = await finished(sandbox, { ...wan3, resolution: '480P', ratio: '9:16', duration: -1 });
    expect(record['response']).toMatchObject({
      success: true,
      data: {
        model: 'wan3.0-video',
        status: 'succeeded',
        video_url: expect.any(String),
        usage: { duration: 5 },
      },
      usage: { resolution: '480P', ratio: '9:16' },
      cost: { amount: expect.any(Number) },
    });
    await sandbox.call(String(at(record, 'response', 'data', 'video_url')));
    expect(sandbox.clips).toMatchObject([{ width: 480, height: 832, seconds: 5, sound: true }]);
  });

  test('without sound where it was not wanted', async () => {
    const sandbox = await openHarness();
    const record = await finished(sandbox, { ...text, audio: false });
    await sandbox.call(String(at(record, 'response', 'video_url')));
    expect(sandbox.clips).toMatchObject([{ width: 1280, height: 720, sound: false }]);
  });

  test('of nobody, of another, of the other service or too old is an empty object', async () => {
    const sandbox = await openHarness();
    const id = textAt(await make(sandbox), 'task_id');
    expect(await retrieve(sandbox, '00000000-0000-0000-0000-000000000000')).toEqual({});
    expect((await ask(sandbox, { id }, { authorization: 'Bearer other' })).json).toEqual({});
    const other = await sandbox.call(`/api/v1/tasks/${id}`, { headers: auth });
    expect(other.json).toMatchObject({ output: { task_status: 'UNKNOWN' } });
    sandbox.pass(latencyMs + 86_400_000);
    expect(await retrieve(sandbox, id)).toEqual({});
  });

  test('comes in batches, and as a history', async () => {
    const sandbox = await openHarness();
    const first = textAt(await make(sandbox), 'task_id');
    sandbox.pass(1000);
    const second = textAt(await make(sandbox), 'task_id');
    await make(sandbox, text, { authorization: 'Bearer other' });
    const batch = await ask(sandbox, { action: 'retrieve_batch', ids: [second, 'none', first] });
    expect(batch.json).toMatchObject({ items: [{ id: second }, { id: first }], count: 2 });
    const history = (more: object) => ask(sandbox, { action: 'retrieve_batch', type: 'videos', ...more });
    expect((await history({})).json).toMatchObject({ items: [{ id: second }, { id: first }], count: 2 });
    expect((await history({ limit: 1, offset: 1 })).json).toMatchObject({ items: [{ id: first }] });
    expect((await history({ created_at_min: startTime / 1000 + 0.5 })).json).toMatchObject({
      items: [{ id: second }],
      count: 1,
    });
    expect((await history({ created_at_max: startTime / 1000 + 0.5 })).json).toMatchObject({
      items: [{ id: first }],
      count: 1,
    });
  });

  test.each<[string, unknown]>([
    ['an unknown action', { action: 'delete', id: 'x' }],
    ['no id', { action: 'retrieve' }],
    ['the id under another name', { action: 'retrieve', task_id: 'x' }],
    ['ids that are none', { action: 'retrieve_batch', ids: [1] }],
    ['no JSON', 'x'],
  ])('asked for with %s is a bad request', async (_name, body) => {
    const answer = await ask(await openHarness(), body);
    expect([answer.status, answer.json]).toMatchObject([400, { error: { code: 'bad_request' } }]);
  });
});
