import type { RunTime } from './run-time.ts';

/** Where a task stands when the next look is chosen. Milliseconds. */
export type Moment = {
  /** Looks that were made, passing faults included. */
  looks: number;
  sinceSubmitMs: number;
  /** Since it left the queue; undefined while it is queued. */
  runningMs: number | undefined;
};

/** When to look at a task again. */
export type PollSchedule = {
  /** Milliseconds until the next look; `random` is in [0, 1). */
  delay: (moment: Moment, random: number) => number;
};

/** What services ask for between looks: Model Studio's guide, read 2026-05-30. */
const askedMs = 15_000;
/** Enough to hear of a task that is refused at once. */
const firstMs = 5_000;
const longestMs = 60_000;
/** A look may be late by this share of the time that the task has taken: nobody who waited 5 minutes minds 25 s. */
const patience = 0.08;
/** Looks that are worth making in the time in which a task may end. */
const looksInWindow = 8;

/**
 * Rarely while nothing can be ready, closely when it may be. On this machine a look costs nothing; `fixedMs` is what
 * `--poll-interval` asked for.
 */
export function pollSchedule(options: {
  isLoopback: boolean;
  fixedMs: number | undefined;
  runTime: RunTime;
}): PollSchedule {
  const { isLoopback, fixedMs, runTime } = options;
  if (fixedMs !== undefined) return { delay: () => fixedMs };
  if (isLoopback) return { delay: ({ looks }) => Math.min(1000, 200 * 1.25 ** looks) };
  return {
    delay: (moment, random) => {
      if (moment.looks === 0) return firstMs;
      return Math.min(longestMs, gapAfter(moment, runTime) * (0.85 + 0.3 * random));
    },
  };
}

function gapAfter({ sinceSubmitMs, runningMs }: Moment, { fromMs, toMs }: RunTime): number {
  const patientMs = askedMs + patience * sinceSubmitMs;
  // A queued task may start right now, and has its whole run before it.
  const untilFirstMs = fromMs - (runningMs ?? 0);
  if (untilFirstMs > 0) return between(askedMs, untilFirstMs, patientMs);
  // The less is known of when it ends, the less is a single look worth.
  if ((runningMs ?? 0) < toMs) return between(askedMs, (toMs - fromMs) / looksInWindow, patientMs);
  return patientMs;
}

function between(leastMs: number, ms: number, mostMs: number): number {
  return Math.max(leastMs, Math.min(ms, mostMs));
}

/** After `faults` passing faults in a row: longer each time, never more than a minute. */
export function faultDelay(normalMs: number, faults: number, askedForMs: number | undefined): number {
  const backedOff = Math.min(longestMs, normalMs * 1.5 ** Math.min(faults, 10));
  return Math.min(10 * 60_000, Math.max(backedOff, askedForMs ?? 0));
}
