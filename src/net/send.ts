import type { Dispatcher } from 'undici';
import type { SendOutcome } from '../core/http.ts';
import { exchange } from './exchange.ts';
import { afterListening } from './patience.ts';

export type SendOptions = {
  dispatcher: Dispatcher;
  headers: Record<string, string>;
  /** For the whole attempt, from connecting to the last byte. */
  timeoutMs: number;
  signal: AbortSignal;
};

/** One attempt to send a JSON call; what `exchange` says of redirects and failures holds. */
export async function sendOnce(
  method: 'GET' | 'POST',
  url: URL,
  body: unknown,
  options: SendOptions,
): Promise<SendOutcome> {
  const { timeoutMs, signal, dispatcher } = options;
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const over = new AbortController();
  const patience = afterListening(timeoutMs, () => over.abort());
  return exchange({
    method,
    url,
    payload,
    dispatcher,
    headers: {
      ...options.headers,
      accept: 'application/json',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    isOver: over.signal,
    whyOver: () => `no answer within ${Math.round(timeoutMs / 1000)} s`,
    signal,
  }).finally(patience.cancel);
}
