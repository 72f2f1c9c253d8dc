import type { SteadyClock } from '../core/clock.ts';

/** How often, and for how long, what may pass is looked at before it is believed. */
const leastLooks = 4;
const leastMs = 30_000;
/** Soon at first, because most of it passes soon. Together they are as long as it takes. */
const gapsMs = [2_000, 5_000, 8_000, 15_000];

/** Counts the looks at one thing that may pass. */
export type Doubt = {
  /** One more look has shown this. True once it has been shown often and long enough; another thing counts anew. */
  saw: (what: string) => boolean;
  /** Milliseconds until the next look. */
  delayMs: () => number;
  /** Something was shown that leaves no doubt. */
  clear: () => void;
  isOpen: () => boolean;
};

export function startDoubt(clock: Pick<SteadyClock, 'monotonic'>): Doubt {
  let seen: { what: string; looks: number; sinceMs: number } | undefined;
  return {
    saw: (what) => {
      if (seen?.what !== what) seen = { what, looks: 0, sinceMs: clock.monotonic() };
      seen.looks += 1;
      return seen.looks >= leastLooks && clock.monotonic() - seen.sinceMs >= leastMs;
    },
    delayMs: () => {
      if (seen === undefined) return 0;
      const leftMs = leastMs - (clock.monotonic() - seen.sinceMs);
      // A timer may wake a little early, and must not cost another round.
      return gapsMs[seen.looks - 1] ?? Math.max(100, leftMs);
    },
    clear: () => (seen = undefined),
    isOpen: () => seen !== undefined,
  };
}
