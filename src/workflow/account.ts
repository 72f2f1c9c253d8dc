import { cleanKey, isKey } from '../core/clean-key.ts';
import { NoKeyError, UsageError } from '../core/errors.ts';
import { providerIds, type ProviderId } from '../core/model.ts';
import type { Region } from '../core/region.ts';
import type { Profile, Settings } from '../core/settings.ts';
import { normalizeBase } from '../providers/base-url.ts';
import { providers } from '../providers/index.ts';
import { baseOfRegion, isOwnHost, regionOfHost, type Provider } from '../providers/provider.ts';
import { parseRegion } from '../providers/region.ts';
import { guardKey } from './guard-key.ts';

/** Flags that choose a provider, a key and an address. */
export type AccountFlags = {
  provider?: string | undefined;
  profile?: string | undefined;
  /** The profile of a job's record: which key to look for, though not above the environment's. */
  recordedProfile?: string | undefined;
  region?: string | undefined;
  baseUrl?: string | undefined;
  workspace?: string | undefined;
};

type Environment = Readonly<Record<string, string | undefined>>;

export type AccountSources = {
  flags: AccountFlags;
  env: Environment;
  settings: Settings;
  /** The text of the provider's key file, if there is one: by variable, or at its usual place. */
  keyFile: (provider: Provider, which: 'variable' | 'fallback') => string | undefined;
};

export type Key = {
  value: string;
  /** Where it was found, for `auth status` and `-v`. */
  source: string;
  isStored: boolean;
};

/** A provider, a key and an address that belong together, as far as flags, environment and settings say. */
export type Account = {
  provider: Provider;
  profile: string;
  profileSettings: Profile | undefined;
  key: Key;
  /** Undefined while it must still be found out, or where there are none. */
  region: Region | undefined;
  /** Undefined until the region is known. */
  base: string | undefined;
  /** An address other than the provider's own: region rules do not hold there. */
  isCustomBase: boolean;
  /** The flag, variable or profile that names the address, where one does. */
  baseSource: string | undefined;
  workspace: string | undefined;
  notices: string[];
  /** Other variables that hold a key too, and lost. */
  unused: string[];
};

/**
 * @param options `mayLackKey`: for looking only; without a key its value is empty, and nobody's guard
 * @throws {AuthError | UsageError} when there is no key, or no single answer
 */
export function resolveAccount(
  sources: AccountSources,
  { mayLackKey = false }: { mayLackKey?: boolean } = {},
): Account {
  const provider = providers[chooseProvider(sources, mayLackKey ? 'dashscope' : undefined)];
  const name = profileName(provider, sources);
  const profile = sources.settings.profiles?.[name];
  const notices: string[] = [];
  const found = findKey(provider, name, sources);
  if (found === undefined && !mayLackKey) throw noKey(provider);
  const key = found ?? { value: '', source: 'nowhere', isStored: false };
  const place = locate(provider, profile, sources);
  const base = place.base;
  if (base !== undefined && found !== undefined) guardKey(provider, key, profile, base, notices);
  const unused = provider.keyVariables.filter(
    (variable) => isSet(sources.env[variable]) && variable !== key.source,
  );
  return { provider, profile: name, profileSettings: profile, key, ...place, notices, unused };
}

/** @param otherwise taken where there is no key at all */
function chooseProvider(sources: AccountSources, otherwise?: ProviderId): ProviderId {
  const { flags, env, settings } = sources;
  const ofProfile = (name: string | undefined) => {
    if (name === undefined) return undefined;
    return settings.profiles?.[name]?.provider ?? providerIds.find((id) => id === name);
  };
  if (flags.provider !== undefined) return parseProvider(flags.provider);
  if (flags.profile !== undefined) {
    const id = ofProfile(flags.profile);
    if (id !== undefined) return id;
    throw unknownProfile(flags.profile, settings);
  }
  if (isSet(env['WAN_PROVIDER'])) return parseProvider(env['WAN_PROVIDER']);
  const named = env['WAN_PROFILE'];
  if (isSet(named) && ofProfile(named) === undefined) throw unknownProfile(named, settings);
  const configured = ofProfile(env['WAN_PROFILE']) ?? settings.provider ?? ofProfile(settings.profile);
  if (configured !== undefined) return configured;

  const withKey = providerIds.filter(
    (id) => findKey(providers[id], profileName(providers[id], sources), sources) !== undefined,
  );
  const [first, second] = withKey;
  if (first === undefined && otherwise !== undefined) return otherwise;
  if (first === undefined) throw noKey(undefined);
  if (second === undefined) return first;
  throw new UsageError(`there are keys for ${withKey.join(' and ')}, and nothing says which to use`, {
    hint: `--provider ${first}, or \`wan config set provider ${first}\``,
  });
}

export function parseProvider(text: string): ProviderId {
  const name = text.trim().toLowerCase();
  const id = providerIds.find((candidate) => candidate === name);
  if (id !== undefined) return id;
  throw new UsageError(`there is no provider ${name}`, { hint: `--provider ${providerIds.join(' | ')}` });
}

