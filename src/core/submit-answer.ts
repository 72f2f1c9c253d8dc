import { firstWords } from './first-words.ts';
import { retryAfterMs, type HttpReply, type SendOutcome } from './http.ts';
import { errorOfClass, NetworkError, UnconfirmedError, type WanError } from './errors.ts';
import { namedTasks } from './named-tasks.ts';
import {
  describeRefusal,
  meaningOfStatus,
  redirectError,
  requestIdOf,
  type CodeMeaning,
  type Refusal,
} from './refusal.ts';

/** What a protocol knows of the answers to its submits. */
export type SubmitReader = {
  /** The task's id in an accepted submit's reply, or undefined. The reply's text has the digits that JSON rounds off. */
  readTaskId: (body: unknown, text?: string) => string | undefined;
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
  /** The task may exist. It is never sent again on our own account. `isLookedUp`: the service says that it failed. */
  | { kind: 'unconfirmed'; error: WanError; isLookedUp?: boolean }
  /**
   * It names tasks where no id is documented, or beside a refusal: never sent again. `refusal` is what it means where
   * the service turns out not to know the one it names.
   */
  | { kind: 'named'; taskIds: readonly string[]; error: WanError; refusal: WanError | undefined };

/** Refusals of a status that a server, or something on the way, also gives for what it goes on with. */
const unclearStatuses = new Set([408, 409, 425, 460, 499]);

/**
 * What the answer to a paid submit means. The rule behind every branch: only what certainly did not reach the
 * service, or was certainly turned away, may be sent again; and a task's id outranks whatever stands around it.
 * @param sent the submit's body: what an answer only echoes names no task
 */
export function judgeSubmit(
  outcome: SendOutcome,
  reader: SubmitReader,
  nowMs: number,
  sent?: unknown,
): SubmitVerdict {
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
  const requestId = reader.readRefusal(reply.json)?.requestId ?? requestIdOf(reply);
  const taskId = reader.readTaskId(reply.json, reply.text);
  if (reply.status >= 200 && reply.status < 300 && taskId !== undefined)
    return { kind: 'accepted', taskId, requestId };
  const verdict = judgeWithoutTask(reply, reader, nowMs, requestId);
  const taskIds = namedTasks(reply, sent);
  if (taskIds.length === 0) return verdict;
  const isRefusal =
    reply.status >= 400 && reply.status < 500 && (verdict.kind === 'refused' || verdict.kind === 'again');
  const names = `${taskIds.length === 1 ? 'task' : 'several tasks:'} ${taskIds.join(', ')}`;
  const { error } = unconfirmed(`the answer (${reply.status}) names ${names}`, requestId);
  return { kind: 'named', taskIds, error, refusal: isRefusal ? verdict.error : undefined };
}

type WithoutTask = Extract<SubmitVerdict, { kind: 'again' | 'refused' | 'unconfirmed' }>;

function judgeWithoutTask(
  reply: HttpReply,
  reader: SubmitReader,
  nowMs: number,
  requestId: string | undefined,
): WithoutTask {
  const { status } = reply;
  const refusal = reader.readRefusal(reply.json);
  if (status === 429) return judgeRateLimit(reply, reader, nowMs, requestId);
  if (status >= 300 && status < 400 && status !== 303)
    return { kind: 'refused', error: redirectError(status, requestId) };
  const isRefusing = status >= 400 && status < 500 && !unclearStatuses.has(status);
  if (refusal === undefined && !isRefusing) return unconfirmed(describeOdd(reply), requestId);

  const meaning = meaningIn(reader, status, refusal);
  const isKnownFault = status >= 500 && meaning.known && reader.refusesWithServerErrors;
  const isCertain =
    isRefusing ||
    (status < 300 && meaning.known && meaning.class !== 'network' && reader.saysRefused(reply.json));
  const said = describeAnswer(refusal, reply);
  if (meaning.ambiguous === true || !isCertain) {
    const open = unconfirmed(`${said} (${status})`, requestId, refusal?.code);
    return { ...open, isLookedUp: isKnownFault && meaning.ambiguous !== true };
  }
  const lead = refusal === undefined ? `the service refused it (${status})` : 'the service refused it';
  const error = errorOfClass(meaning.class, `${lead}${said === '' ? '' : `: ${said}`}`, {
    hint: meaning.hint,
    code: refusal?.code ?? String(status),
    requestId,
    retryable: meaning.retryable,
  });
  return { kind: 'refused', isAboutModel: meaning.isAboutModel ?? false, error };
}

function judgeRateLimit(
  reply: HttpReply,
  reader: SubmitReader,
  nowMs: number,
  requestId: string | undefined,
): WithoutTask {
  const refusal = reader.readRefusal(reply.json);
  const meaning = reader.meaningOf(429, refusal ?? { code: undefined, message: '', requestId });
  const isBilling = meaning.retryable !== true;
  const said = describeAnswer(refusal, reply);
  const error = errorOfClass(
    'quota',
    refusal === undefined || said === ''
      ? `the service is limiting the rate of requests (429)${said === '' ? '' : `: ${said}`}`
      : said,
    { hint: meaning.hint, code: refusal?.code ?? '429', requestId, retryable: !isBilling },
  );
  return isBilling || !reader.retriesRefusedSubmits
    ? { kind: 'refused', error }
    : { kind: 'again', afterMs: retryAfterMs(reply.headers, nowMs), error };
}

/** A code that the service's table has speaks for itself; else a refusing status does, in the provider's words if it has some. */
function meaningIn(
  reader: SubmitReader,
  status: number,
  refusal: Refusal | undefined,
): CodeMeaning & { known: boolean } {
  const own = refusal === undefined ? undefined : reader.meaningOf(status, refusal);
  if (own?.known === true || status < 400 || status >= 500)
    return own ?? { ...meaningOfStatus(status), known: false };
  const byStatus = meaningOfStatus(status);
  return { ...own, ...byStatus, hint: own?.hint ?? byStatus.hint, known: false };
}

/** The service's own words, led by its code; or the first ones of whatever answered. */
function describeAnswer(refusal: Refusal | undefined, reply: HttpReply): string {
  const own = describeRefusal(refusal) ?? '';
  // Only a code: what it means may stand under a name that the service does not document.
  if (own !== '' && own !== refusal?.code) return own;
  const words = firstWords(reply) ?? '';
  return own === '' || words === '' || words === own ? own || words : `${own}: ${words}`;
}

function unconfirmed(
  reason: string,
  requestId?: string,
  code?: string,
): Extract<SubmitVerdict, { kind: 'unconfirmed' }> {
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

function describeOdd({ status, text, trouble }: HttpReply): string {
  if (trouble !== undefined) return `${trouble} (${status})`;
  if (text.trim() === '') return `an empty answer (${status})`;
  return /^\s*</u.test(text)
    ? `a web page instead of an answer (${status})`
    : `an answer that cannot be read (${status})`;
}
