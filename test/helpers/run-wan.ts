import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Options, type ResultPromise } from 'execa';
import { onTestFinished } from 'vitest';

/** The program as users start it. */
export const wanScript = fileURLToPath(new URL('../../bin/wan.js', import.meta.url));

/** Directories for one user of wan, away from everybody else's. */
export type Place = {
  /** Holds all of it. */
  root: string;
  /** The working directory: what a run saves without being told where. */
  cwd: string;
  configDirectory: string;
  stateDirectory: string;
  home: string;
};

export type RunOptions = {
  /** Added to an environment that holds only where things are: no keys, no proxies, no home of ours. */
  env?: Record<string, string | undefined>;
  /** Default: the place's working directory. */
  cwd?: string;
  /** Written to stdin, which is empty and closed otherwise. */
  input?: string | Uint8Array;
  /** Flags for node itself, before the script. */
  node?: readonly string[];
  /** A program, with its own arguments, that starts node: `prlimit`, `unshare`. */
  through?: readonly string[];
  /** Several runs of one user share a place; without one each run has its own. */
  place?: Place;
};

export type WanRun = {
  exitCode: number;
  /** Exactly as written, line ends included. */
  stdout: string;
  stdoutBytes: Buffer;
  stderr: string;
  /** What the working directory holds afterwards, sorted, relative, directories with a slash at their end. */
  files: string[];
  place: Place;
};

export type StartedWan = {
  /** The child itself, for signals and for reading what it writes while it runs. */
  child: ResultPromise<ChildOptions>;
  place: Place;
  /** Resolves when it has ended; killed by a signal, the exit code is 128 + its number. */
  done: Promise<WanRun>;
};

type ChildOptions = ReturnType<typeof childOptions>;

const signalNumbers: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** No run takes this long; one that does hangs. */
const timeoutMs = 45_000;

/** Fresh directories, removed when the running test ends. */
export async function makePlace(): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), 'wan-e2e-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const place: Place = {
    root,
    cwd: path.join(root, 'work'),
    configDirectory: path.join(root, 'config'),
    stateDirectory: path.join(root, 'state'),
    home: path.join(root, 'home'),
  };
  await Promise.all([place.cwd, place.home, path.join(root, 'tmp')].map((directory) => mkdir(directory)));
  return place;
}

/** Starts `bin/wan.js` as a process of its own. It is killed, if need be, when the running test ends. */
export async function startWan(args: readonly string[], options: RunOptions = {}): Promise<StartedWan> {
  const place = options.place ?? (await makePlace());
  const command = [...(options.through ?? []), process.execPath, ...(options.node ?? []), wanScript, ...args];
  const child = execa(command[0] ?? '', command.slice(1), childOptions(place, options));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
  return { child, place, done: finish(child, place) };
}

/** Runs `bin/wan.js` to its end. Never rejects because of how it ended. */
export async function runWan(args: readonly string[], options: RunOptions = {}): Promise<WanRun> {
  return (await startWan(args, options)).done;
}

/** Resolves once a running program's stderr shows the text. */
export async function said({ child }: StartedWan, text: string): Promise<void> {
  let seen = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
    child.stderr.on('end', () => reject(new Error(`it ended without "${text}":\n${seen}`)));
  });
}

function childOptions(place: Place, { cwd = place.cwd, env = {}, input = '' }: RunOptions) {
  return {
    cwd,
    env: { ...environment(place), ...env },
    extendEnv: false,
    input,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  } as const satisfies Options;
}

async function finish(child: ResultPromise<ChildOptions>, place: Place): Promise<WanRun> {
  const { exitCode, signal, stdout, stderr, timedOut, shortMessage } = await child;
  // What never ran at all has neither an exit code nor a signal: a program that is missing here.
  if (timedOut || (exitCode === undefined && signal === undefined))
    throw new Error(`${shortMessage}\n${Buffer.from(stderr ?? '').toString()}`);
  const stdoutBytes = Buffer.from(stdout);
  return {
    exitCode: exitCode ?? 128 + (signalNumbers[signal ?? ''] ?? 0),
    stdout: stdoutBytes.toString(),
    stdoutBytes,
    stderr: Buffer.from(stderr).toString(),
    files: await listFiles(place.cwd),
    place,
  };
}

function environment(place: Place): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    LANG: 'C.UTF-8',
    HOME: place.home,
    TMPDIR: path.join(place.root, 'tmp'),
    WAN_CONFIG_DIR: place.configDirectory,
    WAN_STATE_DIR: place.stateDirectory,
  };
}

/** Everything below a directory that may not exist, sorted; directories have a slash at their end. */
export async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .map((entry) => {
      const name = path.relative(directory, path.join(entry.parentPath, entry.name));
      return entry.isDirectory() ? `${name}/` : name;
    })
    .toSorted();
}
