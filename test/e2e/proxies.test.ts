import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { createDispatchers } from '../../src/net/dispatchers.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { runWan } from '../helpers/run-wan.ts';
import { environmentFor } from '../helpers/sandbox.ts';

const away = 'dashscope.wan-test.invalid';
const ask = ['status', '--task-id', 't-1', '--provider', 'dashscope'];

const abroad = (env: Record<string, string>) => ({
  env: { DASHSCOPE_API_KEY: 'sk-test-0123456789', DASHSCOPE_BASE_URL: `https://${away}`, ...env },
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Answers every CONNECT with a status, and keeps what it was sent. */
async function answeringProxy(status: number) {
  const seen: IncomingHttpHeaders[] = [];
  const server = createHttpServer();
  server.on('connect', (incoming, socket) => {
    seen.push(incoming.headers);
    socket.end(`HTTP/1.1 ${status} x\r\n\r\n`);
  });
  return { port: await listen(server), seen };
}

/** Speaks plain HTTP to whoever connects, whatever they speak. */
async function plainServer(): Promise<number> {
  const answer = 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
  return listen(
    createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(answer));
    }),
  );
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

test.each([
  ['a lone %', 'me:50%25%', 'me', '50%%'],
  ['nothing but %', '%:%', '%', '%'],
  ['what is no UTF-8', 'me:%E9%', 'me', '%E9%'],
  ['an @ and a #', 'me:p@ss#w', 'me', 'p@ss#w'],
  ['a user alone', 'token-1', 'token-1', ''],
])('a proxy’s user and password with %s are taken as typed', async (_name, userinfo, user, password) => {
  const proxy = await answeringProxy(407);
  const run = await runWan(ask, abroad({ HTTPS_PROXY: `http://${userinfo}@127.0.0.1:${proxy.port}` }));
  expect(run.exitCode, run.stderr).toBe(6);
  expect(proxy.seen[0]?.['proxy-authorization']).toBe(basic(user, password));
  expect(run.stderr).toMatch(/the proxy wants a user name and a password \(407\)/u);
  expect(run.stderr).not.toContain('%E9');
});

test('a proxy that is spoken to in TLS, and speaks plain HTTP', async () => {
  const port = await plainServer();
  const run = await runWan(ask, abroad({ HTTPS_PROXY: `https://localhost:${port}` }));
  expect(run.exitCode, run.stderr).toBe(6);
  expect(run.stderr).toMatch(/speaks no TLS; a proxy is spoken to in plain HTTP.*http:\/\//u);
  expect(run.stderr).not.toMatch(/wrong version number/u);
});

test.each([
  ['ALL_PROXY', {}],
  ['all_proxy', { HTTP_PROXY: 'http://127.0.0.1:9' }],
])('%s is not read, and whoever needs it is told', async (name, more) => {
  const env = { [name]: 'socks5://127.0.0.1:9', ...more };
  const run = await runWan(ask, abroad(env));
  expect(run.exitCode, run.stderr).toBe(6);
  expect(run.stderr).toMatch(/not found|looked up/u);
  expect(run.stderr).toMatch(/ALL_PROXY is set, which wan does not read: set HTTPS_PROXY/u);
});

test.each(['https', 'http'])('a download over %s that needs it is told too', async (scheme) => {
  const service = await rudeServer(({ url }) => {
    const link = `${scheme}://${away}/a.mp4`;
    return {
      body: { output: { task_id: url.split('/').at(-1), task_status: 'SUCCEEDED', video_url: link } },
    };
  });
  const env = { ...environmentFor(service.origin), ALL_PROXY: 'socks5://127.0.0.1:9' };
  const node = ['--import', new URL('../helpers/preload/fast-time.mjs', import.meta.url).href];
  const run = await runWan(['download', '--task-id', 't-1'], { env, node });
  expect(run.exitCode, run.stderr).toBe(13);
  const told = `ALL_PROXY is set, which wan does not read: set ${scheme.toUpperCase()}_PROXY to the same`;
  expect(run.stderr.split('\n').find((line) => line.startsWith('error: '))).toContain(told);
});

test('nothing is said of ALL_PROXY where another one is used', async () => {
  const proxy = await answeringProxy(403);
  const origin = `http://127.0.0.1:${proxy.port}`;
  const run = await runWan(ask, abroad({ ALL_PROXY: origin, HTTPS_PROXY: origin }));
  expect(run.exitCode, run.stderr).toBe(6);
  expect(run.stderr).toMatch(/the proxy lets nobody through to there \(403\)/u);
  expect(run.stderr).not.toContain('ALL_PROXY');
});

test('a proxy of another kind is refused, with those there are', async () => {
  const run = await runWan(ask, abroad({ HTTPS_PROXY: 'socks4://me:pass-word@127.0.0.1:9' }));
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stderr).toMatch(/socks4[^]*http:\/\/host:port.*socks5/u);
  expect(run.stderr).not.toContain('pass-word');
});

test.each(['socks5', 'socks5h'])(
  '%s looks names up at the proxy, with the password as typed',
  async (scheme) => {
    const proxy = await socksProxy();
    const address = `${scheme}://me:50%@127.0.0.1:${proxy.port}`;
    const dispatchers = createDispatchers({ http_proxy: address });
    onTestFinished(dispatchers.close);
    const url = new URL(`http://${away}/a.mp4`);
    const reply = await request(url, { dispatcher: dispatchers.shared(url) });
    expect(reply.statusCode).toBe(200);
    await reply.body.dump();
    expect(proxy.asked).toEqual([{ user: 'me', password: '50%', host: away }]);
  },
);

test('socks5h leads the program abroad, without a word of experiments', async () => {
  const proxy = await socksProxy();
  const run = await runWan(ask, abroad({ HTTPS_PROXY: `socks5h://me:50%@127.0.0.1:${proxy.port}` }));
  expect(run.exitCode, run.stderr).toBe(6);
  expect(proxy.asked[0]).toEqual({ user: 'me', password: '50%', host: away });
  expect(run.stderr).not.toMatch(/experiment/iu);
});

test('a region that was not found comes with its cause', async () => {
  const proxy = await answeringProxy(407);
  const env = { DASHSCOPE_API_KEY: 'sk-test-0123456789', HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
  const run = await runWan(ask, { env });
  expect(run.exitCode, run.stderr).toBe(6);
  expect(run.stderr).toMatch(
    /cannot find the key’s region: beijing, singapore, virginia, hongkong could not be asked: the proxy wants/u,
  );
});

/** Takes a name and a password, notes where somebody wants to go, and answers 200 by itself. */
async function socksProxy() {
  const asked: { user: string; password: string; host: string }[] = [];
  const server = createServer((socket: Socket) => {
    let credentials = { user: '', password: '' };
    const steps = [
      () => socket.write(Buffer.from([5, 2])),
      (bytes: Buffer) => {
        const end = 2 + (bytes[1] ?? 0);
        credentials = {
          user: bytes.subarray(2, end).toString(),
          password: bytes.subarray(end + 1).toString(),
        };
        socket.write(Buffer.from([1, 0]));
      },
      (bytes: Buffer) => {
        asked.push({ ...credentials, host: bytes.subarray(5, 5 + (bytes[4] ?? 0)).toString() });
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      },
      () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    ];
    socket.on('error', () => {});
    socket.on('data', (bytes) => steps.shift()?.(bytes));
  });
  return { port: await listen(server), asked };
}
