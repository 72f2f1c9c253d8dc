import { describe, expect, test } from 'vitest';
import { AuthError, UsageError } from '../../src/core/errors.ts';
import { cleanKey } from '../../src/core/clean-key.ts';
import type { AccountSources } from '../../src/workflow/account.ts';
import { failureOf } from '../core/refusal.ts';
import { accountOf } from './account-sources.ts';

const env = { DASHSCOPE_API_KEY: 'sk-env' };
const settings: AccountSources['settings'] = {
  profiles: {
    dashscope: { provider: 'dashscope', key: 'sk-stored' },
    cn: { provider: 'dashscope', key: 'sk-cn', region: 'beijing' },
    ace: { provider: 'acedata', key: 'ace-stored' },
  },
};
const files: AccountSources['keyFile'] = (provider, which) =>
  provider.id === 'dashscope' ? `sk-file-${which}\n` : undefined;

describe('the provider', () => {
  test.each<[string, Partial<AccountSources>, string]>([
    ['by flag', { flags: { provider: 'acedata' }, env: { ...env, ACEDATACLOUD_API_TOKEN: 'a' } }, 'acedata'],
    ['by flag, in any case', { flags: { provider: ' DashScope ' }, env }, 'dashscope'],
    [
      'by flag, over all else',
      { flags: { provider: 'dashscope' }, env: { ...env, WAN_PROVIDER: 'acedata' }, settings },
      'dashscope',
    ],
    [
      'by the profile’s flag, over the environment',
      { flags: { profile: 'ace' }, env: { ...env, WAN_PROVIDER: 'dashscope' }, settings },
      'acedata',
    ],
    ['by environment', { env: { ...env, WAN_PROVIDER: 'acedata', ACEDATA_API_KEY: 'a' } }, 'acedata'],
    ['by the environment’s profile', { env: { WAN_PROFILE: 'ace' }, settings }, 'acedata'],
    [
      'by environment, over the settings',
      { env: { ...env, WAN_PROVIDER: 'dashscope' }, settings: { ...settings, provider: 'acedata' } },
      'dashscope',
    ],
    [
      'by setting',
      { env: { ...env, ACEDATA_API_KEY: 'a' }, settings: { ...settings, provider: 'acedata' } },
      'acedata',
    ],
    ['by the settings’ profile', { settings: { ...settings, profile: 'ace' } }, 'acedata'],
    ['by the only key there is', { env }, 'dashscope'],
    [
      'by the only key, a stored one',
      { settings: { profiles: { acedata: { provider: 'acedata', key: 'a' } } } },
      'acedata',
    ],
    ['by the only key, in a file', { keyFile: files }, 'dashscope'],
    ['not by an empty variable', { env: { ...env, ACEDATA_API_KEY: ' ', WAN_PROVIDER: '' } }, 'dashscope'],
  ])('%s', (_name, sources, id) => {
    expect(accountOf(sources).provider.id).toBe(id);
  });

  test('of two keys and no choice is nobody’s guess', async () => {
    const error = await failureOf(() => accountOf({ env: { ...env, ACEDATACLOUD_API_TOKEN: 'a' } }));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).toBe('--provider dashscope, or `wan config set provider dashscope`');
  });

  test.each<[string, Partial<AccountSources>, RegExp]>([
    ['an unknown provider', { flags: { provider: 'openai' }, env }, /--provider dashscope \| acedata/u],
    ['an unknown profile', { flags: { profile: 'us' }, env, settings }, /--profile dashscope \| cn \| ace/u],
    ['an unknown profile among none', { flags: { profile: 'us' }, env }, /auth login --profile us/u],
    [
      'a profile of another provider',
      { flags: { provider: 'dashscope', profile: 'ace' }, settings },
      /--provider dashscope/u,
    ],
  ])('%s is a usage error', async (_name, sources, hint) => {
    const error = await failureOf(() => accountOf(sources));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.hint).toMatch(hint);
  });

  test.each<[string, Partial<AccountSources>]>([
    ['at all', {}],
    ['of the chosen provider', { flags: { provider: 'acedata' }, env }],
    ['but an empty one', { env: { DASHSCOPE_API_KEY: '   ' } }],
    ['but the word Bearer', { flags: { provider: 'dashscope' }, env: { DASHSCOPE_API_KEY: 'Bearer ' } }],
  ])('no key %s: exit 3, with the way to store one', async (_name, sources) => {
    const error = await failureOf(() => accountOf(sources));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.hint).toMatch(/^wan auth login --provider \w+, or set [A-Z]/u);
  });
});

