import * as z from 'zod';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Context } from '../cli/context.ts';
import { readFlags, wholeNumber } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { textOf } from '../core/decode-text.ts';
import { parseDuration } from '../core/duration.ts';
import { InterruptedError, UsageError, WanError } from '../core/errors.ts';
import type { ProviderId } from '../core/model.ts';
import { providers } from '../providers/index.ts';
import { parseRegion } from '../providers/region.ts';
import { parseFaultPlan, type FaultRule } from '../sandbox/fault-plan.ts';
import { defaultExpiryMs, defaultLatencyMs, startSandbox, type Sandbox } from '../sandbox/server.ts';
import { readUserFile } from '../store/plain-file.ts';
import { parseProvider } from '../workflow/account.ts';
import { resolvePath } from '../cli/resolve-path.ts';

const shape = {
  port: wholeNumber('18080'),
  publicUrl: z.string().optional(),
  latency: z.string().optional(),
  expiry: z.string().optional(),
  faults: z.string().optional(),
  log: z.string().optional(),
  provider: z.string().optional(),
  region: z.string().optional(),
};

const defaultPort = 18_080;

/** `wan sandbox`: serves until it is stopped, or around one command. */
export async function runSandbox(
  context: Context,
  talk: Talk,
  input: { words: readonly string[]; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const provider = flags.provider === undefined ? 'dashscope' : parseProvider(flags.provider);
  const port = flags.port ?? (input.words.length === 0 ? defaultPort : 0);
  if (port < 0 || port > 65_535)
    throw new UsageError(`--port ${port} is not a port`, { hint: '--port 18080' });
  const publicUrl = flags.publicUrl === undefined ? undefined : readPublicUrl(flags.publicUrl);
  const faults = await readFaults(context, flags.faults);
  const log = flags.log === undefined ? undefined : await openLog(context, flags.log);
  const directory = await mkdtemp(path.join(tmpdir(), 'wan-sandbox-'));
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await start(port, {
      directory: path.join(directory, 'service'),
      latencyMs: flags.latency === undefined ? defaultLatencyMs : parseDuration(flags.latency, '--latency'),
      expiryMs: flags.expiry === undefined ? defaultExpiryMs : parseDuration(flags.expiry, '--expiry'),
      faults,
      now: context.clock.now,
      ...(publicUrl === undefined ? {} : { publicUrl }),
      ...(flags.region === undefined ? {} : { region: parseRegion(flags.region) }),
      ...(log === undefined ? {} : { onRequest: log.write }),
    });
    // A command runs on this machine; who is told of the variables may be elsewhere.
    return input.words.length === 0
      ? await serve(context, talk, sandbox, sandboxVariables(publicUrl ?? sandbox.origin, provider))
      : await runCommand(context, input.words, sandboxVariables(sandbox.origin, provider), directory);
  } finally {
    await sandbox?.close();
    await log?.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** @throws {UsageError} */
function readPublicUrl(typed: string): string {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  const isPlain = url !== undefined && /^https?:$/u.test(url.protocol) && `${url.search}${url.hash}` === '';
  if (!isPlain || url.username !== '' || url.password !== '') {
    throw new UsageError('--public-url takes an http or https address without a query', {
      hint: '--public-url http://wan-sandbox:18080',
    });
  }
  return url.href.replace(/\/+$/u, '');
}

/** What points real clients at the sandbox. Any key will do. */
function sandboxVariables(origin: string, provider: ProviderId): Record<string, string> {
  return {
    DASHSCOPE_HTTP_BASE_URL: `${origin}${providers.dashscope.basePath}`,
    DASHSCOPE_BASE_URL: `${origin}${providers.dashscope.basePath}`,
    DASHSCOPE_API_KEY: 'sk-sandbox-no-real-key',
    ACEDATACLOUD_API_BASE_URL: origin,
    ACEDATACLOUD_API_TOKEN: 'sandbox-no-real-token',
    ACEDATACLOUD_PLATFORM_BASE_URL: `${origin}/api/v1`,
    ACEDATACLOUD_PLATFORM_TOKEN: 'platform-sandbox-no-real-token',
    SINANCODE_BASE_URL: `${origin}/v1`,
    SINANCODE_UPLOAD_BASE_URL: origin,
    SINANCODE_API_KEY: 'sandbox-no-real-key',
    WAN_PROVIDER: provider,
  };
}

async function serve(
  context: Context,
  talk: Talk,
  sandbox: Sandbox,
  variables: Record<string, string>,
): Promise<number> {
  talk.notice(`serving on ${sandbox.origin}; Ctrl-C stops it`);
  const code = talk.finish({
    value: { origin: sandbox.origin, port: sandbox.port, variables },
    lines: Object.entries(variables).map(([name, value]) => `export ${name}=${value}`),
  });
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // A service that is told to stop has done its work.
  return code;
}

async function runCommand(
  context: Context,
  words: readonly string[],
  variables: Record<string, string>,
  directory: string,
): Promise<number> {
  const [file = '', ...args] = words;
  const { execa } = await import('execa');
  const child = execa(file, args, {
    cwd: context.cwd,
    env: { ...childEnvironment(context.env, directory), ...variables },
    extendEnv: false,
    stdio: 'inherit',
    reject: false,
  });
  const passOn = () => {
    const isInterrupt = context.signal.reason instanceof InterruptedError;
    // A terminal's Ctrl-C has reached the child by itself, and a second one would end it out of order.
    if (!(isInterrupt && context.io.canPrompt)) child.kill(isInterrupt ? 'SIGINT' : 'SIGTERM');
  };
  context.signal.addEventListener('abort', passOn, { once: true });
  const result = await child.finally(() => context.signal.removeEventListener('abort', passOn));
  if (result.exitCode !== undefined) return result.exitCode;
  if (result.signal !== undefined) return 128 + (signalNumbers[result.signal] ?? 0);
  const code = (result.cause as NodeJS.ErrnoException | undefined)?.code ?? result.code;
  throw new WanError(`cannot run ${file}: ${code === 'ENOENT' ? 'there is no such command' : code}`, {
    hint: 'wan sandbox -- ./my-script',
  });
}

const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Real keys and addresses stay outside; settings and jobs are fresh unless the user placed them. */
function childEnvironment(env: Context['env'], directory: string): Record<string, string> {
  const hidden = new Set([
    ...Object.values(providers).flatMap((provider) => [
      ...provider.keyVariables,
      ...provider.baseVariables,
      ...provider.workspaceVariables,
      ...(provider.keyFile === undefined ? [] : [provider.keyFile.variable]),
    ]),
    'ACEDATACLOUD_PLATFORM_TOKEN',
    'ACEDATACLOUD_PLATFORM_BASE_URL',
    'SINANCODE_API_KEY',
    'SINANCODE_BASE_URL',
    'SINANCODE_UPLOAD_BASE_URL',
    'WAN_PROFILE',
    'WAN_REGION',
  ]);
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || hidden.has(name) ? [] : [[name, value] as const],
  );
  const direct = [env['no_proxy'] ?? env['NO_PROXY'] ?? '', '127.0.0.1', 'localhost']
    .filter((part) => part !== '')
    .join(',');
  return {
    WAN_CONFIG_DIR: path.join(directory, 'config'),
    WAN_STATE_DIR: path.join(directory, 'state'),
    ...Object.fromEntries(kept),
    // Other clients would send even this machine's own addresses through a proxy.
    NO_PROXY: direct,
    no_proxy: direct,
  };
}

async function readFaults(context: Context, file: string | undefined): Promise<readonly FaultRule[]> {
  if (file === undefined) return [];
  try {
    return parseFaultPlan(textOf(readUserFile(resolvePath(context, file))), file);
  } catch (error) {
    if (error instanceof WanError) throw error;
    throw new UsageError(`--faults ${file} cannot be read: ${(error as Error).message}`, {
      hint: 'name a JSON file',
    });
  }
}

async function openLog(context: Context, file: string) {
  const handle = await open(resolvePath(context, file), 'a', 0o600).catch((error: Error) => {
    throw new UsageError(`--log ${file} cannot be written: ${error.message}`, {
      hint: 'choose another place',
    });
  });
  let last: Promise<unknown> = Promise.resolve();
  return {
    write: (entry: unknown) => {
      // One after the other, so that lines never mix.
      last = last.then(() => handle.write(`${JSON.stringify(entry)}\n`)).catch(() => {});
    },
    close: async () => {
      await last;
      await handle.close();
    },
  };
}

async function start(
  port: number,
  options: Omit<Parameters<typeof startSandbox>[0], 'port'>,
): Promise<Sandbox> {
  try {
    return await startSandbox({ port, ...options });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UsageError(`port ${port} is in use`, { hint: '--port 0 takes a free one' });
  }
}
