import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { clipBytes, key, latencyMs, openHarness, query, submit, type Harness } from './harness.ts';
import { taskIdOf, textAt, xmlCode } from './reading.ts';

const md5 = createHash('md5').update(clipBytes).digest();
const etag = `"${md5.toString('hex').toUpperCase()}"`;
const size = clipBytes.length;

let sandbox: Harness;
let link: string;

beforeEach(async () => {
  sandbox = await openHarness();
  const id = taskIdOf(await submit(sandbox));
  sandbox.pass(latencyMs);
  link = textAt(await query(sandbox, id), 'output', 'video_url');
});

describe('a result link', () => {
  test('delivers the clip with what an object store says of it', async () => {
    const answer = await sandbox.call(link);
    expect(answer.status).toBe(200);
    expect(answer.bytes.equals(clipBytes)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(size),
      'accept-ranges': 'bytes',
      etag,
      'content-md5': md5.toString('base64'),
      'last-modified': 'Fri, 20 Nov 2026 04:00:03 GMT',
    });
  });

  test('holds characters that careless clients re-encode', () => {
    expect(link).toMatch(/\?Expires=\d+&OSSAccessKeyId=\w+&Signature=[\w%]*%2F[\w%]*%3D$/u);
    expect(Number(/Expires=(\d+)/u.exec(link)?.[1])).toBe(Math.floor((sandbox.time() + 86_400_000) / 1000));
  });

  test('is the same at the next query', async () => {
    const id = /([0-9a-f-]{36})\.mp4/u.exec(link)?.[1] ?? '';
    sandbox.pass(5000);
    expect(textAt(await query(sandbox, id), 'output', 'video_url')).toBe(link);
  });

  test.each<[string, (text: string) => string, string]>([
    ['decoded', (text) => text.replaceAll('%2F', '/').replaceAll('%3D', '='), 'SignatureDoesNotMatch'],
    ['half decoded', (text) => text.replaceAll('%2F', '/'), 'SignatureDoesNotMatch'],
    ['in lower case', (text) => text.replaceAll('%2F', '%2f'), 'SignatureDoesNotMatch'],
    ['encoded twice', (text) => text.replaceAll('%', '%25'), 'SignatureDoesNotMatch'],
    ['with more behind', (text) => `${text}&x=1`, 'SignatureDoesNotMatch'],
    ['with a longer life', (text) => text.replace(/Expires=(\d)/u, 'Expires=9$1'), 'SignatureDoesNotMatch'],
    ['without a signature', (text) => text.replace(/&Signature=.*/u, ''), 'AccessDenied'],
    ['without a query', (text) => text.replace(/\?.*/u, ''), 'AccessDenied'],
  ])('%s is refused as %s', async (_name, change, code) => {
    const answer = await sandbox.call(change(link));
    expect([answer.status, answer.headers['content-type'], xmlCode(answer)]).toEqual([
      403,
      'application/xml',
      code,
    ]);
  });

  test('of another path is refused', async () => {
    const answer = await sandbox.call(link.replace(/[0-9a-f]{12}\.mp4/u, '000000000000.mp4'));
    expect([answer.status, xmlCode(answer)]).toEqual([403, 'SignatureDoesNotMatch']);
    expect(xmlCode(await sandbox.call('/dashscope-result/x'))).toBe('NoSuchKey');
  });

  test('expires, to the second', async () => {
    const expires = Number(/Expires=(\d+)/u.exec(link)?.[1]) * 1000;
    sandbox.pass(expires - sandbox.time() - 1);
    expect((await sandbox.call(link)).status).toBe(200);
    sandbox.pass(1);
    const answer = await sandbox.call(link);
    expect([answer.status, xmlCode(answer)]).toEqual([403, 'AccessDenied']);
    expect(answer.text).toContain('Request has expired');
  });

  test('refuses a key, HEAD and writing', async () => {
    const withKey = await sandbox.call(link, { headers: { authorization: `Bearer ${key}` } });
    expect([withKey.status, xmlCode(withKey)]).toEqual([400, 'InvalidArgument']);
    const head = await sandbox.call(link, { method: 'HEAD' });
    expect([head.status, head.bytes.length]).toEqual([403, 0]);
    expect((await sandbox.call(link, { method: 'PUT', body: 'x' })).status).toBe(405);
  });

  test('asks for the clip that was bought', async () => {
    await sandbox.call(link);
    expect(sandbox.clips).toEqual([
      { width: 1280, height: 720, seconds: 5, sound: true, title: 'a paper boat' },
    ]);
  });
});

describe('a range', () => {
  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=100-199', 100, 200],
    [`bytes=${size - 1}-`, size - 1, size],
    ['bytes=0-', 0, size],
    ['bytes=-10', size - 10, size],
    [`bytes=0-${size - 1}`, 0, size],
  ])('%s is answered in part', async (range, start, end) => {
    const answer = await sandbox.call(link, { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers).toMatchObject({
      'content-range': `bytes ${start}-${end - 1}/${size}`,
      'content-length': String(end - start),
      etag,
    });
    expect(answer.headers).not.toHaveProperty('content-md5');
    expect(answer.bytes.equals(clipBytes.subarray(start, end))).toBe(true);
  });

  test.each([
    `bytes=${size}-`,
    `bytes=0-${size}`,
    'bytes=200-100',
    `bytes=-${size + 1}`,
    'bytes=-0',
    'bytes=-',
    'bytes=0-1,5-6',
    'bytes=a-b',
    'items=0-1',
    'bytes=99999999999999999999-',
  ])('%s is answered with everything', async (range) => {
    const answer = await sandbox.call(link, { headers: { range } });
    expect([answer.status, answer.bytes.length]).toEqual([200, size]);
    expect(answer.headers).not.toHaveProperty('content-range');
  });

  test.each([
    ['the etag', etag, 206],
    ['the date', 'Fri, 20 Nov 2026 04:00:03 GMT', 206],
    ['another etag', '"0"', 200],
    ['a weak etag', `W/${etag}`, 200],
    ['another date', 'Fri, 20 Nov 2026 04:00:04 GMT', 200],
  ])('with If-Range of %s', async (_name, condition, status) => {
    const headers = { range: 'bytes=5-9', 'if-range': condition };
    expect((await sandbox.call(link, { headers })).status).toBe(status);
  });
});
