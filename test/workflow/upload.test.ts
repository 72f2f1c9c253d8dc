import { Agent } from 'undici';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { UploadUnavailableError } from '../../src/core/errors.ts';
import { createApiClient } from '../../src/net/client.ts';
import { createUploadClient, uploadAddress } from '../../src/net/upload-client.ts';
import { providers } from '../../src/providers/index.ts';
import { bytesAsset } from '../../src/store/asset-file.ts';
import { createUploadCache } from '../../src/store/uploads.ts';
import { headersOf } from '../../src/workflow/connection.ts';
import type { UploadTools } from '../../src/workflow/upload-order.ts';
import { uploadAsset } from '../../src/workflow/upload.ts';
import type { Connection } from '../../src/workflow/runtime.ts';
import { rudeServer, type RudeScript } from '../helpers/rude-server.ts';
import { openHarness, startTime } from '../sandbox/harness.ts';
import { png } from '../sandbox/pictures.ts';
import { connectionTo } from './fake-runtime.ts';

const picture = bytesAsset(png(300, 300), 'My cät.png', { extension: 'png', mimeType: 'image/png' });
const order = { model: 'wan2.6-i2v', asset: picture, onProgress: () => {} };

async function openTools(env: Record<string, string> = {}) {
  const directory = await mkdtemp(path.join(tmpdir(), 'wan-upload-'));
  const agent = new Agent();
  onTestFinished(async () => {
    await agent.destroy();
    await rm(directory, { recursive: true, force: true });
  });
  const sleeps: number[] = [];
  let now = startTime;
  const { signal } = new AbortController();
  const network = {
    dispatchers: { shared: () => agent, fresh: () => agent, close: async () => {}, advice: () => '' },
    userAgent: 'test',
    redact: (text: string) => text,
    trace: () => {},
  };
  const client = createApiClient({ ...network, now: () => now });
  const post = createUploadClient(network);
  const tools: UploadTools = {
    clock: {
      now: () => now,
      monotonic: () => now,
      sleep: async (ms) => {
        sleeps.push(ms);
        now += ms;
      },
    },
    random: Math.random,
    signal,
    send: (connection, call) =>
      client({ base: connection.base, headers: headersOf(connection) }, call, { signal }),
    uploading: {
      post: ({ fields, file: { field, name, asset }, ...call }) =>
        post({ ...call, form: { fields, file: { ...asset, field, name } }, signal }),
      cache: createUploadCache(directory),
      variable: (name) => env[name],
    },
    notice: () => {},
  };
  return { tools, sleeps, pass: (ms: number) => (now += ms) };
}

function to(provider: 'dashscope' | 'acedata', base: string, patch: Partial<Connection> = {}): Connection {
  return connectionTo(provider, { base, isCustomBase: true, region: undefined, ...patch });
}

