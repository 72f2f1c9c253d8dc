import type { SteadyClock } from '../../src/core/clock.ts';

/** Its `sleep` is also how a test lets time pass. */
export type HastyClock = SteadyClock & { sleep: (ms: number, signal?: AbortSignal) => Promise<void> };

/** A clock that goes with the real one, and on which every wait is over at once and yet has passed. */
export function hastyClock(): HastyClock {
  let passed = 0;
  return {
    now: () => Date.now() + passed,
    monotonic: () => performance.now() + passed,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      passed += ms;
      // Sockets get their turn: what a wait is for happens there.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}