function profileName(provider: Provider, { flags, env, settings }: AccountSources): string {
  if (flags.profile !== undefined) {
    const profile = settings.profiles?.[flags.profile];
    if (profile === undefined && flags.profile !== provider.id) throw unknownProfile(flags.profile, settings);
    if (profile !== undefined && profile.provider !== provider.id) {
      throw new UsageError(`the profile ${flags.profile} is one of ${profile.provider}`, {
        hint: `leave out --provider ${provider.id}`,
      });
    }
    return flags.profile;
  }
  if (flags.recordedProfile !== undefined) return flags.recordedProfile;
  const named = [env['WAN_PROFILE'], settings.profile].find(
    (name) => isSet(name) && settings.profiles?.[name]?.provider === provider.id,
  );
  return named ?? provider.id;
}

function unknownProfile(name: string, settings: Settings): UsageError {
  const known = Object.keys(settings.profiles ?? {});
  return new UsageError(`there is no profile ${name}`, {
    hint: known.length === 0 ? `wan auth login --profile ${name}` : `--profile ${known.join(' | ')}`,
  });
}

/** An environment key beats a stored one, but a profile named on the command line beats both. */
export function findKey(provider: Provider, profileId: string, sources: AccountSources): Key | undefined {
  const { env, settings, flags } = sources;
  const stored = toKey(settings.profiles?.[profileId]?.key, `profile ${profileId}`, true);
  if (flags.profile !== undefined && stored !== undefined) return stored;
  const variable = provider.keyVariables.find((name) => isSet(env[name]));
  return (
    (variable === undefined ? undefined : toKey(env[variable], variable, false)) ??
    toKey(sources.keyFile(provider, 'variable'), provider.keyFile?.variable ?? '', false) ??
    stored ??
    toKey(sources.keyFile(provider, 'fallback'), `~/${provider.keyFile?.fallback}`, false)
  );
}

function toKey(text: string | undefined, source: string, isStored: boolean): Key | undefined {
  const value = cleanKey(text ?? '');
  if (value === '') return undefined;
  // Its value is not shown: the key is in it.
  if (!isKey(value)) throw notKey(`in ${source}`);
  return { value, source, isStored };
}

/** What was pasted holds more than a key, or something else. */
export function notKey(where: string): UsageError {
  return new UsageError(
    `the key ${where} holds blanks, quotes, line ends or other characters that no key has`,
    {
      hint: 'copy it again, the key alone',
    },
  );
}

type Place = Pick<Account, 'region' | 'base' | 'isCustomBase' | 'baseSource' | 'workspace'>;

function locate(provider: Provider, profile: Profile | undefined, sources: AccountSources): Place {
  const { flags, env } = sources;
  const isExplicit = flags.profile !== undefined;
  const pick = (flag: string | undefined, variables: readonly string[], stored: string | undefined) => {
    const variable = variables.map((name) => env[name]).find(isSet);
    return flag ?? (isExplicit ? (stored ?? variable) : (variable ?? stored));
  };
  const hasRegions = Object.keys(provider.regionIds).length > 0;
  const askedRegion = pick(flags.region, ['WAN_REGION'], profile?.region);
  if (flags.region !== undefined && !hasRegions) {
    throw new UsageError(`${provider.title} has no regions`, { hint: 'leave out --region' });
  }
  const region = askedRegion === undefined || !hasRegions ? undefined : parseRegion(askedRegion);
  const workspace = pick(flags.workspace, provider.workspaceVariables, profile?.workspace);
  if (workspace !== undefined && !/^[a-z0-9][a-z0-9-]{0,62}$/iu.test(workspace)) {
    throw new UsageError(`${workspace} is not a workspace id`, { hint: '--workspace llm-… or ws-…' });
  }
  const askedBase = pick(flags.baseUrl, provider.baseVariables, profile?.base_url);
  if (askedBase === undefined) {
    const base =
      provider.host === undefined
        ? region === undefined
          ? undefined
          : baseOfRegion(provider, region, workspace)
        : `https://${provider.host}${provider.basePath}`;
    return { region, base, isCustomBase: false, baseSource: undefined, workspace };
  }
  const base = normalizeBase(provider, askedBase);
  const host = new URL(base).host;
  const ownRegion = regionOfHost(provider, host);
  // A region that only the profile remembers gives way to an address given now.
  const isRemembered = flags.region === undefined && !isSet(env['WAN_REGION']);
  const isGivenNow = flags.baseUrl !== undefined || (!isExplicit && askedBase !== profile?.base_url);
  const mayDiffer = isRemembered && isGivenNow;
  if (region !== undefined && ownRegion !== undefined && region !== ownRegion && !mayDiffer) {
    throw new UsageError(`${host} is in ${ownRegion}, not in ${region}`, {
      hint: `leave out --region ${region}`,
    });
  }
  const isCustomBase = !isOwnHost(provider, host);
  const baseSource =
    flags.baseUrl !== undefined
      ? '--base-url'
      : askedBase === profile?.base_url
        ? 'the profile’s base_url'
        : provider.baseVariables.find((name) => isSet(env[name]));
  return { region: ownRegion ?? region, base, isCustomBase, baseSource, workspace };
}

function noKey(provider: Provider | undefined): NoKeyError {
  const name = provider?.id ?? 'dashscope';
  const first = Object.values(providers).map(({ keyVariables }) => keyVariables[0]);
  const variables = provider?.keyVariables[0] ?? first.join(' or ');
  return new NoKeyError(
    provider === undefined ? 'no key was found' : `no key for ${provider.title} was found`,
    {
      hint: `wan auth login --provider ${name}, or set ${variables}; --sandbox needs none`,
    },
  );
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== '';
}
