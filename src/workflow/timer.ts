import type { SteadyClock } from '../core/clock.ts';

/** The time that a wait may take. Nobody can move it by setting a clock, and it stands still while the machine sleeps. */
export type Timer = {
  isOver: () => boolean;
  /**
   * Sleeps, but not beyond the end.
   * @throws the signal's reason when it aborts
   */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** How long the look that comes now may be put off; undefined without an end. */
  patienceMs: () => number | undefined;
};

/** A timer that wakes this much too late has been asleep with the machine. */
const oversleptMs = 30_000;
/** The last look is made at the end itself. */
const leastPatienceMs = 2_000;

/** Counts down to a moment of the monotonic clock; never over without one. */
export function startTimer(clock: SteadyClock, deadlineMs: number | undefined): Timer {
  let endMs = deadlineMs ?? Infinity;
  const leftMs = () => Math.max(0, endMs - clock.monotonic());
  return {
    isOver: () => leftMs() === 0,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      const sleepMs = Math.min(ms, leftMs());
      if (sleepMs <= 0) return;
      const fromMs = clock.monotonic();
      await clock.sleep(sleepMs, signal);
      const lateMs = clock.monotonic() - fromMs - sleepMs;
      if (lateMs > oversleptMs) endMs += lateMs;
    },
    patienceMs: () => (leftMs() === Infinity ? undefined : Math.max(leastPatienceMs, leftMs())),
  };
}
