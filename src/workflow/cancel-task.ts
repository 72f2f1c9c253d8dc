import { judgeCancel, type CancelVerdict } from '../core/cancel-answer.ts';
import { NetworkError, type WanError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { HttpCall } from '../providers/protocol.ts';
import { notFound, queryTask } from './query.ts';
import type { Connection, Runtime } from './runtime.ts';

/** What is asked of the service: the call that cancels, and the task that it is about. */
export type CancelOrder = {
  job: Job & { task_id: string };
  call: HttpCall;
  /** Hours until the link expires; null where none is known. */
  linkHours: number | null;
};

const timeoutMs = 60_000;
/** Waits before a call is sent again, in milliseconds. */
const retryDelays = { neverSent: [1_000, 3_000], limited: [2_000, 4_000, 8_000], look: [1_000, 3_000] };
/** A service that asks for more is told good-bye. */
const maxRetryAfterMs = 60_000;
/** Before a task that stayed queued is tried once more. */
const pauseMs = 1_000;

/**
 * Asks for the cancel, then the task for the truth; one that is still queued is tried once more.
 * @throws {WanError} when nothing was sent, when the task could not be asked, or is not known there
 */
export async function cancelTask(
  runtime: Runtime,
  connection: Connection,
  order: CancelOrder,
): Promise<{ job: Job; verdict: CancelVerdict }> {
  for (let round = 1; ; round += 1) {
    const verdict = await sendCancel(runtime, connection, order);
    if (verdict.kind === 'never-sent') throw verdict.error;
    const job = await look(runtime, connection, order, verdict);
    if (job.status !== 'queued' || round === 2) return { job, verdict };
    await runtime.clock.sleep(pauseMs, runtime.signal);
  }
}

/** Sends it until the service has an opinion. */
async function sendCancel(
  runtime: Runtime,
  connection: Connection,
  { job, call }: CancelOrder,
): Promise<CancelVerdict> {
  const { protocol } = connection.provider;
  for (const tries = { neverSent: 0, limited: 0 }; ;) {
    const outcome = await runtime.send(connection, call, { timeoutMs, paced: true });
    const verdict = judgeCancel(outcome, protocol, runtime.clock.now());
    if (verdict.kind !== 'never-sent' && verdict.kind !== 'again') return verdict;
    const reason = verdict.kind === 'again' ? 'limited' : 'neverSent';
    const asked = verdict.kind === 'again' ? verdict.afterMs : undefined;
    const delay = retryDelays[reason][tries[reason]];
    if (delay === undefined || (asked !== undefined && asked > maxRetryAfterMs)) return verdict;
    tries[reason] += 1;
    runtime.emit({ event: 'notice', job, message: `${verdict.error.message}; trying again` });
    await runtime.clock.sleep(asked ?? delay, runtime.signal);
  }
}

/** The job as the service shows its task now. */
async function look(
  runtime: Runtime,
  connection: Connection,
  { job, linkHours }: CancelOrder,
  verdict: CancelVerdict,
): Promise<Job> {
  for (let tries = 0; ; tries += 1) {
    const result = await queryTask(runtime, connection, job, job.task_id, linkHours);
    if (result.kind === 'progress') {
      const { progress } = result;
      if (progress.kind === 'not-found') throw notFound(job.task_id, connection);
      return progress.kind === 'not-visible-yet' ? job : progress.job;
    }
    if (result.kind === 'foreign') throw result.error;
    const delay = retryDelays.look[tries];
    if (delay === undefined) throw blind(verdict, result.error);
    await runtime.clock.sleep(Math.min(result.afterMs ?? delay, maxRetryAfterMs), runtime.signal);
  }
}

/** Neither the answer nor the task told: nothing is claimed. */
function blind(verdict: CancelVerdict, error: WanError): NetworkError {
  const so =
    verdict.kind === 'accepted'
      ? 'the service took the cancel, but did not say whether it came in time'
      : `it is not known whether the task was cancelled: ${verdict.error.message}`;
  return new NetworkError(`${so}; ${error.message}`, { retryable: true, requestId: error.requestId });
}
