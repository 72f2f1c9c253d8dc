import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { FaultRule } from './fault-plan.ts';
import type { FileSlice, Reply } from './reply.ts';

/** Ends the connection at once, whatever has been said on it. */
export function cut(response: ServerResponse): void {
  response.socket?.destroy();
  response.destroy();
}

/**
 * Sends a reply, with what a fault rule makes of it: changed headers, raw body, fewer bytes, a cut in the middle.
 * Resolves when the last byte left or the connection is gone.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  fault: FaultRule | undefined,
): Promise<void> {
  const body = fault?.body === undefined ? reply.body : Buffer.from(fault.body);
  const whole = lengthOf(body);
  const cutsMid = fault?.drop === 'mid';
  // A cut after so many bytes keeps the promised length; without a cut the reply is simply shorter.
  const sent = Math.min(whole, fault?.truncate ?? (cutsMid ? Math.floor(whole / 2) : whole));
  const headers: Record<string, string> = {
    ...reply.headers,
    'content-length': String(cutsMid ? whole : sent),
  };
  for (const [name, value] of Object.entries(fault?.headers ?? {})) headers[name.toLowerCase()] = value;
  // After a false length nothing else can be said on this connection.
  if (headers['content-length'] !== String(sent)) response.shouldKeepAlive = false;

  if (response.destroyed) return;
  const closed = new Promise<void>((resolve) => response.once('close', () => resolve()));
  // A client that leaves makes writing fail; the closing that follows is all that matters.
  response.on('error', () => {});
  response.writeHead(reply.status, headers);
  try {
    for await (const chunk of chunksOf(body, sent)) {
      if (response.destroyed) break;
      if (!response.write(chunk)) await Promise.race([drained(response), closed]);
    }
    if (cutsMid) await flushed(response);
  } finally {
    if (cutsMid) cut(response);
    else response.end();
  }
  await closed;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('drain', () => resolve()));
}

function lengthOf(body: Buffer | FileSlice): number {
  return Buffer.isBuffer(body) ? body.length : body.end - body.start;
}

async function* chunksOf(body: Buffer | FileSlice, count: number): AsyncGenerator<Buffer> {
  if (count === 0) return;
  if (Buffer.isBuffer(body)) yield body.subarray(0, count);
  else
    yield* createReadStream(body.path, {
      start: body.start,
      end: body.start + count - 1,
    }) as AsyncIterable<Buffer>;
}

/** Waits until what was written is with the system, so that a cut does not take it back. */
async function flushed(response: ServerResponse): Promise<void> {
  if (!response.headersSent || response.destroyed) return;
  response.flushHeaders();
  await new Promise<void>((resolve) => {
    const socket = response.socket;
    if (socket === null || socket.destroyed) return resolve();
    socket.write('', () => resolve());
  });
}
