import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { parseDuration } from '../core/duration.ts';
import { UsageError } from '../core/errors.ts';
import { parseTemplate } from '../core/file-name.ts';
import { modes } from '../core/mode.ts';
import { providerIds, type ProviderId } from '../core/model.ts';
import type { Settings } from '../core/settings.ts';
import { asObject, at } from '../core/untrusted.ts';
import { normalizeBase } from '../providers/base-url.ts';
import { providers } from '../providers/index.ts';
import { parseRegion } from '../providers/region.ts';
import { createSettingsStore } from '../store/settings.ts';
import { parseProvider } from '../workflow/account.ts';

const shape = { profile: z.string().optional(), provider: z.string().optional() };

/** Settings of one provider's address; they live in a profile, the others may stand outside of any. */
const profileKeys: readonly string[] = [
  'region',
  'base_url',
  'workspace',
  ...modes.map((mode) => `path.${mode}`),
];
const plainKeys = ['out_dir', 'output', 'timeout', 'poll_interval'] as const;
const topKeys = ['provider', 'profile'] as const;
const allKeys: readonly string[] = [
  ...topKeys,
  ...profileKeys,
  ...modes.map((mode) => `model.${mode}`),
  ...plainKeys,
];

export async function runConfig(
  context: Context,
  talk: Talk,
  input: { verb: string; words: readonly string[]; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const store = createSettingsStore(context.configDirectory(), talk.notice, (ms) =>
    context.clock.sleep(ms, context.signal),
  );
  const { verb, words } = input;
  const [key = '', text = ''] = words;
  if (verb === 'path') return talk.finish({ value: { path: store.path }, lines: [store.path] });
  if (verb !== 'list') checkKey(key);
  const settings = await store.read();
  const provider = flags.provider === undefined ? undefined : parseProvider(flags.provider);
  const place = placeOf(settings, key, flags.profile, provider);

  switch (verb) {
    case 'get': {
      const value = getAt(settings, place, key);
      if (value === undefined)
        throw new UsageError(`${key} is not set`, { hint: `wan config set ${key} <value>` });
      return talk.finish({ value: { [key]: value }, lines: [value] });
    }
    case 'set': {
      const value = readValue(key, text, place.provider, settings);
      await store.change((now) => setAt(now, place, key, value));
      return talk.finish({ value: { [key]: value }, lines: [] });
    }
    case 'unset':
      await store.change((now) => setAt(now, place, key, undefined));
      return talk.finish({ value: { [key]: null }, lines: [] });
    default:
      return talk.finish({ value: withoutKeys(settings), lines: listing(settings) });
  }
}

type Place = { profile: string; provider: ProviderId } | { profile: undefined; provider: undefined };

/** Which profile a setting is read from and written to, or none of them. */
function placeOf(
  settings: Settings,
  key: string,
  profile: string | undefined,
  provider: ProviderId | undefined,
): Place {
  const isTop = (topKeys as readonly string[]).includes(key);
  const needsProfile = profileKeys.includes(key);
  if (isTop) return { profile: undefined, provider: undefined };
  const owner = (name: string) =>
    settings.profiles?.[name]?.provider ?? providerIds.find((id) => id === name);
  if (profile !== undefined) {
    const found = owner(profile) ?? provider;
    if (found !== undefined) return { profile, provider: found };
    throw new UsageError(`there is no profile ${profile}`, { hint: `wan auth login --profile ${profile}` });
  }
  if (provider !== undefined) return { profile: provider, provider };
  if (!needsProfile) return { profile: undefined, provider: undefined };
  const current = settings.profile ?? settings.provider ?? onlyProfile(settings) ?? 'dashscope';
  return { profile: current, provider: owner(current) ?? 'dashscope' };
}

function onlyProfile(settings: Settings): string | undefined {
  const names = Object.keys(settings.profiles ?? {});
  return names.length === 1 ? names[0] : undefined;
}

function checkKey(key: string): void {
  if (allKeys.includes(key)) return;
  throw new UsageError(`there is no setting ${key}`, { hint: `settings: ${allKeys.join(' ')}` });
}

function getAt(settings: Settings, place: Place, key: string): string | undefined {
  const [name = '', mode] = key.split('.');
  const read = (source: object | undefined): string | undefined => {
    const found = mode === undefined ? at(source, name) : at(source, name, mode);
    return typeof found === 'string' ? found : undefined;
  };
  return place.profile === undefined ? read(settings) : read(settings.profiles?.[place.profile]);
}

function setAt(settings: Settings, place: Place, key: string, value: string | undefined): Settings {
  const [name = '', mode] = key.split('.');
  const edit = <T extends object>(source: T): T => {
    const change =
      mode === undefined
        ? { [key]: value }
        : { [name]: withoutUndefined({ ...asObject(at(source, name)), [mode]: value }) };
    return withoutUndefined({ ...source, ...change }) as T;
  };
  if (place.profile === undefined) return edit(settings);
  const present = settings.profiles?.[place.profile] ?? { provider: place.provider };
  return { ...settings, profiles: { ...settings.profiles, [place.profile]: edit(present) } };
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A value in the form it is kept in. @throws {UsageError} for one that could never be used */
function readValue(key: string, text: string, provider: ProviderId | undefined, settings: Settings): string {
  if (text.trim() === '') throw new UsageError(`${key} cannot be empty`, { hint: `wan config unset ${key}` });
  if (key.startsWith('path.')) return readPath(key, text);
  switch (key) {
    case 'provider':
      return parseProvider(text);
    case 'profile':
      if (settings.profiles?.[text] !== undefined || providerIds.some((id) => id === text)) return text;
      throw new UsageError(`there is no profile ${text}`, { hint: `wan auth login --profile ${text}` });
    case 'region':
      if (provider !== undefined && Object.keys(providers[provider].regionIds).length === 0)
        throw new UsageError(`${providers[provider].title} has no regions`, { hint: 'leave it out' });
      return parseRegion(text);
    case 'base_url':
      return normalizeBase(providers[provider ?? 'dashscope'], text);
    case 'timeout':
      parseDuration(text, 'timeout');
      return text;
    case 'poll_interval':
      if (text !== 'auto' && parseDuration(text, 'poll_interval') < 100) {
        throw new UsageError(`a poll_interval of ${text} is too short`, {
          hint: 'wan config set poll_interval 5s',
        });
      }
      return text;
    case 'output':
      parseTemplate(text);
      return text;
    default:
      return text;
  }
}

/** A path below the base, where a gateway takes the submits of a mode. */
function readPath(key: string, text: string): string {
  if (/^(?:\/[\w.-]+)+\/?$/u.test(text) && !text.includes('..')) return text;
  throw new UsageError(`${text} is not a path below the base`, {
    hint: `wan config set ${key} /generate/bailian/…`,
  });
}

function withoutKeys(settings: Settings) {
  const { key_regions: _regions, profiles, ...rest } = settings;
  return {
    ...rest,
    profiles: Object.fromEntries(
      Object.entries(profiles ?? {}).map(([name, { key, ...profile }]) => [
        name,
        { ...profile, has_key: key !== undefined },
      ]),
    ),
  };
}

function listing(settings: Settings): string[] {
  const { profiles, model, ...rest } = withoutKeys(settings);
  const flat = (fields: Record<string, unknown>, prefix: string): string[] =>
    Object.entries(fields).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null
        ? flat(value as Record<string, unknown>, `${prefix}${key}.`)
        : [`${prefix}${key}=${String(value)}`],
    );
  return [
    ...flat(rest, ''),
    ...flat({ model }, '').filter((line) => !line.endsWith('=undefined')),
    ...flat(profiles, 'profiles.'),
  ];
}
