import { describe, expect, test } from 'vitest';
import { AuthError, NetworkError } from '../../src/core/errors.ts';
import type { SendOutcome } from '../../src/core/http.ts';
import type { Region } from '../../src/core/region.ts';
import {
  checkKey,
  connect,
  findRegion,
  headersOf,
  type ConnectionTools,
} from '../../src/workflow/connection.ts';
import { failureOf } from '../core/refusal.ts';
import { reply } from '../core/reply.ts';
import { accountOf } from './account-sources.ts';

const env = { DASHSCOPE_API_KEY: 'sk-env' };
const good = reply(200, { request_id: 'r', total: 0, data: [] });
const refused = reply(401, { code: 'InvalidApiKey', message: 'Invalid API-key provided.', request_id: 'r' });
const cut: SendOutcome = { kind: 'lost', reason: 'reset' };
const unreachable: SendOutcome = { kind: 'never-sent', reason: 'ENOTFOUND' };
const busy = reply(503, '<html>busy</html>');

type Answers = Partial<Record<Region, SendOutcome>>;

/** Tools over a service that answers by region, and a list of all that happened. */
function toolsFor(answers: Answers, remembered?: Region) {
  const log: string[] = [];
  const tools: ConnectionTools = {
    send: async (connection, call) => {
      log.push(`${call.method} ${connection.base}${call.path} ${connection.key}`);
      return answers[connection.region as Region] ?? refused;
    },
    fingerprint: async (text) => `print of ${text.replaceAll('\n', '|')}`,
    recallRegion: () => remembered,
    rememberRegion: async (print, region) => void log.push(`remember ${print} ${region}`),
    notice: (message) => log.push(`notice ${message}`),
  };
  return { tools, log };
}

describe('the region of a key', () => {
  test('is the one whose free call takes it', async () => {
    const { tools, log } = toolsFor({ singapore: good });
    expect(await findRegion(accountOf({ env }), tools)).toBe('singapore');
    expect(log.toSorted()).toEqual(
      [
        'https://cn-hongkong.dashscope.aliyuncs.com',
        'https://dashscope-intl.aliyuncs.com',
        'https://dashscope-us.aliyuncs.com',
        'https://dashscope.aliyuncs.com',
      ].map((host) => `GET ${host}/api/v1/tasks/?page_no=1&page_size=1 sk-env`),
    );
  });

  test.each<[string, Answers]>([
    ['others cannot be reached', { beijing: unreachable, virginia: good, hongkong: cut }],
    ['others are busy', { beijing: busy, virginia: good, singapore: reply(200, '') }],
  ])('is found although %s', async (_name, answers) => {
    expect(await findRegion(accountOf({ env }), toolsFor(answers).tools)).toBe('virginia');
  });

  test('does not exist where every region refuses the key: exit 3', async () => {
    const error = await failureOf(() => findRegion(accountOf({ env }), toolsFor({}).tools));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).toBe(
      'the key from DASHSCOPE_API_KEY is refused in beijing, singapore, virginia, hongkong',
    );
    expect(error.hint).toContain('--workspace');
  });

  test.each<[string, SendOutcome]>([
    ['a text', reply(401, 'invalid api key')],
    ['a page', reply(403, '<html><title>403 Forbidden</title></html>')],
    ['nothing', reply(401, '')],
    ['the words of a framework', reply(403, { detail: 'Not authenticated' })],
  ])('does not exist where one refuses the key by %s', async (_name, outcome) => {
    const { tools } = toolsFor({ hongkong: outcome });
    expect(await failureOf(() => findRegion(accountOf({ env }), tools))).toBeInstanceOf(AuthError);
  });

  test.each<[string, SendOutcome]>([
    ['is behind a proxy that wants a password', reply(407, 'Proxy Authentication Required')],
    ['timed out', reply(408, '')],
    ['limits requests', reply(429, 'slow down')],
    ['has a gateway that broke', reply(502, '<html>bad gateway</html>')],
    ['cannot be reached', unreachable],
    ['breaks the connection', cut],
    ['answers with a page', busy],
    ['answers with nothing', reply(200, '')],
    ['is too busy', reply(429, { code: 'Throttling', message: 'slow', request_id: 'r' })],
  ])('stays open, and the key is not called refused, while one %s', async (_name, outcome) => {
    const error = await failureOf(() =>
      findRegion(accountOf({ env }), toolsFor({ hongkong: outcome }).tools),
    );
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ hint: 'give it with --region', retryable: true });
    expect(error.message).toMatch(/^cannot find the key’s region: hongkong could not be asked: ./u);
  });
});

