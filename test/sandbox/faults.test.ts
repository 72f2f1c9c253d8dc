import { Agent } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { at } from '../../src/core/untrusted.ts';
import { clipBytes, key, latencyMs, openHarness, query, submit, type Harness } from './harness.ts';
import { taskIdOf, textAt, xmlCode } from './reading.ts';

const auth = { authorization: `Bearer ${key}` };
const size = clipBytes.length;

async function total(sandbox: Harness): Promise<unknown> {
  return at((await sandbox.call('/api/v1/tasks/', { headers: auth })).json, 'total');
}

async function linkOf(sandbox: Harness): Promise<string> {
  const id = taskIdOf(await submit(sandbox));
  sandbox.pass(latencyMs);
  return textAt(await query(sandbox, id), 'output', 'video_url');
}

describe('an error status', () => {
  test.each<[string, object, number, object]>([
    [
      'with its code',
      { status: 429, code: 'Throttling.RateQuota', message: 'm' },
      429,
      { code: 'Throttling.RateQuota', message: 'm' },
    ],
    ['of 503', { status: 503 }, 503, { code: 'ModelUnavailable' }],
    ['of 500', { status: 500 }, 500, { code: 'InternalError' }],
    ['of 401', { status: 401 }, 401, { code: 'InvalidApiKey' }],
  ])('%s answers a submit, and nothing was made', async (_name, rule, status, body) => {
    const sandbox = await openHarness({ plan: [{ on: 'submit', ...rule }] });
    const answer = await submit(sandbox);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ ...body, request_id: expect.any(String) });
    expect(answer.json).not.toHaveProperty('output');
    expect(await total(sandbox)).toBe(0);
    expect((await submit(sandbox)).status).toBe(200);
  });

  test('comes in AceData’s envelope on its paths', async () => {
    const sandbox = await openHarness({
      plan: [
        { on: 'submit', status: 403, code: 'used_up', message: 'no credits' },
        { on: 'query', status: 504 },
      ],
    });
    const post = (path: string, body: object) => sandbox.call(path, { method: 'POST', headers: auth, body });
    const refused = await post('/wan/videos', { model: 'wan2.6-t2v', prompt: 'p', async: true });
    expect([refused.status, refused.json]).toEqual([
      403,
      { error: { code: 'used_up', message: 'no credits' }, trace_id: expect.any(String) },
    ]);
    const late = await post('/wan/tasks', { action: 'retrieve', id: 'x' });
    expect([late.status, late.json]).toMatchObject([504, { error: { code: 'timeout' } }]);
  });

  test('comes as XML from the stores', async () => {
    const sandbox = await openHarness({
      plan: [
        { on: 'download', status: 403 },
        { on: 'upload', status: 503, code: 'Slow' },
      ],
    });
    const answer = await sandbox.call(await linkOf(sandbox));
    expect([answer.status, xmlCode(answer)]).toEqual([403, 'AccessDenied']);
    const upload = await sandbox.call('/dashscope-file', { method: 'POST', body: 'x' });
    expect([upload.status, xmlCode(upload)]).toEqual([503, 'Slow']);
  });

  test('with a fate makes the task and answers the error all the same', async () => {
    const sandbox = await openHarness({
      plan: [{ on: 'submit', status: 502, body: '<html>', task: 'FAILED' }],
    });
    const answer = await submit(sandbox);
    expect([answer.status, answer.text]).toEqual([502, '<html>']);
    expect(await total(sandbox)).toBe(1);
    expect(sandbox.log[0]).toMatchObject({ status: 502, task_id: expect.any(String) });
  });

  test('of a redirect goes where it says', async () => {
    const sandbox = await openHarness({
      plan: [{ on: 'download', status: 302, headers: { Location: '/elsewhere' } }],
    });
    const answer = await sandbox.call(await linkOf(sandbox));
    expect([answer.status, answer.headers['location']]).toEqual([302, '/elsewhere']);
  });
});

describe('a lie', () => {
  test('a raw body, after the task was made', async () => {
    const sandbox = await openHarness({ plan: [{ on: 'submit', body: '{"output":{}}' }] });
    const answer = await submit(sandbox);
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([
      200,
      '{"output":{}}',
      '13',
    ]);
    expect(await total(sandbox)).toBe(1);
  });

  test('fewer bytes, and a length that agrees', async () => {
    const sandbox = await openHarness({
      plan: [
        { on: 'download', truncate: 100 },
        { on: 'submit', after: 1, truncate: 0 },
      ],
    });
    const answer = await sandbox.call(await linkOf(sandbox));
    expect([answer.status, answer.bytes.length, answer.headers['content-length'], answer.isCut]).toEqual([
      200,
      100,
      '100',
      false,
    ]);
    expect((await submit(sandbox)).text).toBe('');
  });

  test('a Content-Length that is too long or too short', async () => {
    const lie = (length: number) => ({ on: 'download', headers: { 'Content-Length': length } });
    const sandbox = await openHarness({
      plan: [lie(size + 10), lie(10)].map((rule, after) => ({ ...rule, after })),
    });
    const link = await linkOf(sandbox);
    const long = await sandbox.call(link);
    expect([long.headers['content-length'], long.bytes.length, long.isCut]).toEqual([
      String(size + 10),
      size,
      true,
    ]);
    const short = await sandbox.call(link);
    // What a client makes of bytes behind the promised end is its own affair.
    expect([short.status, short.headers['content-length']]).toEqual([200, '10']);
    expect((await sandbox.call(link)).bytes.length).toBe(size);
  });

  test('a client that keeps its connections is not left waiting for the rest', async () => {
    const sandbox = await openHarness({
      plan: [{ on: 'submit', headers: { 'Content-Length': 1000 } }],
    });
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    expect((await submit(sandbox, undefined, { agent })).isCut).toBe(true);
    expect((await submit(sandbox, undefined, { agent })).isCut).toBe(false);
  });

  test('another etag, another Content-Range, a header more', async () => {
    const headers = { ETag: '"other"', 'content-range': 'bytes 7-9/20', 'Retry-After': 3 };
    const sandbox = await openHarness({ plan: [{ on: 'download', headers }] });
    const answer = await sandbox.call(await linkOf(sandbox), { headers: { range: 'bytes=0-2' } });
    expect(answer.status).toBe(206);
    expect(answer.headers).toMatchObject({
      etag: '"other"',
      'content-range': 'bytes 7-9/20',
      'retry-after': '3',
    });
  });

  test('a range that is ignored', async () => {
    const sandbox = await openHarness({ plan: [{ on: 'download', range: 'ignore' }] });
    const link = await linkOf(sandbox);
    const get = () => sandbox.call(link, { headers: { range: 'bytes=5-9' } });
    expect([(await get()).status, (await get()).status]).toEqual([200, 206]);
  });
});

