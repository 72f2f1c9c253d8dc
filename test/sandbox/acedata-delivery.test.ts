import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { at } from '../../src/core/untrusted.ts';
import { latencyMs, openHarness, type Harness } from './harness.ts';
import { textAt } from './reading.ts';
import { ask, make, retrieve, text } from './acedata-calls.ts';

describe('the other ways of delivery', () => {
  test('sync holds the connection until the video is there, with the link in another spelling', async () => {
    const sandbox = await openHarness();
    let isAnswered = false;
    const waiting = make(sandbox, { ...text, async: undefined }).finally(() => {
      isAnswered = true;
    });
    await sandboxHasTask(sandbox);
    expect(isAnswered).toBe(false);
    sandbox.pass(latencyMs);
    const answer = await waiting;
    expect(answer.json).toMatchObject({
      success: true,
      state: 'completed',
      video_url: expect.stringMatching(/Signature=[^&]*\/[^&]*%3D$/u),
    });
    const link = textAt(answer, 'video_url');
    const record = await retrieve(sandbox, textAt(answer, 'task_id'));
    expect(at(record, 'response', 'video_url')).toBe(
      link.replace(/Signature=.*/u, (part) => part.replaceAll('/', '%2F')),
    );
    expect((await sandbox.call(link)).status).toBe(200);
    expect((await sandbox.call(String(at(record, 'response', 'video_url')))).status).toBe(200);
    expect((await sandbox.call(link.replaceAll('%3D', '='))).status).toBe(403);
  });

  test('sync tells a failure as an error', async () => {
    const sandbox = await openHarness({ latencyMs: 0 });
    const answer = await make(sandbox, { ...text, async: false, duration: 7 });
    expect([answer.status, answer.json]).toMatchObject([
      500,
      { success: false, error: { code: 'api_error' } },
    ]);
  });

  test('a callback is made when the task ends', async () => {
    const sandbox = await openHarness();
    const bodies: unknown[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const callback_url = `http://127.0.0.1:${port}/hook`;
    const answer = await make(sandbox, { ...text, async: undefined, callback_url });
    await make(sandbox, { ...text, duration: 7, callback_url });
    expect(bodies).toEqual([]);
    sandbox.pass(latencyMs);
    await expect.poll(() => bodies.length).toBe(2);
    expect(bodies).toContainEqual(
      expect.objectContaining({ success: true, state: 'completed', task_id: textAt(answer, 'task_id') }),
    );
    expect(bodies).toContainEqual(
      expect.objectContaining({ success: false, error: expect.objectContaining({ code: 'api_error' }) }),
    );
    await expect
      .poll(() => sandbox.log.at(-1))
      .toMatchObject({ method: 'POST', status: 200, note: 'callback' });
  });

  test('a callback that is not due does not keep the sandbox open', async () => {
    const sandbox = await openHarness();
    await make(sandbox, { ...text, callback_url: 'http://127.0.0.1:1/hook' });
    await sandbox.close();
    expect(sandbox.log.map((entry) => entry.url)).toEqual(['/wan/videos']);
  });

  test('a callback elsewhere is noted, not made', async () => {
    const sandbox = await openHarness();
    const url = 'http://198.51.100.7/hook';
    const answer = await make(sandbox, { ...text, callback_url: url });
    await expect
      .poll(() => sandbox.log.find((entry) => entry.url === url))
      .toMatchObject({
        status: null,
        task_id: textAt(answer, 'task_id'),
        note: expect.stringContaining('not called'),
      });
  });
});

/** Resolves once a submit is on disk. */
async function sandboxHasTask(sandbox: Harness): Promise<void> {
  await expect.poll(async () => at((await ask(sandbox, { action: 'retrieve_batch' })).json, 'count')).toBe(1);
}
