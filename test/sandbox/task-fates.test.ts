import { describe, expect, test } from 'vitest';
import { asObject, at } from '../../src/core/untrusted.ts';
import { key, latencyMs, openHarness, query, submit } from './harness.ts';
import { taskIdOf, textAt } from './reading.ts';

const auth = { authorization: `Bearer ${key}` };

describe('the fate of a task', () => {
  const state = (answer: { json: unknown }) => at(answer.json, 'output', 'task_status');

  test.each<[string, object, string[], object]>([
    [
      'FAILED',
      { code: 'DataInspectionFailed', message: 'm' },
      ['PENDING', 'RUNNING', 'FAILED'],
      { code: 'DataInspectionFailed', message: 'm' },
    ],
    ['FAILED', { code: '' }, ['PENDING', 'RUNNING', 'FAILED'], {}],
    ['CANCELED', {}, ['PENDING', 'RUNNING', 'CANCELED'], {}],
    ['CANCELLED', {}, ['PENDING', 'RUNNING', 'CANCELLED'], {}],
    ['UNKNOWN', {}, ['UNKNOWN', 'UNKNOWN', 'UNKNOWN'], {}],
    ['SUSPENDED', {}, ['PENDING', 'SUSPENDED', 'SUSPENDED'], {}],
    ['NOURL', {}, ['PENDING', 'RUNNING', 'SUCCEEDED'], { orig_prompt: 'a paper boat' }],
  ])('%s %j is fixed by the submit, for every server', async (task, more, states, output) => {
    const sandbox = await openHarness({ plan: [{ on: 'submit', task, ...more }] });
    const id = taskIdOf(await submit(sandbox));
    const seen = [state(await query(sandbox, id))];
    sandbox.pass(1500);
    seen.push(state(await query(sandbox, id)));
    sandbox.pass(1500);
    const last = await query(await sandbox.reopen(), id);
    seen.push(state(last));
    expect(seen).toEqual(states);
    expect(last.json).toMatchObject({ output });
    expect(at(last.json, 'output', 'video_url')).toBeUndefined();
    if (Object.keys(output).length === 0) expect(at(last.json, 'output', 'code')).toBeUndefined();
  });

  test.each([
    ['FAILED', 'FAILED'],
    ['CANCELED', 'CANCELED'],
    ['UNKNOWN', 'UNKNOWN'],
    ['SUSPENDED', 'SUSPENDED'],
    ['NOURL', 'SUCCEEDED'],
  ])('%s on a query changes that one reply', async (task, expected) => {
    const sandbox = await openHarness({ plan: [{ on: 'query', task, code: 'X' }] });
    const id = taskIdOf(await submit(sandbox));
    sandbox.pass(latencyMs);
    const first = await query(sandbox, id);
    expect(state(first)).toBe(expected);
    expect(at(first.json, 'output', 'video_url')).toBeUndefined();
    expect(at(first.json, 'output', 'code')).toBe(task === 'FAILED' ? 'X' : undefined);
    expect(textAt(await query(sandbox, id), 'output', 'video_url')).toMatch(/mp4/u);
  });

  test.each<[string, object]>([
    [
      'FAILED',
      { finished_at: expect.any(Number), response: { success: false, error: { code: 'forbidden' } } },
    ],
    [
      'CANCELED',
      { finished_at: expect.any(Number), response: { success: false, error: { code: 'forbidden' } } },
    ],
    ['SUSPENDED', { finished_at: null }],
    ['NOURL', { finished_at: expect.any(Number), response: { success: true, state: 'completed' } }],
  ])('%s on AceData, on submit and on query', async (task, record) => {
    for (const on of ['submit', 'query']) {
      const sandbox = await openHarness({ plan: [{ on, task, code: 'forbidden' }] });
      const post = (path: string, body: object) =>
        sandbox.call(path, { method: 'POST', headers: auth, body });
      const id = textAt(
        await post('/wan/videos', { model: 'wan2.6-t2v', prompt: 'p', async: true }),
        'task_id',
      );
      sandbox.pass(latencyMs);
      const answer = await post('/wan/tasks', { action: 'retrieve', id });
      expect(answer.json).toMatchObject(record);
      expect(at(answer.json, 'response', 'video_url')).toBeUndefined();
    }
  });

  test('UNKNOWN on AceData is an empty object', async () => {
    const sandbox = await openHarness({ plan: [{ on: 'query', task: 'UNKNOWN' }] });
    const post = (path: string, body: object) => sandbox.call(path, { method: 'POST', headers: auth, body });
    const id = textAt(
      await post('/wan/videos', { model: 'wan2.6-t2v', prompt: 'p', async: true }),
      'task_id',
    );
    expect((await post('/wan/tasks', { action: 'retrieve', id })).json).toEqual({});
    expect(asObject((await post('/wan/tasks', { action: 'retrieve', id })).json)).toMatchObject({ id });
  });
});
