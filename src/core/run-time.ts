import { rulesFor, type Model } from './model.ts';
import type { Mode, VaceFunction } from './mode.ts';

/** How long a task may be expected to run once it has left the queue. Milliseconds. */
export type RunTime = {
  /** Before this it is hardly ever done. */
  fromMs: number;
  /** The middle of what was seen; absent where only the documents are known. */
  usualMs?: number;
  /** After this it takes longer than usual. */
  toMs: number;
  /** The user's own finished jobs that say so; 0 for the services' documents. */
  jobs: number;
};

/** What of a request decides how long it takes, as records hold it. */
export type TimedRequest = {
  mode: Mode;
  vaceFunction?: VaceFunction | undefined;
  size?: string | undefined;
  resolution?: string | undefined;
  duration?: number | undefined;
  shotType?: 'single' | 'multi' | undefined;
};

/** Fewer jobs than this say too little. */
const leastJobs = 3;
const minuteMs = 60_000;
/** Nothing is done sooner, and the services give up a task after three hours: other lengths are no run times. */
const [shortestMs, longestMs] = [1000, 3 * 60 * minuteMs];

/** The minutes that the documents name. Long multi-shot clips at 1080P take longest. */
export function usualMinutes(request: TimedRequest, row: Model): readonly [number, number] {
  const { usualMinutes: minutes, ...model } = rulesFor(row, request.mode, request.vaceFunction);
  const seconds = request.duration ?? (model.duration.kind === 'input' ? 0 : model.duration.default);
  const isLarge = tierOf(request, model) === '1080P';
  const isHeavy = isLarge && seconds >= 10 && (request.shotType === 'multi' || seconds >= 15);
  return isHeavy && minutes.heavy !== undefined ? minutes.heavy : minutes.ordinary;
}

/** Jobs that take about as long as each other share this: one line without the prompt or a key. */
export function runTimeKey(request: TimedRequest, row: Model): string {
  const { duration: rule } = rulesFor(row, request.mode, request.vaceFunction);
  const seconds = request.duration ?? (rule.kind === 'input' ? 'input' : rule.default);
  const tier = tierOf(request, rulesFor(row, request.mode, request.vaceFunction)) ?? 'input';
  const parts = [row.provider, row.id, request.vaceFunction ?? request.mode, tier, seconds];
  return [...parts, ...(request.shotType === 'multi' ? ['multi'] : [])].join(' ');
}

/** The tier by its name, or by the number of pixels; undefined where the input decides. */
function tierOf({ resolution, size }: TimedRequest, { geometry }: Pick<Model, 'geometry'>) {
  if (resolution !== undefined) return resolution;
  if (size === undefined) return geometry.kind === 'input' ? undefined : geometry.resolution;
  const pixels = size.split('*').reduce((product, side) => product * Number(side), 1);
  return pixels < 600_000 ? '480P' : pixels < 1_400_000 ? '720P' : '1080P';
}

/** What to expect: what this user's own jobs took, where there are enough of them, else the documents. */
export function expectRunTime(
  durationsMs: readonly number[],
  [fromMinutes, toMinutes]: readonly [number, number],
): RunTime {
  const seen = durationsMs.filter(isRunTime).toSorted((a, b) => a - b);
  if (seen.length < leastJobs) return { fromMs: fromMinutes * minuteMs, toMs: toMinutes * minuteMs, jobs: 0 };
  const quantile = (share: number) => seen[Math.round(share * (seen.length - 1))] ?? 0;
  return { fromMs: quantile(0.1), usualMs: quantile(0.5), toMs: quantile(0.9), jobs: seen.length };
}

/** True for a length of time that a task can have run. */
export function isRunTime(ms: number): boolean {
  return ms >= shortestMs && ms <= longestMs;
}
