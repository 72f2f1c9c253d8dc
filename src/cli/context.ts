import { setMaxListeners } from 'node:events';
import { homedir } from 'node:os';
import path from 'node:path';
import { InterruptedError, TerminatedError, UsageError } from '../core/errors.ts';
import type { SteadyClock } from '../core/clock.ts';
import { ExitCode } from '../core/exit-code.ts';
import { createSecrets, type Secrets } from '../core/redact.ts';
import { createIo, type Io } from './io.ts';
import { page } from './pager.ts';
import { expandHome } from '../core/home-path.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command may touch of the world outside. Built here from the real one, and by tests from their own. */
export type Context = {
  env: Environment;
  /** The file that some of it comes from, as it was named: commands that go on need it, too. */
  envFile?: string;
  cwd: string;
  version: string;
  io: Io;
  stdin: NodeJS.ReadStream;
  clock: SteadyClock;
  random: () => number;
  /** Aborts with the error to end with, on the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** Names what is said, in a moment and without waiting, before a second one leaves at once. */
  beforeLeaving?: (say: () => void) => void;
  secrets: Secrets;
  /** When it started, by the monotonic clock: what deadlines count from. */
  startedSteadyMs: number;
  /** @throws {UsageError} when there is neither the variable nor a home */
  configDirectory: () => string;
  stateDirectory: () => string;
  homeDirectory: () => string | undefined;
  /** How to start this very program again, as a child. */
  self: { node: string; nodeVersion: string; script: string };
};

/** The only place that reads `process`. */
export function realContext(version: string): Context {
  const { env } = process;
  const secrets = createSecrets();
  let lastWords = () => {};
  return {
    env,
    get cwd() {
      return workingDirectory();
    },
    version,
    io: createIo({
      stdin: () => process.stdin,
      stdout: () => process.stdout,
      stderr: () => process.stderr,
      redact: secrets.redact,
      pager: (text) => page(text, env, () => process.getBuiltinModule('node:child_process').spawnSync),
    }),
    get stdin() {
      return process.stdin;
    },
    clock: { now: Date.now, monotonic: () => performance.now(), sleep },
    random: Math.random,
    signal: interruption(() => lastWords()),
    beforeLeaving: (say) => {
      lastWords = say;
    },
    secrets,
    startedSteadyMs: performance.now(),
    ...placesOf(env),
    self: {
      node: process.execPath,
      nodeVersion: process.versions.node,
      script: process.argv[1] ?? '',
    },
  };
}

/** Where things are, as an environment says. */
export function placesOf(
  env: Environment,
): Pick<Context, 'configDirectory' | 'stateDirectory' | 'homeDirectory'> {
  const home = () => findHome(env);
  const directory = (variable: string, xdg: string, fallback: readonly string[]) => () => {
    const own = env[variable];
    if (own !== undefined && own !== '') return path.resolve(expandHome(own, home()));
    const base = expandHome(env[xdg] ?? '', home());
    if (path.isAbsolute(base)) return path.join(base, 'wan');
    const place = home();
    if (place !== undefined) return path.join(place, ...fallback, 'wan');
    throw new UsageError('there is no home directory to keep settings and jobs in', {
      hint: 'set HOME, or WAN_CONFIG_DIR and WAN_STATE_DIR',
    });
  };
  return {
    configDirectory: directory('WAN_CONFIG_DIR', 'XDG_CONFIG_HOME', ['.config']),
    stateDirectory: directory('WAN_STATE_DIR', 'XDG_STATE_HOME', ['.local', 'state']),
    homeDirectory: home,
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new UsageError('the working directory is not there any more', {
      hint: 'cd to one that is',
      cause: error,
    });
  }
}

function findHome(env: Environment): string | undefined {
  const own = env['HOME'];
  if (own !== undefined && path.isAbsolute(own)) return own;
  try {
    const found = homedir();
    return path.isAbsolute(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The first Ctrl-C or SIGTERM asks for an orderly end, the second one leaves at once. */
function interruption(lastWords: () => void): AbortSignal {
  const controller = new AbortController();
  // A hundred jobs that sleep at once are no leak; Node would say so on stderr.
  setMaxListeners(0, controller.signal);
  const on = (signal: NodeJS.Signals, error: () => Error, code: number) => {
    process.on(signal, () => {
      if (!controller.signal.aborted) {
        controller.abort(error());
        return;
      }
      try {
        lastWords();
      } finally {
        // oxlint-disable-next-line unicorn/no-process-exit -- the user has asked twice
        process.exit(code);
      }
    });
  };
  on('SIGINT', () => new InterruptedError('interrupted'), ExitCode.interrupted);
  on('SIGTERM', () => new TerminatedError('terminated'), ExitCode.terminated);
  // A closed terminal is a Ctrl-C from nobody.
  on('SIGHUP', () => new TerminatedError('the terminal was closed'), 129);
  return controller.signal;
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
