import type { SteadyClock } from '../core/clock.ts';
import { isRunTime } from '../core/run-time.ts';
import type { Job } from '../core/job.ts';
import type { TaskTimes } from '../core/task.ts';

/** What one waiting process knows of a task's times. Milliseconds, by a clock that nobody can set. */
export type Watch = {
  /** Since the submit; never negative. */
  elapsedMs: () => number;
  /** Since it left the queue, as far as is known; undefined while it is queued. */
  runningMs: () => number | undefined;
  /** Hears a good answer. */
  saw: (job: Job, times: TaskTimes) => void;
  /** How long it ran, once it was seen to end; undefined where nobody was there to see. */
  ranMs: () => number | undefined;
};

/** Two looks that are further apart than this say nothing of when the task ended between them. */
const longestGapMs = 120_000;
/** Clocks that disagree by more were set, or the machine slept. */
const driftMs = 5_000;

/** Watches a task from now on. `submittedMs` is since 1970. */
export function watchTask(clock: SteadyClock, submittedMs: number): Watch {
  const [startMs, startSteadyMs] = [clock.now(), clock.monotonic()];
  const beforeMs = Math.max(0, startMs - submittedMs);
  const elapsedMs = () => beforeMs + clock.monotonic() - startSteadyMs;
  let isQueued = false;
  let startedAtMs = 0;
  let lastSeenMs: number | undefined;
  let ran: number | undefined;

  return {
    elapsedMs,
    runningMs: () => (isQueued ? undefined : Math.max(0, elapsedMs() - startedAtMs)),
    ranMs: () => ran,
    saw: (job, times) => {
      const now = elapsedMs();
      const isUnfinished = job.status === 'queued' || job.status === 'running';
      const queuedMs = between(times.submittedAt, times.startedAt);
      // Told by the service, or somewhere between the last look that found it queued and this one.
      if (queuedMs !== undefined) startedAtMs = Math.min(queuedMs, now);
      else if (isQueued && job.status !== 'queued') startedAtMs = middle(lastSeenMs ?? now, now);
      isQueued = job.status === 'queued';
      if (job.status === 'succeeded') {
        const seenMs = lastSeenMs === undefined ? undefined : endSeen(lastSeenMs, now) - startedAtMs;
        const told = between(times.startedAt ?? times.submittedAt, times.finishedAt);
        ran = [told, wasAwake() ? seenMs : undefined].find((ms) => ms !== undefined && isRunTime(ms));
      }
      if (isUnfinished) lastSeenMs = now;
    },
  };

  function wasAwake(): boolean {
    return Math.abs(clock.now() - startMs - (clock.monotonic() - startSteadyMs)) <= driftMs;
  }
}

function endSeen(lastSeenMs: number, nowMs: number): number {
  return nowMs - lastSeenMs > longestGapMs ? Number.NaN : middle(lastSeenMs, nowMs);
}

function middle(fromMs: number, toMs: number): number {
  return (fromMs + toMs) / 2;
}

function between(from: string | undefined, to: string | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  const ms = Date.parse(to) - Date.parse(from);
  return ms >= 0 ? ms : undefined;
}