describe('a cut connection', () => {
  test('before acting leaves no task', async () => {
    const sandbox = await openHarness({ plan: [{ on: 'submit', drop: 'before' }] });
    expect((await submit(sandbox)).status).toBeNull();
    expect(await total(sandbox)).toBe(0);
    expect(sandbox.log[0]).toMatchObject({
      status: null,
      task_id: null,
      fault: 1,
      body: { model: 'wan2.6-t2v' },
    });
  });

  test('after acting leaves one', async () => {
    const sandbox = await openHarness({ plan: [{ on: 'submit', drop: 'after' }] });
    expect((await submit(sandbox)).status).toBeNull();
    expect(await total(sandbox)).toBe(1);
    expect(sandbox.log[0]).toMatchObject({ status: null, task_id: expect.any(String), fault: 1 });
  });

  test('in the middle of the body, or after so many bytes', async () => {
    const sandbox = await openHarness({
      plan: [
        { on: 'download', drop: 'mid' },
        { on: 'download', after: 1, drop: 'mid', truncate: 7 },
        { on: 'submit', after: 1, drop: 'mid' },
      ],
    });
    const link = await linkOf(sandbox);
    const half = await sandbox.call(link);
    expect([half.status, half.headers['content-length'], half.bytes.length, half.isCut]).toEqual([
      200,
      String(size),
      size / 2,
      true,
    ]);
    expect(half.bytes.equals(clipBytes.subarray(0, size / 2))).toBe(true);
    const seven = await sandbox.call(link);
    expect([seven.bytes.length, seven.isCut]).toEqual([7, true]);
    const broken = await submit(sandbox);
    expect([broken.status, broken.isCut, broken.json]).toEqual([200, true, undefined]);
    expect(await total(sandbox)).toBe(2);
    expect(sandbox.log.filter((entry) => entry.fault !== null).map((entry) => entry.status)).toEqual([
      200, 200, 200,
    ]);
  });

  test('with nothing of the body but the headers', async () => {
    const sandbox = await openHarness({ plan: [{ on: 'download', drop: 'mid', truncate: 0 }] });
    const answer = await sandbox.call(await linkOf(sandbox));
    expect([answer.status, answer.bytes.length, answer.isCut]).toEqual([200, 0, true]);
  });
});

test('a delay holds the answer back', async () => {
  const sandbox = await openHarness({ plan: [{ on: 'query', delay: '120ms' }] });
  const started = performance.now();
  await query(sandbox, 'x');
  expect(performance.now() - started).toBeGreaterThan(115);
});

test('a sandbox that closes does not wait for its delays', async () => {
  const sandbox = await openHarness({ plan: [{ on: 'query', delay: '10m' }] });
  const waiting = query(sandbox, 'x');
  await expect.poll(async () => (await submit(sandbox)).status).toBe(200);
  await sandbox.close();
  expect((await waiting).status).toBeNull();
});

describe('kinds of requests', () => {
  test.each<[string, string, string, object | undefined]>([
    ['submit', 'POST', '/api/v1/services/aigc/image2video/video-synthesis/', {}],
    ['query', 'GET', '/api/v1/tasks/x/', undefined],
    ['list', 'GET', '/api/v1/tasks/?page_no=1', undefined],
    ['cancel', 'POST', '/api/v1/tasks/x/cancel', undefined],
    ['policy', 'GET', '/api/v1/uploads?action=getPolicy&model=m', undefined],
    ['upload', 'POST', '/dashscope-file', {}],
    ['submit', 'POST', '/wan/videos', {}],
    ['query', 'POST', '/wan/tasks', { action: 'retrieve', id: 'x' }],
    ['query', 'POST', '/wan/tasks', { action: 'retrieve_batch', ids: [] }],
    ['list', 'POST', '/wan/tasks', { action: 'retrieve_batch' }],
    ['any', 'GET', '/nothing', undefined],
  ])('%s: %s %s', async (on, method, path, body) => {
    const kinds = ['submit', 'query', 'list', 'cancel', 'policy', 'upload', 'download', 'any'];
    const plan = kinds.map((kind, index) => ({ on: kind, status: 418, code: String(index) }));
    const sandbox = await openHarness({ plan });
    expect((await sandbox.call(path, { method, ...(body === undefined ? {} : { body }) })).status).toBe(418);
    expect(sandbox.log[0]?.fault).toBe(kinds.indexOf(on) + 1);
  });
});
