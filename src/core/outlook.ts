import { formatDuration } from './duration.ts';
import type { RunTime } from './run-time.ts';

/** What to expect of a job that is not done. */
export type Outlook = {
  runTime: RunTime;
  /** Milliseconds since it left the queue; undefined while it is queued. */
  runningMs: number | undefined;
};

/** The outlook in words that promise no more than is known. */
export function describeOutlook({ runTime, runningMs }: Outlook): string {
  const { usualMs, toMs, jobs } = runTime;
  const source = `from ${jobs} jobs like this`;
  if (usualMs === undefined) {
    const usual = describeSpan(runTime);
    if (runningMs === undefined) return `usually ${usual} once it runs`;
    return runningMs < toMs ? `usually done after ${usual}` : `longer than the usual ${usual}`;
  }
  if (runningMs === undefined) return `about ${formatDuration(rough(usualMs))} once it runs, ${source}`;
  if (runningMs < usualMs) return `about ${formatDuration(rough(usualMs - runningMs))} left, ${source}`;
  if (runningMs < toMs) return `any moment now, ${source}`;
  return `longer than usual: ${jobs} jobs like this took ${describeSpan(runTime)}`;
}

function describeSpan({ fromMs, toMs }: RunTime): string {
  const [from, to] = [formatDuration(rough(fromMs)), formatDuration(rough(toMs))];
  const [fromUnit, toUnit] = [from, to].map((text) => /^\d+ (\w+)$/u.exec(text)?.[1]);
  if (from === to) return `about ${from}`;
  return fromUnit !== undefined && fromUnit === toUnit
    ? `${from.replace(/ .*$/u, '')}–${to}`
    : `${from} to ${to}`;
}

/** To ten seconds, or to five below a minute: more would be a promise. */
function rough(ms: number): number {
  const step = ms < 60_000 ? 5000 : 10_000;
  return Math.max(step, Math.round(ms / step) * step);
}
