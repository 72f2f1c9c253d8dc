import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestLogEntry } from '../../src/sandbox/request-log.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { startWan, type Place, type StartedWan, type WanRun } from '../helpers/run-wan.ts';
import { environmentFor, renderClip } from '../helpers/sandbox.ts';
import { readTrace, type Trace } from './trace.ts';

export type Signal = 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGSTOP';

/** Where in a run to strike: at a point, counted from 1, or at the first whose name begins so. */
export type Strike = {
  at: number | string;
  signal: Signal;
  /** Of a SIGSTOP: how long it lasts by every clock, and what happens meanwhile. */
  stop?: { ms: number; meanwhile: () => Promise<void> };
};

export type TracedRun = WanRun & { trace: Trace };

export type Provider = 'dashscope' | 'acedata' | 'sinancode';

/** What kind of world a scenario needs. */
export type Kind = {
  provider: Provider;
  size: Size;
  /** False for disks without hard links. */
  hasLinks: boolean;
};

/** One user's directories, a service of their own, and the runs of wan made there. */
export type World = {
  place: Place;
  /** Requests that are over, in the order in which they ended. */
  requests: RequestLogEntry[];
  /** Runs wan, counting its points. */
  run: (
    args: readonly string[],
    options?: { strike?: Strike; node?: readonly string[] },
  ) => Promise<TracedRun>;
  /** The tasks that the service has accepted: what would be billed. */
  tasks: () => Promise<{ id: string; prompt: string }[]>;
  /** Lets the service's time pass. It stands still otherwise, so that every run sees the same. */
  pass: (ms: number) => void;
  /** Sets every clock ahead, also those of the runs to come. */
  later: (ms: number) => void;
  close: () => Promise<void>;
};

/** How long a task takes at the service. */
export const latencyMs = 300;

/** After so long a submit that the service's list does not show was never accepted. */
export const noLongerOpenMs = 10 * 60_000 + 30_000;

const preload = new URL('./preload/kill-at.mjs', import.meta.url).href;
/** What the service serves: one that takes a while, or one that is fetched over several connections. */
export type Size = 'long' | 'large';

const paddingBytes = { long: 9_500_000, large: 66_000_000 };

/** A service, and directories of an own user. The caller closes it. */
export async function openWorld({ provider, size, hasLinks }: Kind): Promise<World> {
  const root = await mkdtemp(path.join(tmpdir(), 'wan-crash-'));
  const place = {
    root,
    cwd: path.join(root, 'work'),
    configDirectory: path.join(root, 'config'),
    stateDirectory: path.join(root, 'state'),
    home: path.join(root, 'home'),
  };
  await Promise.all([place.cwd, place.home, path.join(root, 'tmp')].map((directory) => mkdir(directory)));
  const { file } = await video(size);
  const requests: RequestLogEntry[] = [];
  let now = Date.now();
  const sandbox = await startSandbox({
    port: 0,
    directory: path.join(root, 'service'),
    latencyMs,
    expiryMs: 86_400_000,
    faults: [],
    now: () => now,
    clips: { clip: async () => file, close: async () => {} },
    onRequest: (entry) => {
      requests.push(entry);
      // A task runs on by being looked at: it is running at the first look, and done at the second.
      if (isSubmit(entry) || isQuery(entry)) now += latencyMs / 2;
    },
  });
  const environment = environmentFor(sandbox.origin, provider);
  let runs = 0;
  let aheadMs = 0;
  return {
    place,
    requests,
    run: async (args, { strike, node = [] } = {}) => {
      runs += 1;
      const trace = path.join(root, `trace-${runs}`);
      const env = {
        ...environment,
        WAN_CRASH_ROOT: root,
        WAN_CRASH_TRACE: trace,
        WAN_CRASH_SHIFT: String(aheadMs),
        ...(hasLinks ? {} : { WAN_CRASH_LINKS: 'none' }),
        ...(strike === undefined ? {} : { WAN_CRASH_AT: String(strike.at), WAN_CRASH_SIGNAL: strike.signal }),
        ...(strike?.stop === undefined ? {} : { WAN_CRASH_STOPPED: String(strike.stop.ms) }),
      };
      const started = await startWan(args, { place, env, node: [...node, '--import', preload] });
      if (strike?.stop !== undefined && (await isStopped(started))) {
        now += strike.stop.ms;
        aheadMs += strike.stop.ms;
        await strike.stop.meanwhile();
        started.child.kill('SIGCONT');
      }
      const run = await started.done;
      const told = await readTrace(trace);
      // The machine's clock does not go back because a program ended.
      aheadMs += told.passedMs;
      return { ...run, trace: told };
    },
    tasks: async () => {
      const directory = path.join(root, 'service', 'tasks');
      const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
      return Promise.all(
        names.map(async (name) => {
          const text = await readFile(path.join(directory, name), 'utf8');
          const { id, prompt } = JSON.parse(text) as { id: string; prompt: string };
          return { id, prompt };
        }),
      );
    },
    pass: (ms) => {
      now += ms;
    },
    later: (ms) => {
      now += ms;
      aheadMs += ms;
    },
    close: async () => {
      await sandbox.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Waits until a signal has stopped it. False: it ended without. */
async function isStopped({ child, done }: StartedWan): Promise<boolean> {
  const run = { isOver: false };
  const ended = done.then(() => {
    run.isOver = true;
  });
  while (!run.isOver) {
    // oxlint-disable-next-line no-await-in-loop
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
    if (/\) T /u.test(stat)) return true;
    // oxlint-disable-next-line no-await-in-loop
    await Promise.race([ended, sleep(5)]);
  }
  return false;
}

export function isSubmit({ method, url }: RequestLogEntry): boolean {
  return /^POST \S*(?:\/video-synthesis|\/wan\/videos|\/generate\/bailian\/[\w-]+)$/u.test(
    `${method} ${url}`,
  );
}

function isQuery({ method, url }: RequestLogEntry): boolean {
  return /^(?:GET \/(?:api\/)?v1\/tasks\/[\w-]{36}|POST \/wan\/tasks)/u.test(`${method} ${url}`);
}

export function isDownload({ method, url }: RequestLogEntry): boolean {
  return method === 'GET' && url.startsWith('/dashscope-result/');
}

const made = new Map<Size, Promise<{ file: string; sha256: string }>>();

/** What the service serves: a small clip, made larger by a box that players skip. It lies where such clips do. */
export function video(size: Size): Promise<{ file: string; sha256: string }> {
  const present = made.get(size) ?? makeVideo(size);
  made.set(size, present);
  return present;
}

async function makeVideo(size: Size): Promise<{ file: string; sha256: string }> {
  const clip = await renderClip({ width: 320, height: 240, seconds: 5, sound: true, title: 'crash' });
  const padding = Buffer.alloc(paddingBytes[size], 'so that it takes a while ');
  padding.writeUInt32BE(padding.length, 0);
  padding.write('free', 4);
  const bytes = Buffer.concat([await readFile(clip), padding]);
  const file = `${clip}.${size}.mp4`;
  await writeFile(file, bytes);
  return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
}
