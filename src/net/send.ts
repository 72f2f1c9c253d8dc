import diagnostics from 'node:diagnostics_channel';
import { request, type Dispatcher } from 'undici';
import type { HttpReply, SendOutcome } from '../core/http.ts';

export type SendOptions = {
  dispatcher: Dispatcher;
  headers: Record<string, string>;
  /** For the whole attempt, from connecting to the last byte. */
  timeoutMs: number;
  signal: AbortSignal;
};

/** Tries of one attempt to get through a proxy. */
const maxTunnels = 5;

/** Replies of task APIs are a few kilobytes; more than this is nothing that we asked for. */
const maxReplyBytes = 4 * 1024 * 1024;

/**
 * One HTTP attempt: no retry, no redirect followed, so that a key goes to the named host only. Failures come
 * back as an outcome; only an abort after the first byte is thrown.
 */
export async function sendOnce(
  method: 'GET' | 'POST',
  url: URL,
  body: unknown,
  options: SendOptions,
): Promise<SendOutcome> {
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const timeout = AbortSignal.timeout(options.timeoutMs);
  let isHopeless = false;
  const wire = watchWire(url, payload, () => {
    isHopeless = true;
    // An abort does not reach a request that still waits for its tunnel; the end of its dispatcher does.
    setImmediate(() => void options.dispatcher.destroy().catch(() => {}));
  });
  try {
    const response = await request(url, {
      method,
      dispatcher: options.dispatcher,
      headers: {
        ...options.headers,
        accept: 'application/json',
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: payload ?? null,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      signal: AbortSignal.any([options.signal, timeout]),
    });
    const text = await readText(response.body);
    return { kind: 'reply', reply: toReply(response.statusCode, response.headers, text) };
  } catch (error) {
    if (options.signal.aborted && wire.sent()) throw options.signal.reason;
    if (options.signal.aborted) return { kind: 'never-sent', reason: 'interrupted' };
    if (isHopeless) return { kind: 'never-sent', reason: 'the proxy closes every connection' };
    const reason = timeout.aborted
      ? `no answer within ${Math.round(options.timeoutMs / 1000)} s`
      : describeFault(error);
    return { kind: wire.sent() ? 'lost' : 'never-sent', reason };
  } finally {
    wire.stop();
  }
}

/** Tells whether our request began to leave: silent on refused connections, broken TLS and proxy CONNECTs. */
function watchWire(
  url: URL,
  payload: Buffer | undefined,
  giveUp: () => void,
): { sent: () => boolean; stop: () => void } {
  let isSent = false;
  let tunnels = 0;
  const listener = (message: unknown) => {
    const sent = (message as { request?: { body?: unknown; path?: unknown; method?: unknown } }).request;
    // A request with a body is known by that very buffer, one without by its address.
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

/** The value of a JSON text, or undefined. `change` sees every text in it. */
export function parseJson(text: string, change: (text: string) => string = (same) => same): unknown {
  try {
    return JSON.parse(text, (_key, value: unknown) =>
      typeof value === 'string' ? change(value) : value,
    ) as unknown;
  } catch {
    return undefined;
  }
}

const faults: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'the host was not found',
  EAI_AGAIN: 'the host could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped coming',
  UND_ERR_SOCKET: 'the connection was closed',
  CERT_HAS_EXPIRED: 'the host’s certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the host’s certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain holds a self-signed one (set NODE_EXTRA_CA_CERTS)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the host’s certificate cannot be verified (set NODE_EXTRA_CA_CERTS)',
};

/** A network error in words, with its code. */
export function describeFault(error: unknown): string {
  const chain: unknown[] = [];
  for (let next = error; next !== undefined && chain.length < 5; next = (next as { cause?: unknown }).cause) {
    chain.push(next);
    if (next instanceof AggregateError) chain.push(next.errors[0]);
    if (typeof next !== 'object' || next === null) break;
  }
  const codes = chain.flatMap((link) => {
    const code = (link as { code?: unknown } | undefined)?.code;
    return typeof code === 'string' ? [code] : [];
  });
  const known = codes.find((code) => Object.hasOwn(faults, code));
  if (known !== undefined) return `${faults[known]} (${known})`;
  return error instanceof Error ? error.message : String(error);
}