describe('DashScope', () => {
  test('takes a file once; the same file again sends nothing until six hours are left', async () => {
    const sandbox = await openHarness();
    const { tools, pass } = await openTools();
    const connection = to('dashscope', `${sandbox.origin}/api/v1`);
    const first = await uploadAsset(tools, connection, order);
    expect(first).toMatchObject({
      url: expect.stringMatching(/^oss:\/\/dashscope-instant\/.+\/[0-9a-f]{16}-My-ca-t\.png$/u),
      isCached: false,
    });
    expect(sandbox.log.map(({ url }) => url)).toEqual([
      '/api/v1/uploads?action=getPolicy&model=wan2.6-i2v',
      '/dashscope-file',
    ]);
    expect(sandbox.log[1]?.headers).not.toHaveProperty('authorization');
    expect(await uploadAsset(tools, connection, order)).toEqual({ ...first, isCached: true });
    expect(sandbox.log).toHaveLength(2);
    await uploadAsset(tools, connection, { ...order, model: 'wan2.6-i2v-flash' });
    expect(sandbox.log).toHaveLength(4);
    pass(43 * 3_600_000);
    expect(await uploadAsset(tools, connection, order)).toMatchObject({ isCached: false });
  });

  const xml = (code: string, message: string) =>
    `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const policy = (origin: string, more: object = {}) => ({
    data: {
      policy: 'cA==',
      signature: 'c2ln',
      upload_dir: 'dir',
      upload_host: `${origin}/form`,
      max_file_size_mb: '1',
      oss_access_key_id: 'id',
      ...more,
    },
  });
  /** A service whose policy calls and whose store answer by scripts of their own. */
  async function service(store: RudeScript & readonly object[], more: object = {}) {
    let forms = 0;
    const server = await rudeServer((request) => {
      if (request.method === 'GET') return { body: policy(`http://${request.headers.host}`, more) };
      forms += 1;
      return store[forms - 1] ?? store.at(-1) ?? {};
    });
    return { server, connection: to('dashscope', `${server.origin}/api/v1`) };
  }

  test('gives a new policy for one that expired, twice', async () => {
    const expired = {
      status: 403,
      body: xml('AccessDenied', 'Invalid according to Policy: Policy expired.'),
    };
    const kind = await service([expired, expired, {}]);
    const { tools } = await openTools();
    await uploadAsset(tools, kind.connection, order);
    expect(kind.server.requests.map(({ method }) => method).join(' ')).toBe('GET POST GET POST GET POST');
    const strict = await service([expired]);
    await expect(uploadAsset(tools, { ...strict.connection, fingerprint: 'x' }, order)).rejects.toMatchObject(
      {
        exitCode: 6,
        code: 'AccessDenied',
      },
    );
    expect(strict.server.requests).toHaveLength(6);
  });

  test('is tried again after passing faults, and believed when it refuses', async () => {
    const busy = await service([{ status: 503 }, { drop: 'before' }, {}]);
    const { tools, sleeps } = await openTools();
    await uploadAsset(tools, busy.connection, order);
    expect(sleeps).toEqual([1000, 3000]);
    const strict = await service([{ status: 403, body: xml('SignatureDoesNotMatch', 'secret') }]);
    const failure = uploadAsset(tools, { ...strict.connection, fingerprint: 'x' }, order);
    await expect(failure).rejects.toThrow(/403 SignatureDoesNotMatch$/u);
    expect(strict.server.requests).toHaveLength(2);
  });

  test('is sent nothing that is too large, nor to where no file may go', async () => {
    const small = await service([{}], { max_file_size_mb: 0.00001 });
    const { tools } = await openTools();
    await expect(uploadAsset(tools, small.connection, order)).rejects.toMatchObject({ exitCode: 2 });
    const plain = await service([{}], { upload_host: 'http://store.example' });
    await expect(uploadAsset(tools, plain.connection, order)).rejects.toThrow(/without https/u);
    expect([...small.server.requests, ...plain.server.requests].map(({ method }) => method)).toEqual([
      'GET',
      'GET',
    ]);
  });

  test.each(['<html>welcome</html>', '{}', 'OK', xml('AccessDenied', 'no')])(
    'does not have the file when its store answers 200 %s',
    async (body) => {
      const { tools, sleeps } = await openTools();
      const kind = await service([{ body }]);
      const failure = uploadAsset(tools, kind.connection, order);
      await expect(failure).rejects.toBeInstanceOf(UploadUnavailableError);
      expect(sleeps).toEqual([1000, 3000, 8000]);
      const mended = await service([{ body: '' }]);
      expect(await uploadAsset(tools, mended.connection, order)).toMatchObject({ isCached: false });
    },
  );

  test.each<[number, string]>([
    [200, ''],
    [204, ''],
    [201, '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Bucket>b</Bucket></PostResponse>'],
  ])('has the file when its store answers %i %s', async (status, body) => {
    const { tools } = await openTools();
    const kind = await service([{ status, body }]);
    expect(await uploadAsset(tools, kind.connection, order)).toMatchObject({ isCached: false });
  });

  test('takes a file under another ending anew: the name tells its type', async () => {
    const { tools } = await openTools();
    const kind = await service([{}]);
    await uploadAsset(tools, kind.connection, order);
    const asset = { ...picture, extension: 'jpg', mimeType: 'image/jpeg' };
    expect(await uploadAsset(tools, kind.connection, { ...order, asset })).toMatchObject({ isCached: false });
  });

  test('is not told an address that cannot be one of its own, whatever the cache says', async () => {
    const { tools } = await openTools();
    const kind = await service([{}]);
    const times = { uploaded_at: new Date(startTime).toISOString(), expires_at: '2999-01-01T00:00:00.000Z' };
    const find = async () => ({ url: 'https://evil.example/a.png', ...times });
    const cache = { ...tools.uploading.cache, find };
    const uploading = { ...tools.uploading, cache };
    expect(await uploadAsset({ ...tools, uploading }, kind.connection, order)).toMatchObject({
      url: expect.stringMatching(/^oss:/u),
      isCached: false,
    });
  });

  test('takes a limit below one byte for none', async () => {
    const { tools } = await openTools();
    const kind = await service([{}], { max_file_size_mb: 1e-10 });
    expect(await uploadAsset(tools, kind.connection, order)).toMatchObject({ isCached: false });
  });

  test('without uploads says so in a class of its own', async () => {
    const server = await rudeServer([{ status: 404, body: { code: 'NotFound', message: 'no such path' } }]);
    const { tools } = await openTools();
    const failure = uploadAsset(tools, to('dashscope', server.origin), order);
    await expect(failure).rejects.toBeInstanceOf(UploadUnavailableError);
  });

  test('with a refused key keeps the class of that', async () => {
    const server = await rudeServer([{ status: 401, body: { code: 'InvalidApiKey', message: 'no' } }]);
    const { tools } = await openTools();
    await expect(uploadAsset(tools, to('dashscope', server.origin), order)).rejects.toMatchObject({
      exitCode: 3,
    });
  });

  test('falls back from a workspace’s host to the region’s shared one', async () => {
    const { tools } = await openTools();
    const asked: string[] = [];
    const send: UploadTools['send'] = async ({ base }) => {
      asked.push(new URL(base).host);
      return { kind: 'reply', reply: { status: 404, headers: {}, text: '', json: undefined } };
    };
    const base = 'https://ws-1.cn-beijing.maas.aliyuncs.com/api/v1';
    const connection = to('dashscope', base, { isCustomBase: false, region: 'beijing' });
    await expect(uploadAsset({ ...tools, send }, connection, order)).rejects.toThrow(/no upload/u);
    expect(asked).toEqual(['ws-1.cn-beijing.maas.aliyuncs.com', 'dashscope.aliyuncs.com']);
  });
});

