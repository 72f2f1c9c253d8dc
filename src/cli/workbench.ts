import type { LimitFunction } from 'p-limit';
import { findModel } from '../catalog/index.ts';
import { UsageError } from '../core/errors.ts';
import type { SendOutcome } from '../core/http.ts';
import type { Job } from '../core/job.ts';
import { providerIds, type ProviderId } from '../core/model.ts';
import type { Settings } from '../core/settings.ts';
import { createApiClient } from '../net/client.ts';
import { createDispatchers } from '../net/dispatchers.ts';
import { isPrivateHost } from '../net/link-policy.ts';
import { createPace } from '../net/pace.ts';
import { downloadToPart } from '../net/transfer.ts';
import { createUploadClient } from '../net/upload-client.ts';
import { createJobStore, type JobStore } from '../store/jobs.ts';
import { readUptime } from '../store/lock-host.ts';
import { createRunTimes } from '../store/run-times.ts';
import { createSettingsStore, type SettingsStore } from '../store/settings.ts';
import { fingerprintAnyway } from '../store/unkept.ts';
import { createUploadCache } from '../store/uploads.ts';
import {
  parseProvider,
  resolveAccount,
  type Account,
  type AccountFlags,
  type AccountSources,
} from '../workflow/account.ts';
import {
  connect,
  connectOffline,
  headersOf,
  keyPrint,
  type ConnectionTools,
  type OfflineConnection,
} from '../workflow/connection.ts';
import type { Connection, Runtime } from '../workflow/runtime.ts';
import { accountOf, findSetting, readKeyFile, type SettingName } from './account-sources.ts';
import type { Context, Environment } from './context.ts';
import { withoutKeys } from './job-secrets.ts';
import { learnKeys } from './known-keys.ts';
import { unlessStopped, withPace } from './paced-send.ts';
import { startSandboxFor } from './sandbox-connection.ts';
import type { Talk } from './talk.ts';

export type ConnectionFlags = AccountFlags & { sandbox?: boolean | undefined };

/** Everything a command works with, built from the context on first use, and closed at its end. */
export type Workbench = {
  env: Environment;
  runtime: Runtime;
  settingsStore: SettingsStore;
  settings: Settings;
  /** The provider, key and address that flags, environment and settings name. @throws {AuthError | UsageError} */
  account: (flags: ConnectionFlags, env?: Environment, settings?: Settings) => Account;
  connection: (flags: ConnectionFlags) => Promise<Connection>;
  /** The same without a key or a word to the service: for looking only. */
  connectionOffline: (flags: ConnectionFlags & { model?: string | undefined }) => Promise<OfflineConnection>;
  /** The connection that a job was made on; its record never chooses a key's host. */
  connectionOf: (job: Job, flags: ConnectionFlags) => Promise<Connection>;
  connectionTools: ConnectionTools;
  /** A setting that is no address, from environment, profile or everybody's defaults. */
  setting: (
    name: SettingName,
    sources: { profile: string | undefined; isExplicit: boolean },
  ) => string | undefined;
  close: () => Promise<void>;
};

/** More fill no line better, and each takes a handful of descriptors. */
const downloadsAtOnce = 2;

