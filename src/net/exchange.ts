import diagnostics from 'node:diagnostics_channel';
import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import type { HttpReply, SendOutcome } from '../core/http.ts';
import { describeFault } from './describe-fault.ts';
import { parseJson } from './parse-json.ts';

export type Exchange = {
  method: 'GET' | 'POST';
  url: URL;
  headers: Record<string, string>;
  /** Of this very object is known whether it began to leave. */
  payload: Buffer | AsyncIterable<Uint8Array> | undefined;
  dispatcher: Dispatcher;
  /** Gives up on the attempt; what it says is told by `whyOver`. */
  isOver: AbortSignal;
  whyOver: () => string;
  /** Someone wants to stop: its reason is thrown once bytes have left. */
  signal: AbortSignal;
  /** Milliseconds; 0 where `isOver` watches. */
  timeoutMs: number;
};

/** Tries of one attempt to get through a proxy. */
const maxTunnels = 5;

/** Replies of task APIs are a few kilobytes; more than this is nothing that we asked for. */
const maxReplyBytes = 4 * 1024 * 1024;

/**
 * One HTTP attempt: no retry, no redirect followed, so that a key goes to the named host only. Failures come
 * back as an outcome; only an abort after the first byte is thrown.
 */
export async function exchange(call: Exchange): Promise<SendOutcome> {
  const { method, url, payload, headers, dispatcher, signal, isOver, timeoutMs } = call;
  let isHopeless = false;
  const wire = watchWire(url, payload, () => {
    isHopeless = true;
    // An abort does not reach a request that still waits for its tunnel; the end of its dispatcher does.
    setImmediate(() => void dispatcher.destroy().catch(() => {}));
  });
  try {
    const response = await request(url, {
      method,
      dispatcher,
      headers,
      // undici takes any async iterable and waits for the socket between pieces; its types do not say so.
      body: (payload ?? null) as Buffer | Readable | null,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.any([signal, isOver]),
    });
    const text = await readText(response.body);
    return { kind: 'reply', reply: toReply(response.statusCode, response.headers, text) };
  } catch (error) {
    if (signal.aborted && wire.sent()) throw signal.reason;
    if (signal.aborted) return { kind: 'never-sent', reason: 'interrupted' };
    if (isHopeless) return { kind: 'never-sent', reason: 'the proxy closes every connection' };
    const reason = isOver.aborted ? call.whyOver() : describeFault(error);
    return { kind: wire.sent() ? 'lost' : 'never-sent', reason };
  } finally {
    wire.stop();
  }
}

/** Tells whether our request began to leave: silent on refused connections, broken TLS and proxy CONNECTs. */
function watchWire(
  url: URL,
  payload: Buffer | AsyncIterable<Uint8Array> | undefined,
  giveUp: () => void,
): { sent: () => boolean; stop: () => void } {
  let isSent = false;
  let tunnels = 0;
  const listener = (message: unknown) => {
    const sent = (message as { request?: { body?: unknown; path?: unknown; method?: unknown } }).request;
    // A request with a body is known by that very object, one without by its address.
    const isOurs =
      payload === undefined ? sent?.path === `${url.pathname}${url.search}` : sent?.body === payload;
    if (isOurs) isSent = true;
    // undici asks a proxy that hangs up on CONNECT again at once, thousands of times, until the timeout.
    const isTunnel = sent?.method === 'CONNECT' && String(sent.path).startsWith(`${url.hostname}:`);
    if (isTunnel && (tunnels += 1) > maxTunnels) giveUp();
  };
  diagnostics.subscribe('undici:client:sendHeaders', listener);
  return {
    sent: () => isSent,
    stop: () => {
      diagnostics.unsubscribe('undici:client:sendHeaders', listener);
    },
  };
}

async function readText(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxReplyBytes) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toReply(
  status: number,
  rawHeaders: Record<string, string | string[] | undefined>,
  text: string,
): HttpReply {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(rawHeaders)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) headers[name.toLowerCase()] = first;
  }
  return { status, headers, text, json: parseJson(text) };
}
