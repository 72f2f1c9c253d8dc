import { NetworkError } from './errors.ts';
import type { ErrorClass } from './exit-code.ts';
import { shorten } from './plain-text.ts';
import { asText } from './untrusted.ts';

/** What a refusal says, read from a reply's JSON. */
export type Refusal = {
  /** The service's own code, or undefined where the reply is not the service's error shape. */
  code: string | undefined;
  message: string;
  requestId: string | undefined;
};

/** What a code of a service means to us. */
export type CodeMeaning = {
  class: ErrorClass;
  hint?: string;
  /** The same call may work later. */
  retryable?: boolean;
  /** On a submit: it stays open whether the task exists. */
  ambiguous?: boolean;
  /** The model is not there, or not for this key: another one may be. */
  isAboutModel?: boolean;
};

/** A refusal in one line: its message, led by its code. */
export function describeRefusal(
  refusal: { code: string | undefined; message: string } | undefined,
): string | undefined {
  if (refusal === undefined) return undefined;
  const { code, message } = refusal;
  const text = shorten(message, 500);
  if (code === undefined || code === text) return text;
  return text === '' ? code : `${code}: ${text}`;
}

/**
 * What a refusing status means by itself: where its body is not the service's own, or in words that nobody knows.
 * Which gateway wrote it is not known, so the address is the first thing to look at.
 */
export function meaningOfStatus(status: number): CodeMeaning & { hint: string } {
  if (status === 400 || status === 413 || status === 422)
    return { class: 'usage', hint: 'compare the input with `wan models`' };
  if (status === 401 || status === 403)
    return { class: 'auth', hint: 'check the key (`wan auth status`) and the address (--base-url)' };
  if (status === 402) return { class: 'quota', hint: 'look at the balance in the service’s console' };
  return { class: 'network', hint: 'check the address (--base-url)' };
}

/** A key is never taken along to wherever a service points. */
export function redirectError(status: number, requestId: string | undefined): NetworkError {
  return new NetworkError(
    `the service answered with a redirect (${status}), which is not followed with a key`,
    { hint: 'give the address it moved to with --base-url', code: String(status), requestId },
  );
}

/** The service’s id of a call, from its body or its headers. */
export function requestIdOf(reply: {
  headers: Readonly<Record<string, string>>;
  json: unknown;
}): string | undefined {
  const { json } = reply;
  const inBody =
    typeof json === 'object' && json !== null
      ? ((json as Record<string, unknown>)['request_id'] ?? (json as Record<string, unknown>)['trace_id'])
      : undefined;
  const found =
    typeof inBody === 'string' ? inBody : (reply.headers['x-request-id'] ?? reply.headers['x-trace-id']);
  const id = asText(found);
  return id === undefined ? undefined : shorten(id, 100);
}
