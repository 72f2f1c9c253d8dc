import { errorOfClass, NetworkError, type WanError } from '../core/errors.ts';
import { retryAfterMs } from '../core/http.ts';
import type { Job } from '../core/job.ts';
import { readProgress, type Progress } from '../core/job-progress.ts';
import { describe, requestIdOf } from '../core/submit-answer.ts';
import type { Connection, Runtime } from './runtime.ts';

const queryTimeoutMs = 60_000;

export type QueryResult =
  | { kind: 'progress'; progress: Progress }
  /** Nothing was learned, and asking again is free: resets, 408, 429, 5xx, pages, broken JSON. */
  | { kind: 'passing-fault'; error: WanError; afterMs: number | undefined };

/**
 * Asks for a task once.
 * @throws {WanError} when the service refuses the question itself, which asking again would not change
 */
export async function queryTask(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  taskId: string,
  linkHours: number | null,
): Promise<QueryResult> {
  const { protocol } = connection.provider;
  const outcome = await runtime.send(connection, protocol.query(taskId), { timeoutMs: queryTimeoutMs });
  const nowMs = runtime.clock.now();
  if (outcome.kind !== 'reply') return passing(`the service could not be reached: ${outcome.reason}`);

  const { reply } = outcome;
  const requestId = requestIdOf(reply);
  if (reply.status >= 200 && reply.status < 300 && reply.json !== undefined) {
    const report = protocol.readTask(reply.json);
    if (report !== undefined) {
      const progress = readProgress(
        job,
        { ...report, ...(report.requestId === undefined && requestId !== undefined ? { requestId } : {}) },
        {
          nowMs,
          isSameAccount: job.fingerprint === connection.fingerprint,
          linkHours,
          classOf: (code, message) => protocol.meaningOf(0, { code, message, requestId }),
        },
      );
      return { kind: 'progress', progress };
    }
  }
  if (reply.status >= 300 && reply.status < 400) {
    throw new NetworkError(
      `the service answered with a redirect (${reply.status}), which is not followed with a key`,
      {
        hint: 'give the address it moved to with --base-url',
        code: String(reply.status),
      },
    );
  }
  const refusal = protocol.readRefusal(reply.json);
  const isTheirs =
    refusal !== undefined && reply.status < 500 && reply.status !== 408 && reply.status !== 429;
  if (isTheirs) {
    const meaning = protocol.meaningOf(reply.status, refusal);
    if (meaning.retryable !== true && meaning.ambiguous !== true) {
      throw errorOfClass(
        meaning.class,
        `the service refused to tell of task ${taskId}: ${describe(refusal)}`,
        {
          hint: meaning.hint,
          code: refusal.code ?? String(reply.status),
          requestId: refusal.requestId ?? requestId,
        },
      );
    }
  }
  const afterMs = retryAfterMs(reply.headers, nowMs);
  const what =
    describe(refusal) ?? (reply.json === undefined ? 'the answer is not JSON' : 'the answer is no task');
  return passing(`the service answered ${reply.status}: ${what}`, afterMs, requestId);
}

function passing(message: string, afterMs?: number, requestId?: string): QueryResult {
  return {
    kind: 'passing-fault',
    error: new NetworkError(message, { retryable: true, requestId, hint: 'try again' }),
    afterMs,
  };
}
