import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { createDispatchers } from '../../src/net/dispatchers.ts';
import { guardLookup, PrivateNameError } from '../../src/net/link-policy.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { environmentFor, openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { expectRefusal, recordsOf } from './bad-input-checks.ts';

const accepted = { body: { output: { task_id: 't-1', task_status: 'PENDING' }, request_id: 'r-1' } };
const succeeded = (url: string) => ({
  body: { output: { task_id: 't-1', task_status: 'SUCCEEDED', video_url: url }, request_id: 'r-2' },
});
const away = 'api.wan-test.invalid';

test.each([301, 302, 307, 308])('a submit answered %i is not followed', async (status) => {
  const thief = await rudeServer([accepted]);
  const service = await rudeServer([{ status, headers: { location: `${thief.origin}/api/v1/x` } }]);
  const run = await runWan(['t2v', 'a', '-v'], { env: environmentFor(service.origin) });
  expectRefusal(run, 6, new RegExp(`redirect \\(${status}\\)`, 'u'), /--base-url/u);
  expect(service.requests).toHaveLength(1);
  expect(thief.requests).toEqual([]);
});

test('a submit answered 303 is not followed, and stays open: something was done there', async () => {
  const thief = await rudeServer([accepted]);
  const service = await rudeServer([{ status: 303, headers: { location: `${thief.origin}/api/v1/x` } }]);
  const run = await runWan(['t2v', 'a'], { env: environmentFor(service.origin) });
  expectRefusal(run, 14, /\(303\); it was not sent again/u, /wan resume \w{12}/u);
  expect(service.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  expect(thief.requests).toEqual([]);
});

test.each([302, 307])('a poll answered %i is not followed, and the job stays open', async (status) => {
  const thief = await rudeServer([succeeded('http://127.0.0.1:1/x.mp4')]);
  const service = await rudeServer([accepted, { status, headers: { location: thief.origin } }]);
  const run = await runWan(['t2v', 'a'], { env: environmentFor(service.origin) });
  expectRefusal(run, 6, /redirect/u, /--base-url.*wan wait /u);
  expect(thief.requests).toEqual([]);
  expect(await recordsOf(run.place, 'open')).toHaveLength(1);
});

test('neither a result host nor where it redirects sees the key, a cookie or the account', async () => {
  const sandbox = await openSandbox();
  const made = await runWan(['t2v', 'a', '--json'], { env: sandbox.env });
  const link = /"url":"([^"]+)"/u.exec(made.stdout)?.[1] ?? '';
  const second = await rudeServer([{ status: 302, headers: { location: link } }]);
  const first = await rudeServer([
    { status: 307, headers: { location: `${second.origin}/b.mp4`, 'set-cookie': 'a=b; Path=/' } },
  ]);
  const service = await rudeServer([accepted, succeeded(`${first.origin}/a.mp4?Signature=x`)]);
  const run = await runWan(['t2v', 'a'], { env: environmentFor(service.origin) });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(service.requests.map(({ headers }) => headers['authorization'])).toEqual([
    `Bearer ${sandboxKey}`,
    `Bearer ${sandboxKey}`,
  ]);
  const strangers = [...first.requests, ...second.requests, ...sandbox.downloads()];
  expect(strangers.length).toBeGreaterThanOrEqual(3);
  for (const { url, headers } of strangers) {
    expect(headers['authorization']).toBeUndefined();
    expect(headers['cookie']).toBeUndefined();
    expect(JSON.stringify([url, headers])).not.toContain(sandboxKey);
  }
});

test('a stored key goes to the address it was stored for, and to no other', async () => {
  const [place, sandbox, other] = await Promise.all([makePlace(), openSandbox(), rudeServer([accepted])]);
  const login = ['auth', 'login', '--provider', 'dashscope', '--api-key-stdin', '--base-url', sandbox.origin];
  const stored = await runWan(login, { place, input: sandboxKey });
  expect(stored.exitCode, stored.stderr).toBe(0);
  const before = sandbox.requests.length;
  const refusals = await Promise.all([
    runWan(['t2v', 'a', '--base-url', other.origin], { place }),
    runWan(['t2v', 'a'], { place, env: { DASHSCOPE_BASE_URL: other.origin } }),
    runWan(['t2v', 'a', '--profile', 'dashscope', '--base-url', other.origin], { place }),
    runWan(['t2v', 'a', '--base-url', sandbox.origin.replace('127.0.0.1', 'localhost')], { place }),
    runWan(['t2v', 'a', '--base-url', 'https://dashscope.aliyuncs.com.wan-test.invalid'], { place }),
    runWan(['t2v', 'a', '--base-url', 'https://evil.aliyuncs.com'], { place }),
  ]);
  for (const run of refusals)
    expectRefusal(run, 3, /stored key .* is not for/u, /wan auth login|DASHSCOPE_API_KEY/u);
  expect(other.requests).toEqual([]);
  expect(sandbox.requests).toHaveLength(before);
  const good = await runWan(['t2v', 'a', '--no-wait'], { place });
  expect(good.exitCode, good.stderr).toBe(0);
});

