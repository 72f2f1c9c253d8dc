import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createDispatchers } from '../../src/net/dispatchers.ts';
import { sendOnce } from '../../src/net/send.ts';

test('a proxy that hangs up on every CONNECT is given up soon, and nothing counts as sent', async () => {
  let connections = 0;
  const proxy = createServer((socket: Socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.once('data', () => socket.destroy());
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const { port } = proxy.address() as AddressInfo;
  const dispatchers = createDispatchers({ https_proxy: `http://127.0.0.1:${port}` });
  onTestFinished(async () => {
    await dispatchers.close();
    proxy.close();
  });
  const url = new URL('https://dashscope.aliyuncs.com/api/v1/tasks');
  const outcome = await sendOnce(
    'POST',
    url,
    { a: 1 },
    {
      dispatcher: dispatchers.shared(url),
      headers: {},
      timeoutMs: 30_000,
      signal: new AbortController().signal,
    },
  );
  expect(outcome).toEqual({ kind: 'never-sent', reason: 'the proxy closes every connection' });
  expect(connections).toBeLessThan(50);
});
