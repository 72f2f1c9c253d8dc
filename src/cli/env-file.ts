import type { KeyClaim } from '../store/job-keys.ts';
import { withEnvFile } from './account-sources.ts';
import { placesOf, type Context, type Environment } from './context.ts';

/** Read by Node, or by what it is built on, before any of our code runs. */
const tooLate = /^(?:NODE_|UV_|OPENSSL_|SSL_CERT_|LD_|DYLD_)|^TZ$/u;

type Flags = { envFile: string; jobKey: string | undefined };

/**
 * The world with the variables of an `--env-file`, before anything else reads one: where settings and jobs are counts in
 * it too. @throws {UsageError} for a file that cannot be read
 */
export async function openEnvFile(
  context: Context,
  { envFile, jobKey }: Flags,
): Promise<{ context: Context; notices: string[] }> {
  const env = withEnvFile(context, envFile);
  const notices = lateVariables(context.env, env).map(
    (name) =>
      `${name} in ${envFile} comes too late: Node reads it before wan starts; set it in the environment`,
  );
  const opened = within(context, env, envFile);
  const claim = jobKey === undefined ? undefined : await formerClaim(context, opened, jobKey);
  if (claim === undefined) return { context: opened, notices };
  const former = context.stateDirectory();
  notices.push(
    `the job key ${jobKey} stands for job ${claim.jobId} in ${former}, where jobs were kept so far; going on there`,
  );
  return { context: overlay(opened, { stateDirectory: () => former }), notices };
}

function lateVariables(before: Environment, after: Environment): string[] {
  return Object.keys(after).filter((name) => before[name] === undefined && tooLate.test(name));
}

/** The same world with other variables. Where they do not say where things are, it stays. */
function within(context: Context, env: Environment, envFile: string): Context {
  const places = placesOf(env);
  const isSame = (...names: string[]) => names.every((name) => env[name] === context.env[name]);
  return overlay(context, {
    env,
    envFile,
    ...(isSame('WAN_CONFIG_DIR', 'XDG_CONFIG_HOME', 'HOME')
      ? {}
      : { configDirectory: places.configDirectory }),
    ...(isSame('WAN_STATE_DIR', 'XDG_STATE_HOME', 'HOME') ? {} : { stateDirectory: places.stateDirectory }),
    ...(isSame('HOME') ? {} : { homeDirectory: places.homeDirectory }),
  });
}

/** Not a copy, which would look at stdin and the working directory before anybody asks for them. */
function overlay(context: Context, changes: Partial<Context>): Context {
  return Object.assign(Object.create(context) as Context, changes);
}

/**
 * The claim of a key that lies in the directory which counted while such files named none. The same key never buys
 * twice, whatever has learned to read them.
 */
async function formerClaim(before: Context, now: Context, jobKey: string): Promise<KeyClaim | undefined> {
  const [former, present] = [placeOf(before), placeOf(now)];
  if (former === undefined || former === present || present === undefined) return undefined;
  const { createJobKeys } = await import('../store/job-keys.ts');
  for (const key of [jobKey, `${jobKey} (sandbox)`]) {
    // oxlint-disable-next-line no-await-in-loop -- there are two
    if ((await createJobKeys(present).find(key)) !== undefined) return undefined;
    // oxlint-disable-next-line no-await-in-loop
    const claim = await createJobKeys(former).find(key);
    if (claim !== undefined) return claim;
  }
  return undefined;
}

/** Undefined where there is no home to keep anything in. */
function placeOf(context: Context): string | undefined {
  try {
    return context.stateDirectory();
  } catch {
    return undefined;
  }
}
