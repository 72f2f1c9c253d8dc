import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { AuthError, UsageError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { providerIds, type ProviderId } from '../core/model.ts';
import type { Profile, Settings } from '../core/settings.ts';
import { createApiClient } from '../net/client.ts';
import { createDispatchers } from '../net/dispatchers.ts';
import { isPrivateHost } from '../net/link-policy.ts';
import { downloadToPart } from '../net/transfer.ts';
import { providers } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import { parseRegion } from '../providers/region.ts';
import { createJobStore } from '../store/jobs.ts';
import { createSettingsStore, type SettingsStore } from '../store/settings.ts';
import {
  cleanKey,
  parseProvider,
  resolveAccount,
  type Account,
  type AccountFlags,
} from '../workflow/account.ts';
import { connect, headersOf, type ConnectionTools } from '../workflow/connection.ts';
import type { Connection, Runtime } from '../workflow/runtime.ts';
import type { Context, Environment } from './context.ts';
import type { Talk } from './talk.ts';

export type ConnectionFlags = AccountFlags & { sandbox?: boolean | undefined; envFile?: string | undefined };

/** Everything a command works with, built from the context on first use, and closed at its end. */
export type Workbench = {
  env: Environment;
  runtime: Runtime;
  settingsStore: SettingsStore;
  settings: Settings;
  /** The provider, key and address that flags, environment and settings name. @throws {AuthError | UsageError} */
  account: (flags: ConnectionFlags, env?: Environment) => Account;
  connection: (flags: ConnectionFlags) => Promise<Connection>;
  /** The connection that a job was made on; its record never chooses a key's host. */
  connectionOf: (job: Job, flags: ConnectionFlags) => Promise<Connection>;
  connectionTools: ConnectionTools;
  /** A setting outside any connection, from the profile in use or from everybody's. */
  defaults: (profile: string | undefined) => Partial<Profile>;
  close: () => Promise<void>;
};

export async function openWorkbench(
  context: Context,
  talk: Talk,
  flags: ConnectionFlags,
): Promise<Workbench> {
  const env = withEnvFile(context, flags.envFile);
  const sleep = (ms: number) => context.clock.sleep(ms, context.signal);
  const settingsStore = createSettingsStore(context.configDirectory(), talk.notice, sleep);
  const settings = await settingsStore.read();
  for (const profile of Object.values(settings.profiles ?? {})) context.secrets.add(profile.key ?? '');
  // Also the keys that this run does not use.
  for (const provider of Object.values(providers)) {
    for (const name of provider.keyVariables) context.secrets.add(cleanKey(env[name] ?? ''));
  }
  const jobs = createJobStore(context.stateDirectory(), talk.notice);
  const dispatchers = createDispatchers(env);
  const client = createApiClient({
    dispatchers,
    userAgent: `wan-cli/${context.version}`,
    redact: context.secrets.redact,
    trace: talk.trace,
    now: context.clock.now,
  });
  const send: Runtime['send'] = (connection, call, options = {}) =>
    client({ base: connection.base, headers: headersOf(connection) }, call, {
      signal: context.signal,
      ...options,
    });
  const connectionTools: ConnectionTools = {
    send,
    fingerprint: jobs.fingerprint,
    recallRegion: (keyFingerprint) => settings.key_regions?.[keyFingerprint],
    rememberRegion: async (keyFingerprint, region) => {
      await settingsStore
        .change((now) => ({ ...now, key_regions: { ...now.key_regions, [keyFingerprint]: region } }))
        .catch(() => talk.notice('the region could not be remembered: the settings cannot be written'));
    },
    notice: talk.notice,
  };

  const account = (asked: AccountFlags, environment: Environment = env) => {
    const found = resolveAccount({
      flags: asked,
      env: environment,
      settings,
      keyFile: (provider, which) => readKeyFile(context, environment, provider, which),
    });
    context.secrets.add(found.key.value);
    talk.trace(
      `key from ${found.key.source}${found.unused.length === 0 ? '' : `; not used: ${found.unused.join(', ')}`}`,
    );
    return found;
  };

  const sandboxes = new Map<ProviderId, Promise<{ connection: Connection; close: () => Promise<void> }>>();
  const sandboxConnection = async (provider: ProviderId, region: string | undefined) => {
    const running =
      sandboxes.get(provider) ?? startSandboxFor(context, jobs.directory, provider, region, jobs.fingerprint);
    sandboxes.set(provider, running);
    return (await running).connection;
  };

  return {
    env,
    settingsStore,
    settings,
    connectionTools,
    runtime: {
      clock: context.clock,
      random: context.random,
      signal: context.signal,
      jobs,
      send,
      emit: talk.event,
      download: ({ apiBase, ...options }) =>
        downloadToPart({
          ...options,
          allowPrivate: isPrivateHost(new URL(apiBase).hostname),
          dispatcher: dispatchers.shared,
          signal: context.signal,
          clock: context.clock,
        }),
    },
    account,
    connection: async (asked) => {
      const sandbox = sandboxProvider(asked, env);
      return sandbox === undefined
        ? connect(account(asked), connectionTools)
        : sandboxConnection(sandbox, asked.region);
    },
    connectionOf: async (job, asked) => {
      if (job.region === 'sandbox') return sandboxConnection(job.provider, undefined);
      return connect(accountOf(job, asked, env, account), connectionTools);
    },
    defaults: (profile) => {
      const named = profile === undefined ? undefined : settings.profiles?.[profile];
      return { ...settings, ...named } as Partial<Profile>;
    },
    close: async () => {
      const running = await Promise.all(sandboxes.values()).catch(() => []);
      await Promise.all([dispatchers.close(), ...running.map((sandbox) => sandbox.close())]);
    },
  };
}

/** Which protocol the sandbox inside this command speaks, or undefined for the real services. */
export function sandboxProvider(flags: ConnectionFlags, env: Environment): ProviderId | undefined {
  const isAlias = flags.provider?.trim().toLowerCase() === 'sandbox';
  if (flags.sandbox !== true && !isAlias) return undefined;
  const clash =
    flags.baseUrl !== undefined ? '--base-url' : flags.profile !== undefined ? '--profile' : undefined;
  if (clash !== undefined) {
    throw new UsageError(`--sandbox and ${clash} contradict each other`, { hint: `leave out ${clash}` });
  }
  if (!isAlias && flags.provider !== undefined) return parseProvider(flags.provider);
  return providerIds.find((id) => id === env['WAN_PROVIDER']) ?? 'dashscope';
}

/** The account of a job's record, as far as the present settings still give the same one. */
function accountOf(
  job: Job,
  asked: ConnectionFlags,
  env: Environment,
  resolve: (flags: AccountFlags, env: Environment) => Account,
): Account {
  const provider = providers[job.provider];
  const flags: AccountFlags = {
    provider: job.provider,
    profile: asked.profile ?? (job.profile === provider.id ? undefined : job.profile),
    region: asked.region ?? (job.custom_base === null ? (job.region ?? undefined) : undefined),
    baseUrl: asked.baseUrl,
    workspace: asked.workspace ?? job.workspace ?? undefined,
  };
  if (job.custom_base === null) {
    // The job lives at the provider's own host; an address in the environment is for other jobs.
    const hidden =
      asked.baseUrl === undefined ? new Set([...provider.baseVariables, 'WAN_REGION']) : new Set<string>();
    return resolve(flags, Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name))));
  }
  const account = resolve(flags, env);
  if (account.base === job.custom_base) return account;
  throw new AuthError(`the job was made at ${job.custom_base}, which the settings do not name now`, {
    hint: `--base-url ${job.custom_base}, if that is where your key may go`,
  });
}

