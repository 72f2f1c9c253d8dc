import { WaitTimeoutError, WanError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { faultDelay, pollSchedule } from '../core/poll-schedule.ts';
import { notFound, queryTask } from './query.ts';
import type { Connection, Runtime } from './runtime.ts';

export type WaitOptions = {
  /** Milliseconds since 1970 at which to stop waiting; undefined waits for ever. */
  deadlineMs: number | undefined;
  /** Milliseconds between looks, where the user chose them. */
  pollIntervalMs: number | undefined;
  /** Hours until the link expires; null where none is known. */
  linkHours: number | null;
  /** The command that goes on waiting. */
  continueHint: string;
  /** Look at once: the task is not brand new. */
  lookNow: boolean;
  onChange: (job: Job) => Promise<void>;
};

/**
 * Asks until the task has ended. Passing faults only slow it down.
 * @throws {WanError} when the wait ends for another reason; the job goes on, and the hint continues it
 */
export async function waitForTask(
  runtime: Runtime,
  connection: Connection,
  start: Job,
  taskId: string,
  options: WaitOptions,
): Promise<Job> {
  const schedule = pollSchedule(isLoopbackHost(new URL(connection.base).hostname), options.pollIntervalMs);
  let job = start;
  const continuing = (error: unknown): never => {
    throw withContinuation(error, options.continueHint);
  };
  let faults = 0;
  let lastFault: WanError | undefined;
  let delay = options.lookNow ? 0 : schedule.delay(0, runtime.random());
  for (let look = 0; ; look += 1) {
    await sleepUntilNextLook(runtime, delay, options, lastFault);
    const result = await queryTask(runtime, connection, job, taskId, options.linkHours).catch(continuing);
    if (result.kind === 'passing-fault') {
      faults += 1;
      lastFault = result.error;
      runtime.emit({ event: 'notice', job, message: `${result.error.message}; still waiting` });
      delay = faultDelay(schedule.delay(look + 1, runtime.random()), faults, result.afterMs);
      continue;
    }
    faults = 0;
    lastFault = undefined;
    delay = schedule.delay(look + 1, runtime.random());
    if (result.progress.kind === 'not-found')
      throw withContinuation(notFound(taskId, connection), options.continueHint);
    if (result.progress.kind === 'not-visible-yet') continue;
    const next = result.progress.job;
    const isChanged = next.status !== job.status;
    job = next;
    // The task lives on whatever the disk says, so its way back stands in the failure.
    if (isChanged) await options.onChange(job).catch(continuing);
    runtime.emit({ event: 'status', job, elapsedMs: elapsedMs(runtime, job) });
    if (job.status !== 'queued' && job.status !== 'running') return job;
  }
}

function elapsedMs(runtime: Runtime, job: Job): number {
  return Math.max(0, runtime.clock.now() - Date.parse(job.submitted_at ?? job.created_at));
}

async function sleepUntilNextLook(
  runtime: Runtime,
  delay: number,
  { deadlineMs, continueHint }: WaitOptions,
  lastFault: WanError | undefined,
): Promise<void> {
  const now = runtime.clock.now();
  const isTooLate = deadlineMs !== undefined && now >= deadlineMs;
  const sleepMs = deadlineMs === undefined ? delay : Math.min(delay, Math.max(0, deadlineMs - now));
  try {
    runtime.signal.throwIfAborted();
    if (isTooLate) {
      const reason = lastFault === undefined ? '' : ` (at last: ${lastFault.message})`;
      throw new WaitTimeoutError(`stopped waiting; the job goes on, and is billed if it succeeds${reason}`, {
        retryable: true,
      });
    }
    if (sleepMs > 0) await runtime.clock.sleep(sleepMs, runtime.signal);
  } catch (error) {
    throw withContinuation(error, continueHint);
  }
}

/** Whatever ended the wait, the task lives: the way back to it is the hint. */
export function withContinuation(error: unknown, hint: string): unknown {
  if (!(error instanceof WanError)) return error;
  const isOurs = error.class === 'timeout' || error.class === 'interrupted' || error.class === 'terminated';
  const message =
    isOurs && error.class !== 'timeout'
      ? `${error.message}; the job goes on, and is billed if it succeeds`
      : error.message;
  return error.with({
    message,
    hint: isOurs || error.hint === undefined ? hint : `${error.hint}; then ${hint}`,
  });
}
