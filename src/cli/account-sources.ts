import path from 'node:path';
import { parseEnv } from 'node:util';
import { textOf } from '../core/decode-text.ts';
import { AuthError, UsageError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { modes, type Mode } from '../core/mode.ts';
import type { Profile, Settings } from '../core/settings.ts';
import { providers } from '../providers/index.ts';
import type { Provider } from '../providers/provider.ts';
import { readUserFile } from '../store/plain-file.ts';
import type { Account, AccountFlags } from '../workflow/account.ts';
import type { Context, Environment } from './context.ts';
import { expandHome } from '../core/home-path.ts';
import { resolvePath } from './resolve-path.ts';

// Where accounts and settings come from: variables, files, records.

/** The account of a job's record, as far as the present settings still give the same one. */
export function accountOf(
  job: Job,
  asked: AccountFlags,
  env: Environment,
  resolve: (flags: AccountFlags, env: Environment) => Account,
): Account {
  const provider = providers[job.provider];
  const flags: AccountFlags = {
    provider: job.provider,
    profile: asked.profile,
    // The profile in use today is for today's jobs.
    recordedProfile: job.profile,
    region: asked.region ?? (job.custom_base === null ? (job.region ?? undefined) : undefined),
    baseUrl: asked.baseUrl,
    workspace: asked.workspace ?? job.workspace ?? undefined,
  };
  if (job.custom_base === null) {
    // The job lives at the provider's own host; an address in the environment is for other jobs.
    const hidden =
      asked.baseUrl === undefined
        ? new Set([...provider.baseVariables, ...provider.workspaceVariables, 'WAN_REGION'])
        : new Set<string>();
    return resolve(flags, Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name))));
  }
  const account = resolve(flags, env);
  if (account.base === job.custom_base) return account;
  throw new AuthError(`the job was made at ${job.custom_base}, which the settings do not name now`, {
    hint: `--base-url ${job.custom_base}, if that is where your key may go`,
  });
}

/** The environment, with a named file's variables where it has none of its own. @throws {UsageError} */
export function withEnvFile(context: Context, file: string | undefined): Environment {
  if (file === undefined) return context.env;
  try {
    const text = textOf(readUserFile(resolvePath(context, file)));
    // As with Node's own flag of this name, what is set in the environment stays.
    return { ...parseEnv(text), ...context.env };
  } catch (error) {
    throw new UsageError(`--env-file ${file} cannot be read: ${(error as Error).message}`, {
      hint: 'name a file with lines like DASHSCOPE_API_KEY=…',
      cause: error,
    });
  }
}

/** The text of a provider's key file. @throws {AuthError} when a variable names one that cannot be read */
export function readKeyFile(
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
    return textOf(readUserFile(expandHome(file, home)));
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

export type SettingName = 'out_dir' | 'output' | 'timeout' | 'poll_interval' | `model.${Mode}`;

const variables: Partial<Record<string, string>> = {
  out_dir: 'WAN_OUT_DIR',
  timeout: 'WAN_TIMEOUT',
  model: 'WAN_MODEL',
};

/** Environment, profile, everybody's defaults; a profile named on the command line beats the environment. */
export function findSetting(
  name: SettingName,
  {
    env,
    settings,
    profile,
    isExplicit,
  }: { env: Environment; settings: Settings; profile: string | undefined; isExplicit: boolean },
): string | undefined {
  const mode = modes.find((candidate) => name === `model.${candidate}`);
  const read = (source: Partial<Profile> | undefined): string | undefined =>
    mode === undefined ? source?.[name as Exclude<SettingName, `model.${Mode}`>] : source?.model?.[mode];
  const ofEnvironment = env[variables[mode === undefined ? name : 'model'] ?? '']?.trim() || undefined;
  const ofProfile = read(profile === undefined ? undefined : settings.profiles?.[profile]);
  const ofAll = read(settings as Partial<Profile>);
  return isExplicit ? (ofProfile ?? ofEnvironment ?? ofAll) : (ofEnvironment ?? ofProfile ?? ofAll);
}