describe('AceData', () => {
  test('takes a file with the key of its console', async () => {
    const server = await rudeServer([{ body: { file_url: 'https://cdn.example/a.png' } }]);
    const { tools } = await openTools({ ACEDATACLOUD_PLATFORM_TOKEN: 'Bearer platform-1' });
    const sent = await uploadAsset(tools, to('acedata', server.origin), order);
    expect(sent).toEqual({ url: 'https://cdn.example/a.png', expiresAt: null, isCached: false });
    expect(server.requests).toMatchObject([
      { method: 'POST', url: '/api/v1/files/', headers: { authorization: 'Bearer platform-1' } },
    ]);
  });

  test('is never believed to keep a file longer than it does', async () => {
    const server = await rudeServer([
      { body: { url: 'https://cdn.example/a.png', expires_at: '2999-01-01T00:00:00Z' } },
    ]);
    const { tools } = await openTools();
    let kept: string | undefined;
    const keep = async (_identity: unknown, entry: { expires_at: string }) => {
      kept = entry.expires_at;
    };
    const uploading = { ...tools.uploading, cache: { ...tools.uploading.cache, keep } };
    const variable = (name: string) => (name === 'SINANCODE_UPLOAD_BASE_URL' ? server.origin : undefined);
    const connection = to('acedata', server.origin, { provider: providers.sinancode });
    await uploadAsset({ ...tools, uploading: { ...uploading, variable } }, connection, order);
    expect(Date.parse(kept ?? '') - startTime).toBe(30 * 86_400_000);
  });

  test('without that key says how to get an address', async () => {
    const { tools } = await openTools();
    await expect(uploadAsset(tools, connectionTo('acedata'), order)).rejects.toMatchObject({
      exitCode: 3,
      hint: 'host the file and give its https address, or set ACEDATACLOUD_PLATFORM_TOKEN',
    });
  });
});

test.each([
  ['http://store.example/', false],
  ['https://127.0.0.1/', false],
  ['https://169.254.169.254/', false],
  ['https://me:secret@store.example/', false],
  ['ftp://store.example/', true],
  ['http://store.example/', true],
])('a file is not sent to %s (private API: %s)', (address, mayBePrivate) => {
  expect(() => uploadAddress(address, mayBePrivate)).toThrow(/wants the file sent to/u);
});
