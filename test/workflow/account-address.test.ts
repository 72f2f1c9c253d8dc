import { describe, expect, test } from 'vitest';
import { AuthError, UsageError } from '../../src/core/errors.ts';
import type { Profile } from '../../src/core/settings.ts';
import type { AccountSources } from '../../src/workflow/account.ts';
import { failureOf } from '../core/refusal.ts';
import { accountOf } from './account-sources.ts';

const env = { DASHSCOPE_API_KEY: 'sk-env' };
const stored = (patch: Partial<Profile> = {}): AccountSources['settings'] => ({
  profiles: { dashscope: { provider: 'dashscope', key: 'sk-stored', ...patch } },
});

const intl = 'https://dashscope-intl.aliyuncs.com/api/v1';
const proxy = 'https://proxy.example';

describe('region and base', () => {
  test.each<[string, Partial<AccountSources>, object]>([
    [
      'of nothing are still to be found',
      { env },
      { region: undefined, base: undefined, isCustomBase: false },
    ],
    [
      'by flag',
      { env: { ...env, WAN_REGION: 'beijing' }, flags: { region: 'intl' } },
      { region: 'singapore', base: intl },
    ],
    [
      'by environment',
      { env: { ...env, WAN_REGION: 'us' } },
      { region: 'virginia', base: 'https://dashscope-us.aliyuncs.com/api/v1' },
    ],
    [
      'by environment, over the profile',
      { env: { ...env, WAN_REGION: 'us' }, settings: stored({ region: 'beijing' }) },
      { region: 'virginia' },
    ],
    [
      'by profile',
      { settings: stored({ region: 'hongkong' }) },
      { region: 'hongkong', base: 'https://cn-hongkong.dashscope.aliyuncs.com/api/v1' },
    ],
    [
      'by an explicit profile, over the environment',
      {
        flags: { profile: 'dashscope' },
        env: { ...env, WAN_REGION: 'us' },
        settings: stored({ region: 'beijing' }),
      },
      { region: 'beijing', base: 'https://dashscope.aliyuncs.com/api/v1' },
    ],
    [
      'by the host of an own base',
      { env: { ...env, DASHSCOPE_HTTP_BASE_URL: intl } },
      { region: 'singapore', base: intl, isCustomBase: false },
    ],
    [
      'by the first of two base variables',
      { env: { ...env, DASHSCOPE_BASE_URL: proxy, DASHSCOPE_HTTP_BASE_URL: intl } },
      { base: intl },
    ],
    [
      'by the flag’s base, over the environment',
      { env: { ...env, DASHSCOPE_HTTP_BASE_URL: intl }, flags: { baseUrl: proxy } },
      { base: `${proxy}/api/v1`, region: undefined, isCustomBase: true },
    ],
    [
      'of a custom base, with the region that is given',
      { env, flags: { baseUrl: proxy, region: 'us' } },
      { region: 'virginia', isCustomBase: true },
    ],
    [
      'of a base on this machine',
      { env, flags: { baseUrl: 'localhost:18080' } },
      { base: 'http://localhost:18080/api/v1', isCustomBase: true },
    ],
    [
      'of a workspace',
      { env: { ...env, DASHSCOPE_WORKSPACE: 'llm-1' }, flags: { region: 'tokyo' } },
      {
        region: 'tokyo',
        workspace: 'llm-1',
        base: 'https://llm-1.ap-northeast-1.maas.aliyuncs.com/api/v1',
        isCustomBase: false,
      },
    ],
    [
      'of a workspace’s own host',
      { env, flags: { baseUrl: 'ws-9.eu-central-1.maas.aliyuncs.com' } },
      {
        region: 'frankfurt',
        base: 'https://ws-9.eu-central-1.maas.aliyuncs.com/api/v1',
        isCustomBase: false,
      },
    ],
    [
      'of a workspace without region wait for it',
      { env, flags: { workspace: 'ws-1' } },
      { base: undefined, workspace: 'ws-1' },
    ],
    [
      'agree where both are given',
      { env, flags: { baseUrl: intl, region: 'singapore' } },
      { region: 'singapore' },
    ],
    [
      'of AceData are one host and none',
      { env: { ACEDATA_API_KEY: 'a', WAN_REGION: 'us' } },
      { region: undefined, base: 'https://api.acedata.cloud', isCustomBase: false },
    ],
    [
      'of an empty variable are not given',
      { env: { ...env, WAN_REGION: '', DASHSCOPE_BASE_URL: ' ' } },
      { region: undefined, base: undefined },
    ],
  ])('%s', (_name, sources, expected) => {
    expect(accountOf(sources)).toMatchObject(expected);
  });

  test.each<[string, Partial<AccountSources>, RegExp]>([
    [
      'a region that the own host is not in',
      { env, flags: { baseUrl: intl, region: 'beijing' } },
      /leave out --region beijing/u,
    ],
    [
      'a region that the workspace’s host is not in',
      { env, flags: { baseUrl: 'ws-9.eu-central-1.maas.aliyuncs.com', region: 'us' } },
      /leave out --region/u,
    ],
    [
      'a region without a shared host, and no workspace',
      { env, flags: { region: 'frankfurt' } },
      /--workspace <id>/u,
    ],
    ['Tokyo without a workspace', { env, flags: { region: 'tokyo' } }, /--workspace <id>/u],
    [
      'a region at a provider without any',
      { env: { ACEDATA_API_KEY: 'a' }, flags: { region: 'us' } },
      /leave out --region/u,
    ],
    ['an unknown region', { env, flags: { region: 'mars' } }, /--region beijing/u],
    [
      'a workspace that would change the host',
      { env, flags: { workspace: 'evil.example/', region: 'us' } },
      /--workspace/u,
    ],
    ['a workspace with a dot', { env, flags: { workspace: 'a.b', region: 'us' } }, /--workspace/u],
    ['plain http', { env, flags: { baseUrl: 'http://proxy.example' } }, /https:\/\/proxy\.example/u],
  ])('%s is a usage error', async (_name, sources, hint) => {
    const error = await failureOf(() => accountOf(sources));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).toMatch(hint);
  });

  test.each<[string, Partial<AccountSources>]>([
    ['flag', { flags: { baseUrl: intl } }],
    ['environment', { env: { DASHSCOPE_BASE_URL: intl } }],
  ])('a base by %s is stronger than the region that the profile remembers', (_name, sources) => {
    expect(accountOf({ settings: stored({ region: 'beijing' }), ...sources })).toMatchObject({
      region: 'singapore',
      base: intl,
    });
  });

  test.each<[string | undefined, Partial<AccountSources>]>([
    [undefined, { flags: { region: 'beijing' } }],
    ['--base-url', { flags: { baseUrl: intl }, env: { DASHSCOPE_BASE_URL: proxy } }],
    ['DASHSCOPE_BASE_URL', { env: { DASHSCOPE_BASE_URL: intl } }],
    ['the profile’s base_url', { settings: stored({ base_url: intl }) }],
  ])('what names the address is known: %s', (source, sources) => {
    expect(accountOf({ settings: stored({}), ...sources }).baseSource).toBe(source);
  });

  test('an explicit profile is not moved to another region by a base of the environment', async () => {
    const sources = {
      flags: { profile: 'dashscope' },
      env: { DASHSCOPE_BASE_URL: intl },
      settings: stored({ region: 'beijing' }),
    };
    expect(await failureOf(() => accountOf(sources))).toBeInstanceOf(UsageError);
  });
});

