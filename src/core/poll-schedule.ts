/** When to look at a task again. */
export type PollSchedule = {
  /** Milliseconds until look number `look`, counted from 0. */
  delay: (look: number, random: number) => number;
};

/**
 * The gentle default. Services ask for about 15 seconds between looks; on this machine a look costs nothing.
 * `fixedMs` is what `--poll-interval` asked for.
 */
export function pollSchedule(isLoopback: boolean, fixedMs: number | undefined): PollSchedule {
  if (fixedMs !== undefined) return { delay: () => fixedMs };
  if (isLoopback) return { delay: (look) => Math.min(1000, 200 * 1.25 ** look) };
  return { delay: (look, random) => (look === 0 ? 5_000 : 15_000 * (0.85 + 0.3 * random)) };
}

/** After `faults` passing faults in a row: longer each time, never more than a minute. */
export function faultDelay(normalMs: number, faults: number, askedMs: number | undefined): number {
  const backedOff = Math.min(60_000, normalMs * 1.5 ** Math.min(faults, 10));
  return Math.min(10 * 60_000, Math.max(backedOff, askedMs ?? 0));
}
