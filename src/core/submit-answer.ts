import { retryAfterMs, type SendOutcome } from './http.ts';
import { errorOfClass, NetworkError, UnconfirmedError, type WanError } from './errors.ts';
import { describeRefusal, redirectError, requestIdOf, type CodeMeaning, type Refusal } from './refusal.ts';

/** What a protocol knows of the answers to its submits. */
export type SubmitReader = {
  /** The task's id in an accepted submit's reply, or undefined. */
  readTaskId: (body: unknown) => string | undefined;
  /** Undefined when the reply is not the service's own error shape. */
  readRefusal: (body: unknown) => Refusal | undefined;
  /** Meaning of a code, or of a bare status where the code is unknown. */
  meaningOf: (status: number, refusal: Refusal) => CodeMeaning & { known: boolean };
  /** A submit answered 429 was certainly not accepted, so it may be sent again. */
  retriesRefusedSubmits: boolean;
  /** A reply whose status says it went well says itself that it did not. */
  saysRefused: (body: unknown) => boolean;
  /** With a known code, a 5xx means that nothing was started. */
  refusesWithServerErrors: boolean;
};

export type SubmitVerdict =
  | { kind: 'accepted'; taskId: string; requestId: string | undefined }
  /** Certainly not accepted: it may be sent again, after this long if the service says so. */
  | { kind: 'again'; afterMs: number | undefined; error: WanError }
  /** Not a byte was sent. */
  | { kind: 'never-sent'; error: WanError }
  /** Certainly not accepted, and sending it again would not help. */
  | { kind: 'refused'; error: WanError; isAboutModel?: boolean }
  /** The service says that it failed, in words of its own: worth a look whether a task is there after all. */
  | { kind: 'doubtful'; error: WanError }
  /** The task may exist. It is never sent again on our own account. */
  | { kind: 'unconfirmed'; error: WanError };

/**
 * What the answer to a paid submit means. The rule behind every branch: only what certainly did not reach the
 * service, or was certainly turned away, may be sent again.
 */
export function judgeSubmit(outcome: SendOutcome, reader: SubmitReader, nowMs: number): SubmitVerdict {
  if (outcome.kind === 'never-sent') {
    return {
      kind: 'never-sent',
      error: new NetworkError(`the service could not be reached: ${outcome.reason}; nothing was sent`, {
        retryable: true,
        hint: 'check the network and the address (--base-url), then run it again',
      }),
    };
  }
  if (outcome.kind === 'lost')
    return unconfirmed(`the connection broke before the answer: ${outcome.reason}`);

  const { reply } = outcome;
  const { status } = reply;
  const requestId = reader.readRefusal(reply.json)?.requestId ?? requestIdOf(reply);
  const taskId = reader.readTaskId(reply.json);
  if (status >= 200 && status < 300 && taskId !== undefined) return { kind: 'accepted', taskId, requestId };
  if (status >= 300 && status < 400) return { kind: 'refused', error: redirectError(status, requestId) };
  const refusal = reader.readRefusal(reply.json);
  if (status === 429) {
    const meaning = reader.meaningOf(status, refusal ?? { code: undefined, message: '', requestId });
    const isBilling = meaning.retryable !== true;
    const error = errorOfClass(
      'quota',
      describeRefusal(refusal) ?? 'the service is limiting the rate of requests (429)',
      { hint: meaning.hint, code: refusal?.code ?? '429', requestId, retryable: !isBilling },
    );
    return isBilling || !reader.retriesRefusedSubmits
      ? { kind: 'refused', error }
      : { kind: 'again', afterMs: retryAfterMs(reply.headers, nowMs), error };
  }
  if (refusal === undefined) return unconfirmed(describeOdd(status, reply.text), requestId);

  const meaning = reader.meaningOf(status, refusal);
  const isCertain =
    (status >= 400 && status < 500 && status !== 408) ||
    (status >= 500 && meaning.known && reader.refusesWithServerErrors) ||
    (status < 300 && meaning.known && meaning.class !== 'network' && reader.saysRefused(reply.json));
  if (meaning.ambiguous || !isCertain) {
    return unconfirmed(`${describeRefusal(refusal)} (${status})`, requestId, refusal.code);
  }
  const error = errorOfClass(meaning.class, `the service refused it: ${describeRefusal(refusal)}`, {
    hint: meaning.hint,
    code: refusal.code ?? String(status),
    requestId,
    retryable: meaning.retryable,
  });
  return status >= 500
    ? { kind: 'doubtful', error }
    : { kind: 'refused', isAboutModel: meaning.isAboutModel ?? false, error };
}

function unconfirmed(reason: string, requestId?: string, code?: string): SubmitVerdict {
  return {
    kind: 'unconfirmed',
    error: new UnconfirmedError(
      `it is not known whether the service accepted the job: ${reason}; it was not sent again`,
      {
        requestId,
        code,
      },
    ),
  };
}

function describeOdd(status: number, text: string): string {
  if (text.trim() === '') return `an empty answer (${status})`;
  return /^\s*</u.test(text)
    ? `a web page instead of an answer (${status})`
    : `an answer that cannot be read (${status})`;
}
