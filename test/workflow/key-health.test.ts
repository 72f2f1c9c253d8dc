import { describe, expect, test } from 'vitest';
import type { SendOutcome } from '../../src/core/http.ts';
import type { Region } from '../../src/core/region.ts';
import type { ConnectionTools } from '../../src/workflow/connection.ts';
import { findingDocument } from '../../src/workflow/finding.ts';
import { examineKey } from '../../src/workflow/key-health.ts';
import type { SendCallOptions } from '../../src/workflow/runtime.ts';
import { reply } from '../core/reply.ts';
import { accountOf } from './account-sources.ts';

const startMs = Date.UTC(2026, 10, 20, 12, 0, 0);
const env = { DASHSCOPE_API_KEY: 'sk-env-0123456789' };
const date = { date: 'Fri, 20 Nov 2026 12:05:00 GMT' };
const good = reply(200, { request_id: 'r', total: 0, data: [] }, date);
const refused = reply(401, { code: 'InvalidApiKey', message: 'Invalid API-key provided.', request_id: 'r' });
const unreachable: SendOutcome = { kind: 'never-sent', reason: 'ENOTFOUND' };

function toolsFor(answers: Partial<Record<Region | 'none', SendOutcome>>, remembered?: Region) {
  const options: (SendCallOptions | undefined)[] = [];
  const log: string[] = [];
  const tools: ConnectionTools = {
    send: async ({ region }, _call, given) => {
      options.push(given);
      return answers[(region ?? 'none') as Region] ?? refused;
    },
    fingerprint: async (text) => text,
    recallRegion: () => remembered,
    rememberRegion: async (_print, region) => void log.push(`remember ${region}`),
    notice: (message) => log.push(message),
  };
  return { tools, options, log };
}

/** A clock that goes on 40 ms with each look. */
function clock() {
  let now = startMs - 40;
  return () => (now += 40);
}

describe('the region of a key', () => {
  test.each<[string, Parameters<typeof accountOf>[0], Region | undefined, string]>([
    ['given', { env, flags: { region: 'us' } }, undefined, 'dashscope: virginia, given'],
    ['remembered', { env }, 'virginia', 'dashscope: virginia, remembered'],
    ['found', { env }, undefined, 'dashscope: virginia, found by the free call'],
  ])('is said to be %s', async (_name, sources, remembered, message) => {
    const { tools, options, log } = toolsFor({ virginia: good }, remembered);
    const { region, service } = await examineKey(accountOf(sources), tools, clock());
    expect(region).toMatchObject({ status: 'ok', message, details: { region: 'virginia' } });
    expect(service?.status).toBe('ok');
    expect(options.every((given) => given?.timeoutMs === 10_000)).toBe(true);
    // The finding says it, so no notice does.
    expect(log).toEqual(message.includes('found') ? ['remember virginia'] : []);
  });

  test('that cannot be found is the failure, and nothing more is asked', async () => {
    const { tools } = toolsFor({ singapore: unreachable });
    const health = await examineKey(accountOf({ env }), tools, clock());
    expect(health.region).toMatchObject({ status: 'failure', hint: 'give it with --region' });
    expect(health.region?.error?.exitCode).toBe(6);
    expect(health.service).toBeUndefined();
  });

  test('is none at a custom address, and of a service without regions nothing is said', async () => {
    const { tools } = toolsFor({ none: reply(200, {}) });
    const custom = accountOf({ env, flags: { baseUrl: 'proxy.example' } });
    expect((await examineKey(custom, tools, clock())).region?.message).toContain('none, because');
    const acedata = accountOf({ env: { ACEDATA_API_KEY: 'ace-012345' } });
    expect((await examineKey(acedata, tools, clock())).region).toBeUndefined();
  });
});

describe('a service', () => {
  const sources = { env, flags: { region: 'beijing' } };

  test('that takes the key tells how quickly, and its clock', async () => {
    const { tools } = toolsFor({ beijing: good });
    const health = await examineKey(accountOf(sources), tools, clock());
    expect(health.service).toMatchObject({
      status: 'ok',
      message: 'dashscope: takes the key, 40 ms to https://dashscope.aliyuncs.com',
      details: { answer: 'good', elapsed_ms: 40 },
    });
    expect(health.skewMs).toBe(300_480);
  });

  test.each<[string, Partial<Record<Region, SendOutcome>>, number, RegExp]>([
    ['refuses the key', {}, 3, /^wan auth login --provider dashscope$/u],
    [
      'refuses a key of another region',
      { hongkong: good },
      3,
      /^the key belongs to hongkong: --region hongkong$/u,
    ],
    ['cannot be reached', { beijing: unreachable }, 6, /network/u],
    ['sends a page', { beijing: reply(503, '<html>') }, 6, /network/u],
    [
      'wants money first',
      { beijing: reply(400, { code: 'Arrearage', message: 'overdue', request_id: 'r' }) },
      4,
      /account/u,
    ],
  ])('that %s is a failure with its own exit code', async (_name, answers, code, hint) => {
    const { service } = await examineKey(accountOf(sources), toolsFor(answers).tools, clock());
    expect(service?.status).toBe('failure');
    expect(service?.error?.exitCode).toBe(code);
    expect(service?.hint).toMatch(hint);
    expect(JSON.stringify(service && findingDocument(service))).not.toContain(env.DASHSCOPE_API_KEY);
  });

  test('without a free call is not asked', async () => {
    const { tools, options } = toolsFor({});
    const account = accountOf({ env: { ACEDATA_API_KEY: 'ace-012345' } });
    const { checkKey: _none, ...protocol } = account.provider.protocol;
    const bare = { ...account, provider: { ...account.provider, protocol } };
    const { service, skewMs } = await examineKey(bare, tools, clock());
    expect(service).toMatchObject({ status: 'ok', details: { answer: 'unchecked', elapsed_ms: null } });
    expect(service?.message).toBe('acedata: not checked: this service has no free call');
    expect([skewMs, options]).toEqual([undefined, []]);
  });

  test('that is not one of the provider’s own, and gets an environment key, is a warning', async () => {
    const account = accountOf({ env: { ...env, DASHSCOPE_BASE_URL: 'proxy.example' } });
    const { service } = await examineKey(account, toolsFor({ none: good }).tools, clock());
    expect(service?.status).toBe('warning');
    expect(service?.message).toContain('is sent to proxy.example');
    expect(service?.hint).toContain('leave out DASHSCOPE_BASE_URL');
  });
});

test.each<[string, Parameters<typeof accountOf>[0], string, RegExp]>([
  ['one variable', { env }, 'ok', /^dashscope: from DASHSCOPE_API_KEY$/u],
  [
    'a second name that loses',
    { env: { ...env, QWEN_API_KEY: 'sk-other' } },
    'ok',
    /from DASHSCOPE_API_KEY; not used: QWEN_API_KEY$/u,
  ],
  ['a plan key', { env: { DASHSCOPE_API_KEY: 'sk-sp-0123456789' } }, 'warning', /plan/u],
  [
    'a plan key at an address of its own',
    { env: { DASHSCOPE_API_KEY: 'sk-sp-0123456789' }, flags: { baseUrl: 'plan.example' } },
    'ok',
    /^dashscope: from DASHSCOPE_API_KEY$/u,
  ],
])('a key from %s', async (_name, sources, status, message) => {
  const account = accountOf(sources);
  const { key } = await examineKey(account, toolsFor({ beijing: good, none: good }).tools, clock());
  expect(key.status).toBe(status);
  expect(key.message).toMatch(message);
  expect(JSON.stringify(findingDocument(key))).not.toContain('0123456789');
});
