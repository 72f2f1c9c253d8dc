import type { Signal } from './world.ts';

/** One crash: at which point of a run, by what. */
export type Crash = { at: number; name: string; signal: Signal };

/** Where money is spent, and where a video changes names: the kill at the first of these is in every selection. */
const sharp =
  /^after send POST .*(?:synthesis|videos|-to-video)$|^before rename \S+\.part -> |^after rm \S+\.part$/u;
/** A kill is the harder test, so it comes twice. */
const signals: readonly Signal[] = ['SIGKILL', 'SIGTERM', 'SIGKILL', 'SIGINT'];

/**
 * Which crashes of a run to try. `all`: a kill at every point, and an orderly end at every second one. A number:
 * so many, spread over the whole run and all signals; the same seed gives the same ones.
 */
export function choose(points: readonly string[], wanted: number | 'all', seed: number): Crash[] {
  const crash = (index: number, signal: Signal): Crash => ({
    at: index + 1,
    name: points[index] ?? '?',
    signal,
  });
  if (wanted === 'all') {
    const orderly = ['SIGTERM', undefined, 'SIGINT', undefined] as const;
    return points.flatMap((_, index) => {
      const other = orderly[(index + seed) % orderly.length];
      return [crash(index, 'SIGKILL'), ...(other === undefined ? [] : [crash(index, other)])];
    });
  }
  const random = randomNumbers(seed);
  const sharpIndex = points.findIndex((name) => sharp.test(name));
  return Array.from({ length: wanted }, (_, turn) => {
    // One from each stretch of the run.
    const index = Math.floor(((turn + random()) / wanted) * points.length);
    const signal = signals[(turn + seed) % signals.length] ?? 'SIGKILL';
    return turn === 0 && sharpIndex >= 0 ? crash(sharpIndex, 'SIGKILL') : crash(index, signal);
  });
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
