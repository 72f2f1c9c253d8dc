import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  asyncHeaders,
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

describe('web pages are kept out', () => {
  test('by their Origin, and nothing is done for them', async () => {
    const sandbox = await openHarness({ plan: [{ on: 'any', status: 418 }] });
    for (const origin of ['https://evil.example', 'null', sandbox.origin]) {
      const answer = await submit(sandbox, plainSubmit, { headers: { origin } });
      expect(answer.status).toBe(403);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
    const preflight = await sandbox.call(videoPath, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example' },
    });
    expect(preflight.status).toBe(403);
    expect(sandbox.log.map((entry) => [entry.status, entry.fault])).toEqual(
      Array.from({ length: 4 }, () => [403, null]),
    );
  });

  test.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example:80',
    '192.168.0.1',
    '[::2]',
    '0.0.0.0',
  ])('by a Host of %j', async (host) => {
    const sandbox = await openHarness();
    const answer = await sandbox.call('/api/v1/tasks/x', { headers: { ...auth, host } });
    expect(answer.status).toBe(403);
  });

  test.each(['localhost', 'LOCALHOST:1', '127.0.0.1', '127.8.9.1:9', '[::1]:9'])(
    'a Host of %j is let in',
    async (host) => {
      const sandbox = await openHarness();
      expect((await sandbox.call('/api/v1/tasks/x', { headers: { ...auth, host } })).status).toBe(200);
    },
  );

  test('a request written for a proxy must mean this machine too', async () => {
    const sandbox = await openHarness();
    const raw = (target: string, host = '127.0.0.1') =>
      new Promise<string>((resolve) => {
        const socket = connect(sandbox.port, '127.0.0.1');
        let text = '';
        socket.on('data', (chunk) => (text += String(chunk)));
        socket.on('close', () => resolve(text.split('\r\n')[0] ?? ''));
        socket.write(
          `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n`,
        );
      });
    expect(await raw('http://evil.example/api/v1/tasks/x')).toContain(' 403 ');
    expect(await raw('http://127.0.0.1:1/api/v1/tasks/x')).toContain(' 200 ');
    expect(await raw('*')).toContain(' 404 ');
    expect(await raw('/api/v1/tasks/x', '')).toContain(' 403 ');
    expect(await raw('/api/v1/tasks/x', '127.0.0.1 evil')).toContain(' 403 ');
  });
});

describe('the log', () => {
  test('has one entry for each request, with the key hidden', async () => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox));
    sandbox.pass(latencyMs);
    const link = textAt(await query(sandbox, id), 'output', 'video_url');
    await sandbox.call(link);
    await sandbox.call('/nothing', { method: 'POST', body: 'raw text' });
    // An entry is written when its request is over for the server, which may be later than for its client.
    await expect.poll(() => sandbox.log.length).toBe(4);
    const inOrder = sandbox.log.toSorted((one, other) =>
      one.url === '/nothing' ? 1 : other.url === '/nothing' ? -1 : 0,
    );
    expect(inOrder).toEqual([
      {
        at: new Date(startTime).toISOString(),
        method: 'POST',
        url: videoPath,
        headers: expect.objectContaining({
          ...asyncHeaders,
          authorization: 'Bearer ***',
          host: `127.0.0.1:${sandbox.port}`,
        }),
        body: plainSubmit,
        status: 200,
        task_id: id,
        fault: null,
      },
      expect.objectContaining({
        method: 'GET',
        url: `/api/v1/tasks/${id}`,
        body: null,
        status: 200,
        task_id: id,
      }),
      expect.objectContaining({
        method: 'GET',
        url: link.replace(sandbox.origin, ''),
        status: 200,
        task_id: id,
      }),
      expect.objectContaining({
        url: '/nothing',
        status: 404,
        task_id: null,
        body: { bytes: 8, sha256: createHash('sha256').update('raw text').digest('hex') },
      }),
    ]);
    expect(JSON.stringify(sandbox.log)).not.toContain(key);
  });

  test('hides the key where else it stands', async () => {
    const sandbox = await openHarness();
    const secret = 'sk-with+sign/and=more';
    await sandbox.call(`/api/v1/tasks/x?key=${encodeURIComponent(secret)}&again=${secret}`, {
      headers: {
        authorization: `Bearer ${secret}`,
        'x-other': secret,
        'x-api-key': 'abc',
        cookie: 'session=1',
      },
    });
    const text = JSON.stringify(sandbox.log);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(encodeURIComponent(secret));
    expect(sandbox.log[0]?.headers).toMatchObject({ 'x-other': '***', 'x-api-key': '***', cookie: '***' });
  });

  test('tells of a client that left in the middle', async () => {
    const sandbox = await openHarness();
    const socket = connect(sandbox.port, '127.0.0.1');
    socket.write(`POST ${videoPath} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{"half":`);
    socket.once('connect', () => socket.end());
    await expect.poll(() => sandbox.log[0]).toMatchObject({ status: null, body: { bytes: 8 } });
  });
});
