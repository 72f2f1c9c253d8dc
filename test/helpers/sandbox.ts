import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { parseFaultPlan } from '../../src/sandbox/fault-plan.ts';
import type { RequestLogEntry } from '../../src/sandbox/request-log.ts';
import { startSandbox, type SandboxOptions } from '../../src/sandbox/server.ts';
import { createClipMaker } from '../../src/sandbox/video/clip-maker.ts';
import type { ClipSpec } from '../../src/sandbox/video/clip-spec.ts';

/** Tells providers and requests apart, without the program's own knowledge of them. */
type Provider = 'dashscope' | 'acedata' | 'sinancode';

export type OpenOptions = Partial<Omit<SandboxOptions, 'faults' | 'onRequest' | 'now'>> & {
  /** Which one `env` makes wan use. Default: dashscope. */
  provider?: Provider;
  /** Rules of a fault plan, as a user writes them. */
  faults?: readonly object[];
};

export type TestSandbox = {
  origin: string;
  port: number;
  directory: string;
  /** Makes wan use this sandbox, by the protocol of `provider`. */
  env: Record<string, string>;
  /** Requests that are over, in the order in which they ended. */
  requests: RequestLogEntry[];
  submits: () => RequestLogEntry[];
  queries: () => RequestLogEntry[];
  downloads: () => RequestLogEntry[];
  /** Lets the service's time pass. Its clock starts with the real one. */
  pass: (ms: number) => void;
  close: () => Promise<void>;
};

/** A key that no output may show. */
export const sandboxKey = 'sk-e2e-secret-0123456789abcdef';

/** An hour: longer than any test, so that a task ends only when a test passes the time. */
export const notBeforePassed = 3_600_000;

let clipDirectory: Promise<string> | undefined;
let clipMaker: ReturnType<typeof createClipMaker> | undefined;

// Clips are rendered once for each test file.
afterAll(async () => {
  await clipMaker?.close();
  if (clipDirectory !== undefined) await rm(await clipDirectory, { recursive: true, force: true });
});

async function sharedClips(): Promise<ReturnType<typeof createClipMaker>> {
  clipDirectory ??= mkdtemp(path.join(tmpdir(), 'wan-e2e-clips-'));
  const directory = await clipDirectory;
  // The worker only exists in its built form.
  clipMaker ??= createClipMaker(directory, new URL('../../dist/clip-worker.js', import.meta.url));
  return clipMaker;
}

/** A clip as the sandbox makes them, as a file that stays until the test file ends. */
export async function renderClip(spec: ClipSpec): Promise<string> {
  return (await sharedClips()).clip(spec);
}

/**
 * Starts the services inside the test, on a free port and a directory of their own; both go when the test ends.
 * Tasks are finished 100 ms after their submit unless told otherwise.
 */
export async function openSandbox(options: OpenOptions = {}): Promise<TestSandbox> {
  const { provider = 'dashscope', faults = [], ...given } = options;
  const directory = given.directory ?? (await mkdtemp(path.join(tmpdir(), 'wan-e2e-sandbox-')));
  const requests: RequestLogEntry[] = [];
  const clips = await sharedClips();
  let passed = 0;
  const sandbox = await startSandbox({
    port: 0,
    latencyMs: 100,
    expiryMs: 86_400_000,
    now: () => Date.now() + passed,
    clips: { clip: (spec) => clips.clip(spec), close: async () => {} },
    ...given,
    directory,
    faults: parseFaultPlan(JSON.stringify(faults), 'the test'),
    onRequest: (entry) => requests.push(entry),
  });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= sandbox.close());
  onTestFinished(async () => {
    await close();
    if (given.directory === undefined) await rm(directory, { recursive: true, force: true });
  });
  const matching = (pattern: RegExp) => () =>
    requests.filter(({ method, url }) => pattern.test(`${method} ${url}`));
  return {
    origin: sandbox.origin,
    port: sandbox.port,
    directory,
    env: environmentFor(sandbox.origin, provider),
    requests,
    submits: matching(/^POST \S*(?:\/video-synthesis|\/wan\/videos|\/generate\/bailian\/[\w-]+)$/u),
    queries: matching(/^(?:GET \/(?:api\/)?v1\/tasks\/|POST \/wan\/tasks)/u),
    downloads: matching(/^GET \/dashscope-result\//u),
    pass: (ms) => {
      passed += ms;
    },
    close,
  };
}

/** Variables that make wan use a service at this address. */
export function environmentFor(origin: string, provider: Provider = 'dashscope'): Record<string, string> {
  return {
    dashscope: { DASHSCOPE_HTTP_BASE_URL: `${origin}/api/v1`, DASHSCOPE_API_KEY: sandboxKey },
    acedata: { ACEDATACLOUD_API_BASE_URL: origin, ACEDATACLOUD_API_TOKEN: sandboxKey },
    sinancode: { SINANCODE_BASE_URL: `${origin}/v1`, SINANCODE_API_KEY: sandboxKey },
  }[provider];
}
