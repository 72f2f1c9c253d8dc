import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { createIo } from '../../src/cli/io.ts';
import { createSecrets } from '../../src/core/redact.ts';
import { main } from '../../src/main.ts';
import type { Place } from './run-wan.ts';

// The program without a process of its own, for tables of hundreds of command lines.

/** Nobody listens here: whatever were sent after all would end as exit 6. */
export const closedBase = 'http://127.0.0.1:9';

export type InProcessOptions = {
  /** Directories that several runs share, processes included. Default: fresh ones for each run. */
  place?: Place;
  /** Default: one that stands still, and on which nothing may be waited for. */
  clock?: Context['clock'];
  /** Default: always the same number, and so the same ids within a second. */
  random?: () => number;
};

/** The real time, in which every wait is over at once. */
export const hurriedClock: Context['clock'] = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: async () => {},
};

export type InProcessRun = { exitCode: number; stdout: string; stderr: string };

/**
 * Runs one command line with directories of its own (but for `WAN_STATE_DIR`), a key for every provider, and no way out
 * of the machine.
 */
export async function runInProcess(
  argv: readonly string[],
  env: Record<string, string | undefined> = {},
  { place = freshPlace(), clock = stillClock, random = () => 0.5 }: InProcessOptions = {},
): Promise<InProcessRun> {
  const [stdout, stderr] = [collector(), collector()];
  const secrets = createSecrets();
  const stdin = Object.assign(Readable.from([]), { isTTY: false });
  const context: Context = {
    env: {
      DASHSCOPE_API_KEY: 'sk-test-dashscope',
      ACEDATACLOUD_API_TOKEN: 'test-acedata',
      SINANCODE_API_KEY: 'test-sinancode',
      WAN_PROVIDER: 'dashscope',
      HTTPS_PROXY: closedBase,
      ...env,
    },
    cwd: place.cwd,
    version: '0.0.0',
    io: createIo({
      stdin: () => stdin,
      stdout: () => stdout.stream,
      stderr: () => stderr.stream,
      redact: secrets.redact,
    }),
    stdin: stdin as unknown as Context['stdin'],
    clock,
    random,
    signal: new AbortController().signal,
    secrets,
    startedSteadyMs: clock.monotonic(),
    configDirectory: () => place.configDirectory,
    stateDirectory: () => env['WAN_STATE_DIR'] ?? place.stateDirectory,
    homeDirectory: () => place.home,
    self: { node: 'node', nodeVersion: '20.19.0', script: 'wan' },
  };
  const exitCode = await main(argv, context);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

const stillClock: Context['clock'] = {
  monotonic: () => 0,
  now: () => Date.UTC(2026, 10, 20),
  sleep: async () => {
    throw new Error('nothing is waited for here');
  },
};

function freshPlace(): Place {
  const root = mkdtempSync(path.join(tmpdir(), 'wan-in-process-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [configDirectory, stateDirectory] = [path.join(root, 'config'), path.join(root, 'state')];
  return { root, cwd: root, configDirectory, stateDirectory, home: root };
}

/** The document of a run with `--json`. */
export function documentOf({ stdout }: InProcessRun): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

function collector() {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      parts.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString() };
}