export async function openWorkbench(context: Context, talk: Talk): Promise<Workbench> {
  const { env } = context;
  const sleep = (ms: number) => context.clock.sleep(ms, context.signal);
  const settingsStore = createSettingsStore(context.configDirectory(), talk.notice, sleep);
  const settings = await settingsStore.read();
  learnKeys(context, env, settings);
  const store = withoutKeys(createJobStore(context.stateDirectory(), talk.notice), context.secrets.redact);
  const { fingerprint, save } = fingerprintAnyway(store, talk.notice);
  const jobs: JobStore = { ...store, save };
  const dispatchers = createDispatchers(env);
  const network = {
    dispatchers,
    userAgent: `wan-cli/${context.version}`,
    redact: context.secrets.redact,
    trace: talk.trace,
  };
  const client = createApiClient({ ...network, now: context.clock.now });
  const post = createUploadClient(network);
  /** What could not be reached may want a proxy that is named where nobody looks. */
  const advised = (address: string, outcome: SendOutcome): SendOutcome =>
    outcome.kind === 'never-sent'
      ? { ...outcome, reason: `${outcome.reason}${dispatchers.advice(new URL(address))}` }
      : outcome;
  const sendNow: Runtime['send'] = async (connection, call, options = {}) => {
    const target = { base: connection.base, headers: headersOf(connection) };
    const outcome = advised(target.base, await client(target, call, { signal: context.signal, ...options }));
    return options.signal === undefined ? unlessStopped(outcome, context.signal) : outcome;
  };
  const send = withPace(sendNow, createPace(context.clock), context.signal);
  const connectionTools: ConnectionTools = {
    send,
    fingerprint,
    recallRegion: (keyFingerprint) => settings.key_regions?.[keyFingerprint],
    rememberRegion: async (keyFingerprint, region) => {
      await settingsStore
        .change((now) => ({ ...now, key_regions: { ...now.key_regions, [keyFingerprint]: region } }))
        .catch(() => talk.notice('the region could not be remembered: the settings cannot be written'));
    },
    notice: talk.notice,
  };

  const account = (
    asked: AccountFlags,
    environment: Environment = env,
    known: Settings = settings,
    options?: { mayLackKey: boolean },
  ) => {
    const keyFile: AccountSources['keyFile'] = (provider, which) =>
      readKeyFile(context, environment, provider, which);
    const found = resolveAccount({ flags: asked, env: environment, settings: known, keyFile }, options);
    context.secrets.add(found.key.value);
    talk.trace(
      `key from ${found.key.source}${found.unused.length === 0 ? '' : `; not used: ${found.unused.join(', ')}`}`,
    );
    return found;
  };

  let slots: LimitFunction | undefined;
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
      uptime: () => readUptime(),
      random: context.random,
      signal: context.signal,
      jobs,
      runTimes: createRunTimes(jobs.directory),
      send,
      forgetRegion: async ({ provider, key, region }) => {
        try {
          const keyFingerprint = await jobs.fingerprint(keyPrint(provider, key));
          if (settings.key_regions?.[keyFingerprint] !== region) return;
          await settingsStore.change((now) => {
            const { [keyFingerprint]: _stale, ...kept } = now.key_regions ?? {};
            return { ...now, key_regions: kept };
          });
        } catch {
          // The hint names the right region either way.
        }
      },
      emit: talk.event,
      download: async ({ apiBase, ...options }) => {
        const { default: limited } = await import('p-limit');
        slots ??= limited(downloadsAtOnce);
        return slots(() =>
          downloadToPart({
            ...options,
            allowPrivate: isPrivateHost(new URL(apiBase).hostname),
            dispatcher: dispatchers.shared,
            advice: dispatchers.advice,
            signal: context.signal,
            clock: context.clock,
          }),
        );
      },
      uploading: {
        post: async ({ fields, file: { field, name, asset }, ...call }) => {
          const { bytes, mimeType, open } = asset;
          const form = { fields, file: { field, name, bytes, mimeType, open } };
          const outcome = advised(call.url, await post({ ...call, form, signal: context.signal }));
          return unlessStopped(outcome, context.signal);
        },
        cache: createUploadCache(jobs.directory),
        variable: (name) => env[name],
      },
    },
    account,
    connection: async (asked) => {
      const sandbox = sandboxProvider(asked, env);
      return sandbox === undefined
        ? connect(account(asked), connectionTools)
        : sandboxConnection(sandbox, asked.region);
    },
    connectionOffline: async (asked) => {
      const sandbox = sandboxProvider(asked, env);
      if (sandbox !== undefined) {
        return { connection: await sandboxConnection(sandbox, asked.region), notices: [] };
      }
      const found = account(asked, env, settings, { mayLackKey: true });
      const offered = findModel(found.provider.id, asked.model?.trim() ?? '')?.regions;
      return connectOffline(found, connectionTools, offered?.[0] ?? 'beijing');
    },
    connectionOf: async (job, asked) => {
      if (job.region === 'sandbox') return sandboxConnection(job.provider, undefined);
      return connect(accountOf(job, asked, env, account), connectionTools);
    },
    setting: (name, sources) => findSetting(name, { ...sources, env, settings }),
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