function withEnvFile(context: Context, file: string | undefined): Environment {
  if (file === undefined) return context.env;
  try {
    // As with Node's own flag of this name, what is set in the environment stays.
    return { ...parseEnv(readFileSync(path.resolve(context.cwd, file), 'utf8')), ...context.env };
  } catch (error) {
    throw new UsageError(`--env-file ${file} cannot be read: ${(error as Error).message}`, {
      hint: 'name a file with lines like DASHSCOPE_API_KEY=…',
      cause: error,
    });
  }
}

function readKeyFile(
  context: Context,
  env: Environment,
  provider: Provider,
  which: 'variable' | 'fallback',
): string | undefined {
  const { keyFile } = provider;
  if (keyFile === undefined) return undefined;
  const named = env[keyFile.variable];
  const home = context.homeDirectory();
  const file =
    which === 'variable' ? named : home === undefined ? undefined : path.join(home, keyFile.fallback);
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (which === 'fallback') return undefined;
    throw new AuthError(
      `${keyFile.variable} names ${file}, which cannot be read: ${(error as Error).message}`,
      {
        hint: `mend or unset ${keyFile.variable}`,
      },
    );
  }
}

async function startSandboxFor(
  context: Context,
  stateDirectory: string,
  provider: ProviderId,
  region: string | undefined,
  fingerprint: (text: string) => Promise<string>,
): Promise<{ connection: Connection; close: () => Promise<void> }> {
  const { startSandbox, defaultLatencyMs, defaultExpiryMs } = await import('../sandbox/server.ts');
  // First, because it fails in plain words where nothing can be kept.
  const ownFingerprint = await fingerprint(`sandbox\n${provider}`);
  const sandbox = await startSandbox({
    port: 0,
    directory: path.join(stateDirectory, 'sandbox'),
    latencyMs: defaultLatencyMs,
    expiryMs: defaultExpiryMs,
    faults: [],
    now: context.clock.now,
    ...(region === undefined ? {} : { region: parseRegion(region) }),
  });
  return {
    connection: {
      provider: providers[provider],
      profile: provider,
      region: 'sandbox',
      base: `${sandbox.origin}${providers[provider].basePath}`,
      // Its address is another one each time, and nobody else's: the record does not hold it.
      isCustomBase: true,
      workspace: undefined,
      key: 'sandbox-key',
      fingerprint: ownFingerprint,
    },
    close: sandbox.close,
  };
}
