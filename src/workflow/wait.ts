import { TakenOverError, WaitTimeoutError, WanError } from '../core/errors.ts';
import { isUnderWay, type Job } from '../core/job.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { faultDelay, pollSchedule } from '../core/poll-schedule.ts';
import { startDoubt } from './doubt.ts';
import { recallRunTime, unknownRunTime } from './experience.ts';
import { notFound, queryTask } from './query.ts';
import type { Connection, Runtime } from './runtime.ts';
import { startTimer, type Timer } from './timer.ts';
import { tellsMore } from './learn.ts';
import { watchTask } from './watch.ts';

/** A service shows a new task after this long at most. */
const visibleWithinMs = 60_000;

export type WaitOptions = {
  /** When to stop waiting, by the monotonic clock in milliseconds; undefined waits for ever. */
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
 * Asks until the task has ended. Passing faults only slow it down, and an end without a reason or a link is looked at
 * several times before it is one.
 * @throws {WanError} when the wait ends for another reason; the job goes on, and the hint continues it
 */
export async function waitForTask(
  runtime: Runtime,
  connection: Connection,
  start: Job,
  taskId: string,
  options: WaitOptions,
): Promise<Job> {
  const { clock } = runtime;
  const startedMs = clock.monotonic();
  const timer = startTimer(clock, options.deadlineMs);
  const watch = watchTask(clock, Date.parse(start.submitted_at ?? start.created_at));
  const isLoopback = isLoopbackHost(new URL(connection.base).hostname);
  const experience = isLoopback ? undefined : await recallRunTime(runtime.runTimes, start);
  const runTime = experience?.runTime ?? unknownRunTime;
  const schedule = pollSchedule({ isLoopback, fixedMs: options.pollIntervalMs, runTime });
  const delayAfter = (looks: number) =>
    schedule.delay(
      { looks, sinceSubmitMs: watch.elapsedMs(), runningMs: watch.runningMs() },
      runtime.random(),
    );
  const continuing = (error: unknown): never => {
    throw withContinuation(error, options.continueHint);
  };
  let job = start;
  let faults = 0;
  let lastFault: WanError | undefined;
  const [missing, ending] = [startDoubt(clock), startDoubt(clock)];
  let delay = options.lookNow ? 0 : delayAfter(0);
  for (let looks = 1; ; looks += 1) {
    await timer.sleep(delay, runtime.signal).catch(continuing);
    const turnWithinMs = timer.patienceMs();
    const result = await queryTask(runtime, connection, job, taskId, options.linkHours, {
      turnWithinMs,
    }).catch(continuing);
    if (result.kind === 'foreign') {
      await options.onChange({ ...job, status: 'unconfirmed', task_id: null });
      throw result.error;
    }
    if (result.kind === 'passing-fault') {
      // Said once for each reason in a row: a service that is down for an hour fills no log.
      if (result.error.message !== lastFault?.message)
        runtime.emit({ event: 'notice', job, message: `${result.error.message}; still waiting` });
      faults += 1;
      lastFault = result.error;
      delay = faultDelay(delayAfter(looks), faults, result.afterMs);
      if (result.persistent !== undefined) {
        if (missing.saw('missing')) throw withContinuation(result.persistent, options.continueHint);
        delay = Math.max(missing.delayMs(), result.afterMs ?? 0);
      }
      stopIfLate(timer, lastFault, options);
      continue;
    }
    faults = 0;
    lastFault = undefined;
    missing.clear();
    const { progress } = result;
    // Whatever the clocks say: who has waited for a minute was not too early.
    if (progress.kind === 'not-visible-yet' && clock.monotonic() - startedMs > visibleWithinMs)
      throw withContinuation(notFound(taskId, connection), options.continueHint);
    if (progress.kind === 'not-found') {
      if (tellsMore(progress.job, job)) await options.onChange(progress.job).catch(continuing);
      throw withContinuation(notFound(taskId, connection), options.continueHint);
    }
    if (progress.kind === 'doubt') {
      // Looked at long enough by an earlier command, one more look is enough to hear that nothing has changed.
      const wasBelieved = job.unreasoned?.settled === true;
      const isFirst = !ending.isOpen() && !wasBelieved;
      const isBelieved = ending.saw(progress.job.status) || wasBelieved;
      const next = isBelieved ? believed(progress.job) : progress.job;
      const isNews = tellsMore(next, job);
      job = next;
      if (isNews) await options.onChange(job).catch(continuing);
      const hasNoLink = job.status === 'succeeded';
      if (isBelieved || (hasNoLink && timer.isOver())) return job;
      if (isFirst) runtime.emit({ event: 'notice', job, message: `${job.error?.message}; looking again` });
      delay = ending.delayMs();
      stopIfLate(timer, undefined, options);
      continue;
    }
    if (progress.kind === 'update') {
      ending.clear();
      watch.saw(progress.job, result.times);
      const isChanged = tellsMore(progress.job, job);
      job = progress.job;
      // The task lives on whatever the disk says, so its way back stands in the failure.
      if (isChanged) await options.onChange(job).catch(continuing);
      const isOver = !isUnderWay(job);
      const isKnown = experience !== undefined && !isOver;
      const outlook = isKnown ? { runTime, runningMs: watch.runningMs() } : undefined;
      runtime.emit({ event: 'status', job, elapsedMs: watch.elapsedMs(), outlook });
      if (isOver) {
        const ranMs = watch.ranMs();
        if (experience?.key !== undefined && ranMs !== undefined)
          await runtime.runTimes.learn(experience.key, ranMs);
        return job;
      }
    }
    delay = delayAfter(looks);
    stopIfLate(timer, undefined, options);
  }
}

/** A failure that nobody gave a reason for, and that has been looked at long enough to count until somebody asks. */
function believed(job: Job): Job {
  const { unreasoned } = job;
  return unreasoned === undefined ? job : { ...job, unreasoned: { ...unreasoned, settled: true } };
}

/** Judged after a look, never before one: while the machine slept, the task may have ended. */
function stopIfLate(timer: Timer, lastFault: WanError | undefined, { continueHint }: WaitOptions): void {
  if (!timer.isOver()) return;
  const reason = lastFault === undefined ? '' : ` (at last: ${lastFault.message})`;
  throw withContinuation(
    new WaitTimeoutError(`stopped waiting; the job goes on, and is billed if it succeeds${reason}`, {
      retryable: true,
    }),
    continueHint,
  );
}

/** Whatever ended the wait, the task lives: the way back to it is the hint. */
export function withContinuation(error: unknown, hint: string): unknown {
  if (!(error instanceof WanError) || error instanceof TakenOverError) return error;
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
