import {
  errorOfClass,
  NetworkError,
  NotFoundError,
  UnconfirmedError,
  type WanError,
} from '../core/errors.ts';
import { retryAfterMs, serviceMs } from '../core/http.ts';
import type { Job } from '../core/job.ts';
import { readProgress, type Progress } from '../core/job-progress.ts';
import { describeRefusal, redirectError, requestIdOf } from '../core/refusal.ts';
import type { TaskTimes } from '../core/task.ts';
import { foreignTask } from './follow-named.ts';
import { withRegionHint } from './region-hint.ts';
import type { Connection, Runtime } from './runtime.ts';

const queryTimeoutMs = 60_000;

export type QueryResult =
  /** Followed because an unclear answer named it, it turns out to be another's. */
  | { kind: 'foreign'; error: WanError }
  | { kind: 'progress'; progress: Progress; times: TaskTimes }
  /**
   * Nothing was learned, and asking again is free: resets, 408, 429, 5xx, pages, broken JSON. `persistent`: what it
   * means where it does not pass.
   */
  | { kind: 'passing-fault'; error: WanError; afterMs: number | undefined; persistent?: WanError };

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
  { turnWithinMs }: { turnWithinMs?: number | undefined } = {},
): Promise<QueryResult> {
  const { protocol } = connection.provider;
  const outcome = await runtime.send(connection, protocol.query(taskId), {
    timeoutMs: queryTimeoutMs,
    paced: true,
    turnWithinMs,
  });
  const nowMs = runtime.clock.now();
  if (outcome.kind !== 'reply') return passing(`the service could not be reached: ${outcome.reason}`);

  const { reply } = outcome;
  const requestId = requestIdOf(reply);
  if (reply.status >= 200 && reply.status < 300 && reply.json !== undefined) {
    const report = protocol.readTask(reply.json);
    if (report !== undefined) {
      const why = job.named_tasks?.includes(taskId) === true ? foreignTask(job, report) : undefined;
      if (why !== undefined) return { kind: 'foreign', error: foreign(job, taskId, why) };
      const progress = readProgress(
        job,
        { ...report, ...(report.requestId === undefined && requestId !== undefined ? { requestId } : {}) },
        {
          nowMs,
          serviceMs: serviceMs(reply.headers),
          base: connection.base,
          isSameAccount: job.fingerprint === connection.fingerprint,
          linkHours,
          failuresAreFree: protocol.failuresAreFree,
          classOf: (code, message) => protocol.meaningOf(0, { code, message, requestId }),
        },
      );
      return { kind: 'progress', progress, times: report };
    }
  }
  if (reply.status >= 300 && reply.status < 400) throw redirectError(reply.status, requestId);
  const refusal = protocol.readRefusal(reply.json);
  const isTheirs =
    refusal !== undefined && reply.status < 500 && reply.status !== 408 && reply.status !== 429;
  if (isTheirs) {
    const meaning = protocol.meaningOf(reply.status, refusal);
    if (meaning.retryable !== true && meaning.ambiguous !== true) {
      const error = errorOfClass(
        meaning.class,
        `the service refused to tell of task ${taskId}: ${describeRefusal(refusal)}`,
        {
          hint: meaning.hint,
          code: refusal.code ?? String(reply.status),
          requestId: refusal.requestId ?? requestId,
        },
      );
      if (mayPass(reply.status, meaning.class)) {
        const { message, hint, code } = error;
        return {
          kind: 'passing-fault',
          error: new NetworkError(message, { retryable: true, code, requestId: error.requestId }),
          afterMs: retryAfterMs(reply.headers, nowMs),
          // Nothing but the task is asked for: where it is not found, it is the task that is missing.
          persistent: errorOfClass('not_found', message, { hint, code, requestId: error.requestId }),
        };
      }
      const isSameAccount = job.fingerprint === connection.fingerprint;
      throw await withRegionHint(runtime, connection, error, { isSameAccount });
    }
  }
  const afterMs = retryAfterMs(reply.headers, nowMs);
  const what =
    describeRefusal(refusal) ??
    reply.trouble ??
    (reply.json === undefined ? 'the answer is not JSON' : 'the answer is no task');
  return passing(`the service answered ${reply.status}: ${what}`, afterMs, requestId);
}

/** A gateway that has lost its way for a moment says "not found", or refuses in a reply that went well. */
function mayPass(status: number, meaning: WanError['class']): boolean {
  return status === 404 || status === 410 || (status < 300 && meaning !== 'auth' && meaning !== 'quota');
}

/**
 * The job as the service shows it now: one question, for commands that do not wait.
 * @throws {NetworkError} when nothing was learned; {NotFoundError} when the service knows no such task
 */
export async function askOnce(
  runtime: Runtime,
  connection: Connection,
  job: Job & { task_id: string },
  linkHours: number | null,
): Promise<Job> {
  const result = await queryTask(runtime, connection, job, job.task_id, linkHours);
  if (result.kind !== 'progress') throw faultOf(result);
  const { progress } = result;
  if (progress.kind === 'not-found') throw notFound(job.task_id, connection);
  return progress.kind === 'not-visible-yet' ? job : progress.job;
}

/** Why one look told nothing, as a command says that makes only one. */
export function faultOf(result: Exclude<QueryResult, { kind: 'progress' }>): WanError {
  return (result.kind === 'passing-fault' ? result.persistent : undefined) ?? result.error;
}

/** The failure that says that this key, here, sees no such task */
export function notFound(taskId: string, connection: Connection): NotFoundError {
  return new NotFoundError(`${connection.provider.title} knows no task ${taskId}`, {
    hint: 'it may belong to another key or region (--profile, --region), or be older than 24 hours',
  });
}

function foreign(job: Job, taskId: string, why: string): WanError {
  return new UnconfirmedError(
    `task ${taskId}, which the answer to job ${job.id} named, is not the job’s: ${why}; it stays open what became of it`,
    { hint: `wan resume ${job.id}` },
  );
}

function passing(message: string, afterMs?: number, requestId?: string): QueryResult {
  return {
    kind: 'passing-fault',
    error: new NetworkError(message, { retryable: true, requestId, hint: 'ask again in a moment' }),
    afterMs,
  };
}
