import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Agent } from 'undici';
import { createDispatchers } from '../../src/net/dispatchers.ts';
import { sendOnce } from '../../src/net/send.ts';
import { rudeServer, type RudeReply } from '../helpers/rude-server.ts';

async function post(origin: string, patch: Partial<Parameters<typeof sendOnce>[3]> = {}) {
  const dispatchers = createDispatchers({});
  onTestFinished(() => dispatchers.close());
  const url = new URL(`${origin}/a`);
  const signal = new AbortController().signal;
  const options = { dispatcher: dispatchers.fresh(url), headers: {}, timeoutMs: 20_000, signal };
  return sendOnce('POST', url, { a: 1 }, { ...options, ...patch });
}

const replied = async (reply: RudeReply) => {
  const outcome = await post((await rudeServer([reply])).origin);
  if (outcome.kind !== 'reply') throw new Error(outcome.reason);
  return outcome.reply;
};

test('asks for a plain answer, and reads a packed one all the same', async () => {
  const headers = { 'content-encoding': 'gzip' };
  const server = await rudeServer([{ headers, body: gzipSync('\uFEFF{"ok":true}') }]);
  expect(await post(server.origin)).toMatchObject({ reply: { status: 200, json: { ok: true } } });
  expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
});

test('reads 200 KiB of headers', async () => {
  const headers = Object.fromEntries([1, 2, 3, 4].map((n) => [`x-trace-${n}`, 'a'.repeat(50 * 1024)]));
  expect(await replied({ headers, body: { ok: true } })).toMatchObject({ json: { ok: true } });
});

test('reads 4 MiB, and of more than that the beginning', async () => {
  const whole = 'a'.repeat(4 * 1024 * 1024);
  expect((await replied({ body: whole })).text).toBe(whole);
  const more = await replied({ status: 400, body: `${whole}b` });
  expect(more).toMatchObject({ status: 400, trouble: 'the answer is larger than 4 MiB' });
  expect(more.text).toBe(whole);
});

test('of an answer that broke off, the status and what came are kept', async () => {
  const body = '{"code":"InvalidParameter","message":"no"}';
  const reply = await replied({ status: 400, body, cutAfter: 20 });
  expect(reply).toMatchObject({ status: 400, text: body.slice(0, 20), json: undefined });
  expect(reply.trouble).toMatch(/^the answer broke off: /u);
});

test('an answer that never ends is read as far as it came in time', async () => {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const outcome = await post(`http://127.0.0.1:${port}`, { timeoutMs: 300 });
  expect(outcome).toMatchObject({
    reply: { status: 200, text: 'half', trouble: 'the answer broke off: no answer within 0 s' },
  });
});

test('what waits in the socket is read before a timeout counts', async () => {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const server = await rudeServer([{ body: { ok: true } }]);
  const sending = post(server.origin, { dispatcher, timeoutMs: 400 });
  await vi.waitFor(() => expect(server.requests).toHaveLength(1));
  // Nobody listens for longer than the timeout, as in a process that was stopped; the answer came meanwhile.
  const untilMs = performance.now() + 1000;
  while (performance.now() < untilMs);
  expect(await sending).toMatchObject({ kind: 'reply', reply: { json: { ok: true } } });
});

test('an answer that did not come is not waited for any longer', async () => {
  const server = await rudeServer([{ hang: true }]);
  expect(await post(server.origin, { timeoutMs: 200 })).toEqual({
    kind: 'lost',
    reason: 'no answer within 0 s',
  });
});
