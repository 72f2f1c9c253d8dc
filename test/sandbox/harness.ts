import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type Agent, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { ClipMaker } from '../../src/sandbox/clips.ts';
import type { ClipSpec } from '../../src/sandbox/video/clip-spec.ts';
import { parseFaultPlan } from '../../src/sandbox/fault-plan.ts';
import type { RequestLogEntry } from '../../src/sandbox/request-log.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/server.ts';

/** A reply, or how the connection ended without one. */
export type Answer = {
  /** Null when the connection was cut before a status. */
  status: number | null;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  text: string;
  json: unknown;
  /** True when the connection ended before the promised length. */
  isCut: boolean;
};

export type Sending = {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Connections to use again; without it every request has one of its own. */
  agent?: Agent;
};

/** Bytes that pass for a clip: what matters here is that they arrive whole. */
export const clipBytes = Buffer.concat([
  Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isommp41', 'latin1'),
  Buffer.from(Array.from({ length: 9976 }, (_, index) => index % 251)),
]);

export type Harness = Sandbox & {
  directory: string;
  log: RequestLogEntry[];
  /** Clips that were asked for. */
  clips: ClipSpec[];
  /** Lets time pass. */
  pass: (ms: number) => void;
  time: () => number;
  call: (path: string, sending?: Sending) => Promise<Answer>;
  /** Another server on the same directory and clock. */
  reopen: (options?: Partial<SandboxOptions>) => Promise<Harness>;
};

export const startTime = Date.parse('2026-11-20T04:00:00.250Z');
export const latencyMs = 3000;
export const key = 'sk-0123456789abcdef';

/** A sandbox in a temporary directory, with a clock of its own; everything goes when the test ends. */
export async function openHarness(
  options: Partial<SandboxOptions> & { plan?: unknown } = {},
  shared?: { directory: string; clock: { now: number } },
): Promise<Harness> {
  const directory = shared?.directory ?? (await temporaryDirectory());
  const clock = shared?.clock ?? { now: startTime };
  const log: RequestLogEntry[] = [];
  const clips: ClipSpec[] = [];
  const maker: ClipMaker = {
    clip: async (spec) => {
      clips.push(spec);
      const path = join(directory, 'clip.mp4');
      await writeFile(path, clipBytes);
      return path;
    },
    close: async () => {},
  };
  const { plan, ...given } = options;
  const sandbox = await startSandbox({
    port: 0,
    directory: join(directory, 'state'),
    latencyMs,
    expiryMs: 86_400_000,
    faults: plan === undefined ? [] : parseFaultPlan(JSON.stringify(plan), 'plan.json'),
    now: () => clock.now,
    onRequest: (entry) => log.push(entry),
    clips: maker,
    ...given,
  });
  onTestFinished(() => sandbox.close());
  return {
    ...sandbox,
    directory,
    log,
    clips,
    pass: (ms) => {
      clock.now += ms;
    },
    time: () => clock.now,
    call: async (path, sending) => {
      const before = log.length;
      const answer = await send(path.startsWith('http') ? path : sandbox.origin + path, sending);
      // A request is logged once its answer has left, which on a busy machine is after we have it.
      if (answer.status !== null)
        await vi.waitUntil(() => log.length > before, { interval: 1 }).catch(() => {});
      return answer;
    },
    reopen: (more) => openHarness(more, { directory, clock }),
  };
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'wan-sandbox-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** One request on a connection of its own; a cut connection is an answer too. */
export function send(
  url: string,
  { method = 'GET', headers = {}, body, agent }: Sending = {},
): Promise<Answer> {
  const content = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve) => {
    // The URL is split by hand, because `URL` would rewrite some of the odd ones.
    const [, hostname = '', port = '', path = ''] = /^http:\/\/([^:/]+):(\d+)(.*)$/su.exec(url) ?? [];
    const call = request({ hostname, port, path, method, headers, agent: agent ?? false });
    const chunks: Buffer[] = [];
    const finish = (status: number | null, replyHeaders: Answer['headers'], isCut: boolean) => {
      const bytes = Buffer.concat(chunks);
      const text = bytes.toString('utf8');
      resolve({ status, headers: replyHeaders, bytes, text, json: parsed(text), isCut });
    };
    let reply: IncomingMessage | undefined;
    call.once('error', () => finish(reply?.statusCode ?? null, reply?.headers ?? {}, true));
    call.once('response', (response) => {
      reply = response;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', () => {});
      response.once('close', () => finish(response.statusCode ?? null, response.headers, !response.complete));
    });
    call.end(content);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const videoPath = '/api/v1/services/aigc/video-generation/video-synthesis';
export const imagePath = '/api/v1/services/aigc/image2video/video-synthesis';

export const asyncHeaders = {
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
  'x-dashscope-async': 'enable',
};

export const plainSubmit = {
  model: 'wan2.6-t2v',
  input: { prompt: 'a paper boat' },
  parameters: { size: '1280*720', duration: 5 },
};

/** Submits to DashScope; the body given replaces parts of a plain one. */
export function submit(
  sandbox: Harness,
  body: unknown = plainSubmit,
  more: Sending & { path?: string } = {},
) {
  return sandbox.call(more.path ?? videoPath, {
    method: 'POST',
    body,
    ...more,
    headers: { ...asyncHeaders, ...more.headers },
  });
}

export function query(sandbox: Harness, taskId: string) {
  return sandbox.call(`/api/v1/tasks/${taskId}`, { headers: { authorization: `Bearer ${key}` } });
}