describe('a connection', () => {
  test('finds the region once, says it, and remembers it for the key', async () => {
    const { tools, log } = toolsFor({ virginia: good });
    const connection = await connect(accountOf({ env }), tools);
    expect(connection).toMatchObject({
      region: 'virginia',
      base: 'https://dashscope-us.aliyuncs.com/api/v1',
      key: 'sk-env',
      isCustomBase: false,
      fingerprint: 'print of dashscope|sk-env|virginia|https://dashscope-us.aliyuncs.com/api/v1',
    });
    expect(log.slice(4)).toEqual([
      'notice the key from DASHSCOPE_API_KEY belongs to virginia; use --region to say so yourself',
      'remember print of dashscope|sk-env virginia',
    ]);
  });

  test('asks nobody where the region is remembered', async () => {
    const { tools, log } = toolsFor({}, 'hongkong');
    expect((await connect(accountOf({ env }), tools)).region).toBe('hongkong');
    expect(log).toEqual([]);
  });

  test('asks nobody where the address is given, and passes on what is to be said of it', async () => {
    const { tools, log } = toolsFor({});
    const connection = await connect(accountOf({ env, flags: { baseUrl: 'proxy.example' } }), tools);
    expect(connection).toMatchObject({
      region: undefined,
      base: 'https://proxy.example/api/v1',
      isCustomBase: true,
    });
    expect(log).toEqual([
      expect.stringMatching(/^notice the key from DASHSCOPE_API_KEY is sent to proxy\.example/u),
    ]);
  });

  test('goes to the workspace’s own host once the region is found', async () => {
    const { tools } = toolsFor({ singapore: good });
    const connection = await connect(accountOf({ env, flags: { workspace: 'llm-1' } }), tools);
    expect(connection.base).toBe('https://llm-1.ap-southeast-1.maas.aliyuncs.com/api/v1');
    expect(headersOf(connection)).toEqual({ authorization: 'Bearer sk-env' });
  });

  test('names the workspace in a header only at a custom base', async () => {
    const flags = { workspace: 'llm-1', baseUrl: 'proxy.example' };
    const connection = await connect(accountOf({ env, flags }), toolsFor({}).tools);
    expect(headersOf(connection)).toEqual({
      authorization: 'Bearer sk-env',
      'X-DashScope-WorkSpace': 'llm-1',
    });
  });
});

describe('a key of AceData', () => {
  const account = accountOf({ env: { ACEDATA_API_KEY: 'ace' } });
  test.each<[string, SendOutcome, string]>([
    ['{}', reply(200, {}), 'good'],
    ['null', reply(200, 'null'), 'good'],
    ['401', reply(401, { error: { code: 'invalid_token', message: 'no' } }), 'refused'],
    [
      '200 with a refusal',
      reply(200, { success: false, error: { code: 'invalid_token', message: 'no' } }),
      'refused',
    ],
    [
      'no credits, which says nothing of the key',
      reply(403, { error: { code: 'used_up', message: 'no' } }),
      'inconclusive',
    ],
    ['500', reply(500, { error: { code: 'api_error', message: 'no' } }), 'inconclusive'],
    ['a page', reply(200, '<html>'), 'inconclusive'],
    ['nothing at all', unreachable, 'inconclusive'],
  ])('answered with %s is %s', async (_name, outcome, kind) => {
    const connection = await connect(account, toolsFor({}).tools);
    expect((await checkKey(connection, async () => outcome)).kind).toBe(kind);
  });

  test('that could not be checked says what kept it from that', async () => {
    const connection = await connect(account, toolsFor({}).tools);
    const usedUp = reply(403, { error: { code: 'used_up', message: 'no' } });
    expect(await checkKey(connection, async () => usedUp)).toMatchObject({ class: 'quota' });
    expect(await checkKey(connection, async () => unreachable)).toMatchObject({ class: 'network' });
  });
});

test('a service without a free call leaves its key unchecked: nothing is sent', async () => {
  const { tools, log } = toolsFor({});
  const connection = await connect(accountOf({ env: { ACEDATA_API_KEY: 'ace' } }), tools);
  const { checkKey: _none, ...protocol } = connection.provider.protocol;
  const bare = { ...connection, provider: { ...connection.provider, protocol } };
  expect(await checkKey(bare, tools.send)).toEqual({ kind: 'unchecked' });
  expect(log).toEqual([]);
});