describe('a stored key', () => {
  test.each<[string, Partial<Profile>, string]>([
    ['to an own host', {}, intl],
    ['to a workspace’s own host', {}, 'https://ws-1.us-east-1.maas.aliyuncs.com'],
    ['to the origin it was stored for', { key_origin: proxy }, `${proxy}/wan/api/v1`],
    [
      'to this machine, where it was stored for',
      { key_origin: 'http://127.0.0.1:18080' },
      'http://127.0.0.1:18080',
    ],
  ])('goes %s', (_name, patch, baseUrl) => {
    const account = accountOf({ flags: { baseUrl }, settings: stored(patch) });
    expect(account.key.isStored).toBe(true);
    expect(account.notices).toEqual([]);
  });

  test.each<[string, Partial<Profile>, string]>([
    ['to a stranger', {}, proxy],
    ['to another origin than its own', { key_origin: 'https://other.example' }, proxy],
    ['to another port of its own host', { key_origin: proxy }, `${proxy}:8443`],
    ['to any host of the cloud', {}, 'https://evil.oss-cn-beijing.aliyuncs.com'],
    ['to a host that only begins like an own one', {}, 'https://dashscope.aliyuncs.com.evil.example'],
    ['to this machine', {}, 'http://127.0.0.1:18080'],
  ])('does not go %s', async (_name, patch, baseUrl) => {
    const error = await failureOf(() => accountOf({ flags: { baseUrl }, settings: stored(patch) }));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.hint).toMatch(/^wan auth login --provider dashscope --base-url https?:/u);
    expect(error.message).not.toContain('sk-stored');
  });

  test('does not follow a base of the environment, nor of its own profile', async () => {
    const byVariable = { env: { DASHSCOPE_BASE_URL: proxy }, settings: stored() };
    const byProfile = { settings: stored({ base_url: proxy }) };
    for (const sources of [byVariable, byProfile]) {
      expect(await failureOf(() => accountOf(sources))).toBeInstanceOf(AuthError);
    }
  });
});

describe('an environment key', () => {
  test('goes to another host, and that is said', () => {
    const { notices } = accountOf({ env, flags: { baseUrl: proxy } });
    expect(notices).toEqual([
      'the key from DASHSCOPE_API_KEY is sent to proxy.example, which is not one of Alibaba Model Studio (DashScope)',
    ]);
  });

  test.each([intl, 'http://127.0.0.1:18080', 'localhost:1'])('goes to %s without a word', (baseUrl) => {
    expect(accountOf({ env, flags: { baseUrl } }).notices).toEqual([]);
  });
});
