import { errorOfClass, NetworkError, WanError } from './errors.ts';
import { retryAfterMs, type SendOutcome } from './http.ts';
import { describeRefusal, redirectError, requestIdOf } from './refusal.ts';
import type { SubmitReader } from './submit-answer.ts';

export type CancelVerdict =
  /** The service took it. Only the task itself tells whether it was in time. */
  | { kind: 'accepted' }
  /** Too many calls: it may be sent again, after this long if the service says so. */
  | { kind: 'again'; afterMs: number | undefined; error: WanError }
  /** Not a byte was sent. */
  | { kind: 'never-sent'; error: WanError }
  /** The service will not. */
  | { kind: 'refused'; error: WanError }
  /** It may have been taken, or not. */
  | { kind: 'unclear'; error: WanError };

/** What the answer to a cancel means. Unlike a submit it may be repeated: it costs nothing, and ends the same task. */
export function judgeCancel(
  outcome: SendOutcome,
  reader: Pick<SubmitReader, 'readRefusal' | 'meaningOf'>,
  nowMs: number,
): CancelVerdict {
  if (outcome.kind === 'never-sent') {
    const error = unreachable(`the service could not be reached: ${outcome.reason}; nothing was cancelled`);
    return { kind: 'never-sent', error };
  }
  if (outcome.kind === 'lost') {
    return {
      kind: 'unclear',
      error: unreachable(`the connection broke before the answer: ${outcome.reason}`),
    };
  }
  const { reply } = outcome;
  const { status } = reply;
  const refusal = reader.readRefusal(reply.json);
  const requestId = refusal?.requestId ?? requestIdOf(reply);
  if (status >= 300 && status < 400) return { kind: 'refused', error: redirectError(status, requestId) };
  if (status >= 200 && status < 300 && refusal === undefined && reply.json !== undefined) {
    return { kind: 'accepted' };
  }
  const reason = describeRefusal(refusal) ?? 'an answer that cannot be read';
  const meaning = reader.meaningOf(status, refusal ?? { code: undefined, message: '', requestId });
  const details = { hint: meaning.hint, code: refusal?.code ?? String(status), requestId };
  if (status === 429) {
    const error = errorOfClass('quota', `the service is limiting the rate of requests: ${reason}`, {
      ...details,
      retryable: meaning.retryable,
    });
    const isPassing = meaning.retryable === true;
    return isPassing
      ? { kind: 'again', afterMs: retryAfterMs(reply.headers, nowMs), error }
      : { kind: 'refused', error };
  }
  const isTheirs = refusal !== undefined && status < 500 && status !== 408 && meaning.ambiguous !== true;
  if (!isTheirs) {
    return { kind: 'unclear', error: unreachable(`the service answered ${status}: ${reason}`, requestId) };
  }
  // What else a code may mean was written for requests that make videos.
  const isOfAccount = meaning.class === 'auth' || meaning.class === 'quota';
  return {
    kind: 'refused',
    error: isOfAccount
      ? errorOfClass(meaning.class, reason, details)
      : new WanError(reason, { ...details, hint: undefined }),
  };
}

function unreachable(message: string, requestId?: string): NetworkError {
  return new NetworkError(message, { retryable: true, requestId });
}