describe('the key', () => {
  test.each<[string, Partial<AccountSources>, string, string, boolean]>([
    ['of the environment beats the stored one', { env, settings }, 'sk-env', 'DASHSCOPE_API_KEY', false],
    [
      'of an explicit profile beats the environment',
      { flags: { profile: 'cn' }, env, settings },
      'sk-cn',
      'profile cn',
      true,
    ],
    [
      'of the environment’s profile does not',
      { env: { ...env, WAN_PROFILE: 'cn' }, settings },
      'sk-env',
      'DASHSCOPE_API_KEY',
      false,
    ],
    [
      'of the default profile, named, beats it too',
      { flags: { profile: 'dashscope' }, env, settings },
      'sk-stored',
      'profile dashscope',
      true,
    ],
    [
      'of an explicit profile without one is looked for elsewhere',
      { flags: { profile: 'dashscope' }, env },
      'sk-env',
      'DASHSCOPE_API_KEY',
      false,
    ],
    [
      'in a named file beats the stored one',
      { keyFile: files, settings, flags: { provider: 'dashscope' } },
      'sk-file-variable',
      'DASHSCOPE_API_KEY_FILE_PATH',
      false,
    ],
    [
      'stored beats the file of the SDK',
      {
        keyFile: (provider, which) => (which === 'fallback' ? files(provider, which) : undefined),
        settings,
        flags: { provider: 'dashscope' },
      },
      'sk-stored',
      'profile dashscope',
      true,
    ],
    [
      'in the file of the SDK is the last resort',
      { keyFile: (provider, which) => (which === 'fallback' ? files(provider, which) : undefined) },
      'sk-file-fallback',
      '~/.dashscope/api_key',
      false,
    ],
    [
      'of two names, the first',
      { env: { QWEN_API_KEY: 'sk-q', ...env } },
      'sk-env',
      'DASHSCOPE_API_KEY',
      false,
    ],
    [
      'by its second name',
      { env: { QWEN_API_KEY: 'sk-q', ALIBABA_API_KEY: 'sk-a' } },
      'sk-q',
      'QWEN_API_KEY',
      false,
    ],
    ['by its third name', { env: { MODELSTUDIO_API_KEY: 'sk-m' } }, 'sk-m', 'MODELSTUDIO_API_KEY', false],
    ['by its fourth name', { env: { ALIBABA_API_KEY: 'sk-a' } }, 'sk-a', 'ALIBABA_API_KEY', false],
    [
      'of AceData, by its first name',
      { env: { ACEDATA_API_KEY: '3', ACEDATACLOUD_API_TOKEN: '1' } },
      '1',
      'ACEDATACLOUD_API_TOKEN',
      false,
    ],
    ['of AceData, by its second', { env: { ACEDATACLOUD_API_KEY: '2' } }, '2', 'ACEDATACLOUD_API_KEY', false],
    [
      'with a stray Bearer',
      { env: { DASHSCOPE_API_KEY: ' Bearer  sk-x\n' } },
      'sk-x',
      'DASHSCOPE_API_KEY',
      false,
    ],
  ])('%s', (_name, sources, value, source, isStored) => {
    expect(accountOf(sources).key).toEqual({ value, source, isStored });
  });

  test.each([
    ['sk-x', 'sk-x'],
    ['Bearer sk-x', 'sk-x'],
    ['bearer\tsk-x', 'sk-x'],
    ['  sk-x \r\n', 'sk-x'],
    ['Bearersk-x', 'Bearersk-x'],
  ])('%j is cleaned to %j', (text, expected) => {
    expect(cleanKey(text)).toBe(expected);
  });

  test.each(['sk x', 'sk-ü', 'sk-\u0000', '“sk-x', 'sk-x\nsk-y'])(
    '%j is no key, and is not repeated',
    async (value) => {
      const error = await failureOf(() => accountOf({ env: { DASHSCOPE_API_KEY: value } }));
      expect(error).toBeInstanceOf(UsageError);
      expect(error.message).toContain('DASHSCOPE_API_KEY');
      expect(error.message).not.toContain(value);
    },
  );
});

describe('the profile', () => {
  test.each<[string, Partial<AccountSources>, string]>([
    ['by flag', { flags: { profile: 'cn' }, env: { WAN_PROFILE: 'ace' }, settings }, 'cn'],
    ['by environment', { env: { WAN_PROFILE: 'cn' }, settings }, 'cn'],
    ['by setting', { settings: { ...settings, profile: 'cn' } }, 'cn'],
    ['of the provider, where none is named', { env }, 'dashscope'],
    [
      'of the provider, where the one in the environment is another’s',
      { flags: { provider: 'dashscope' }, env: { ...env, WAN_PROFILE: 'ace' }, settings },
      'dashscope',
    ],
  ])('%s', (_name, sources, profile) => {
    expect(accountOf(sources).profile).toBe(profile);
  });
});
