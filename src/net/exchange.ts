import diagnostics from 'node:diagnostics_channel';
import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import type { HttpReply, SendOutcome } from '../core/http.ts';
import { describeFault } from './describe-fault.ts';
import { parseJson } from './parse-json.ts';
import { readBody, type BodyText } from './read-body.ts';

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
};

/** Tries of one attempt to get through a proxy. */
const maxTunnels = 5;

/**
 * One HTTP attempt: no retry, no redirect followed, so that a key goes to the named host only. Failures come
 * back as an outcome, an answer that broke off as far as it came; only an abort between the first byte of ours and
 * the first of the answer is thrown.
 */
export async function exchange(call: Exchange): Promise<SendOutcome> {
  const { method, url, payload, dispatcher, signal, isOver } = call;
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
      // Plain is what everybody understands; what comes packed all the same is unpacked.
      headers: { 'accept-encoding': 'identity', ...call.headers },
      // undici takes any async iterable and waits for the socket between pieces; its types do not say so.
      body: (payload ?? null) as Buffer | Readable | null,
      // undici's own would count while the process was stopped, and an answer waits in its socket.
      headersTimeout: 0,
      bodyTimeout: 0,
      signal: AbortSignal.any([signal, isOver]),
    });
    const headers = firstOfEach(response.headers);
    const why = (error: unknown) =>
      signal.aborted ? 'interrupted' : isOver.aborted ? call.whyOver() : describeFault(error);
    const { 'content-encoding': encoding = '', 'content-type': type = '' } = headers;
    const body = await readBody(response.body, { encoding, type }, why);
    return { kind: 'reply', reply: toReply(response.statusCode, headers, body) };
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

function firstOfEach(raw: Record<string, string | string[] | undefined>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) headers[name.toLowerCase()] = first;
  }
  return headers;
}

function toReply(status: number, headers: Record<string, string>, { text, trouble }: BodyText): HttpReply {
  return { status, headers, text, json: parseJson(text), ...(trouble === undefined ? {} : { trouble }) };
}
