import type { SendOutcome } from '../../src/core/http.ts';
import type { Job } from '../../src/core/job.ts';
import { providers } from '../../src/providers/index.ts';
import type { HttpCall } from '../../src/providers/protocol.ts';
import type { Connection, JobEvent, Runtime, SendCallOptions } from '../../src/workflow/runtime.ts';

export const startMs = Date.UTC(2026, 10, 20, 12, 0, 0);

export function connectionTo(provider: 'dashscope' | 'acedata', patch: Partial<Connection> = {}): Connection {
  return {
    provider: providers[provider],
    profile: provider,
    region: provider === 'dashscope' ? 'beijing' : undefined,
    base: 'https://service.example/api/v1',
    isCustomBase: false,
    workspace: undefined,
    key: 'sk-secret',
    fingerprint: 'same',
    ...patch,
  };
}

type Step = SendOutcome | ((call: HttpCall, options: SendCallOptions) => SendOutcome | Promise<SendOutcome>);

/**
 * A world without network, disk and time. Answers come from a script; a sleep moves the clock and returns. Everything
 * that happens is one line of the log, in order.
 */
export function fakeWorld(
  script: readonly Step[],
  hooks: {
    onSave?: (job: Job) => void;
    onSleep?: (ms: number) => void | Promise<void>;
    /** What earlier jobs took, by their key. Milliseconds. */
    runTimes?: Record<string, readonly number[]>;
  } = {},
) {
  const log: string[] = [];
  const saved: Job[] = [];
  const events: JobEvent[] = [];
  const options: SendCallOptions[] = [];
  const interruption = new AbortController();
  const rest = [...script];
  const learned: [key: string, ms: number][] = [];
  let now = startMs;
  let passed = 0;
  const unused = (name: string) => () => {
    throw new Error(`${name} is not part of this`);
  };
  const runtime: Runtime = {
    clock: {
      now: () => now,
      monotonic: () => passed,
      sleep: async (ms, signal) => {
        signal.throwIfAborted();
        log.push(`sleep ${ms}`);
        await hooks.onSleep?.(ms);
        signal.throwIfAborted();
        now += ms;
        passed += ms;
      },
    },
    random: () => 0.5,
    signal: interruption.signal,
    jobs: {
      directory: '/nowhere',
      save: async (job) => {
        log.push(`save ${job.status}${job.task_id === null ? '' : ` ${job.task_id}`}`);
        saved.push(job);
        hooks.onSave?.(job);
      },
      reopen: unused('reopen'),
      find: unused('find'),
      findByTask: unused('findByTask'),
      ownerOf: async () => undefined,
      giveTask: async () => {},
      listOpen: unused('listOpen'),
      findByVideo: unused('findByVideo'),
      match: unused('match'),
      newest: unused('newest'),
      latest: unused('latest'),
      fileOf: unused('fileOf'),
      tryLock: unused('tryLock'),
      requireHeld: async () => {},
      leaveTask: unused('leaveTask'),
      findLeftTask: async () => undefined,
      isHeld: unused('isHeld'),
      fingerprint: unused('fingerprint'),
    },
    send: async (_connection, call, sendOptions = {}) => {
      log.push(`send ${call.method} ${call.path}`);
      options.push(sendOptions);
      const step = rest.shift();
      if (step === undefined) throw new Error('the script is over');
      return typeof step === 'function' ? step(call, sendOptions) : step;
    },
    runTimes: {
      find: async (key) => hooks.runTimes?.[key] ?? [],
      learn: async (key, ms) => void learned.push([key, ms]),
    },
    forgetRegion: async ({ region }) => void log.push(`forget ${region}`),
    emit: (event) => void events.push(event),
    download: unused('download'),
    uploading: {
      post: unused('post'),
      cache: {
        find: unused('find'),
        keep: unused('keep'),
        forget: async (_identity, url) => void log.push(`forget ${url}`),
      },
      variable: () => undefined,
    },
  };
  return {
    runtime,
    log,
    saved,
    events,
    options,
    learned,
    /** Sets the clock on the wall, or has time pass that no sleep has asked for. */
    setClock: (ms: number) => void (now = ms),
    pass: (ms: number) => void ((now += ms), (passed += ms)),
    left: rest,
    interrupt: (reason: Error) => interruption.abort(reason),
  };
}
