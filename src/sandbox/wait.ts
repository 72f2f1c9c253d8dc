import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves once the clock has reached a time, or the signal is aborted. Looks at the clock in small steps, because
 * a clock that is handed in may jump.
 */
export async function waitUntil(timeMs: number, now: () => number, signal: AbortSignal): Promise<void> {
  while (now() < timeMs && !signal.aborted) {
    await sleep(Math.min(50, Math.max(1, timeMs - now())), undefined, { signal }).catch(() => {});
  }
}