test('a record does not choose where a key goes', async () => {
  const [place, first, second] = await Promise.all([makePlace(), openSandbox(), openSandbox()]);
  const made = await runWan(['t2v', 'a', '--no-wait', '--print', 'id'], { place, env: first.env });
  const before = first.requests.length;
  const run = await runWan(['wait', made.stdout.trim()], { place, env: second.env });
  expectRefusal(run, 3, /was made at http:\/\/127\.0\.0\.1/u, /--base-url/u);
  expect([first.requests.length, second.requests.length]).toEqual([before, 0]);
});

test.each(['http://wan-test.invalid', 'http://10.0.0.1/api/v1', 'http://127.0.0.1.wan-test.invalid'])(
  'a key is not sent in the open to %s',
  async (base) => {
    const run = await runWan(['t2v', 'a', '--base-url', base], { env: { DASHSCOPE_API_KEY: sandboxKey } });
    expectRefusal(run, 2, /plain http/u, /https:\/\//u);
  },
);

test.each(['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'])(
  '%s is not used for this machine',
  async (name) => {
    const [proxy, sandbox] = await Promise.all([fakeProxy(), openSandbox()]);
    const run = await runWan(['t2v', 'a'], { env: { ...sandbox.env, [name]: proxy.origin } });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(proxy.connects).toEqual([]);
  },
);

const abroad = (name: string, value: string, more: Record<string, string> = {}) => ({
  env: { DASHSCOPE_API_KEY: sandboxKey, DASHSCOPE_BASE_URL: `https://${away}`, [name]: value, ...more },
});

test.each(['HTTPS_PROXY', 'https_proxy'])(
  '%s leads to other hosts, and its user is told whose',
  async (name) => {
    const proxy = await fakeProxy();
    const run = await runWan(['status', '--task-id', 't-1'], abroad(name, proxy.origin));
    expectRefusal(run, 6, /could not be reached/u, /ask again/u);
    expect(run.stderr).toContain(`the key from DASHSCOPE_API_KEY is sent to ${away}`);
    expect(proxy.connects).toEqual([`${away}:443`]);
    expect(JSON.stringify(proxy.seen)).not.toContain(sandboxKey);
  },
);

test('a proxy may be written without a scheme', async () => {
  const proxy = await fakeProxy();
  const run = await runWan(
    ['status', '--task-id', 't-1'],
    abroad('HTTPS_PROXY', proxy.origin.slice('http://'.length)),
  );
  expect(run.exitCode, run.stderr).toBe(6);
  expect(proxy.connects).toEqual([`${away}:443`]);
});

test.each([
  ['NO_PROXY', away],
  ['no_proxy', '.wan-test.invalid'],
  ['NO_PROXY', '*'],
])('%s=%s keeps the proxy out', async (name, value) => {
  const proxy = await fakeProxy();
  const options = abroad('HTTPS_PROXY', proxy.origin, { [name]: value });
  const run = await runWan(['status', '--task-id', 't-1'], options);
  expect(run.exitCode, run.stderr).toBe(6);
  expect(proxy.connects).toEqual([]);
});

test('a proxy that is no address is a usage error, which does not show its password', async () => {
  const run = await runWan(['status', '--task-id', 't-1'], abroad('HTTPS_PROXY', 'http://me:pass-word:::/'));
  expectRefusal(run, 2, /HTTPS_PROXY is not the address/u, /http:\/\/host:port/u);
  expect(run.stderr).not.toContain('pass-word');
});

test('a name that stands for a private address is refused where the connection is made', async () => {
  const server = await rudeServer([{ body: 'video' }]);
  const dispatchers = createDispatchers({});
  onTestFinished(dispatchers.close);
  // Only a service on this machine may give such links, so a real run cannot show it without a real service.
  const rebound = guardLookup((_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]));
  const url = new URL(`http://video.wan-test.invalid:${server.port}/a.mp4`);
  const failure: unknown = await request(url, { dispatcher: dispatchers.shared(url, rebound) }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(PrivateNameError);
  expect(server.requests).toEqual([]);
});

type FakeProxy = { origin: string; connects: string[]; seen: unknown[] };

/** Notes who is asked for, and lets nobody through. */
async function fakeProxy(): Promise<FakeProxy> {
  const connects: string[] = [];
  const seen: unknown[] = [];
  const server: Server = createServer((incoming, response) => {
    connects.push(incoming.url ?? '');
    response.writeHead(403).end();
  });
  server.on('connect', (incoming, socket) => {
    connects.push(incoming.url ?? '');
    seen.push(incoming.headers);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connects, seen };
}
