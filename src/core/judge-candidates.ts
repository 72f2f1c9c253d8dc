import type { Match } from './match-task.ts';
import type { TaskReport } from './task.ts';

/** A task that an unconfirmed job may be, and what has become of it. */
export type Candidate = {
  taskId: string;
  state: TaskReport['state'];
  match: Match;
};

/** What the candidates say about a submit whose answer was lost. */
export type Finding =
  /** This one is ours. */
  | { kind: 'found'; taskId: string }
  /** It may be one of these, or none: only a person can say. */
  | { kind: 'open'; candidates: readonly Candidate[] }
  /** Whichever was ours has failed: nothing was billed. */
  | { kind: 'failed'; candidates: readonly Candidate[] }
  /** There is none, and by now there would be. */
  | { kind: 'not-accepted' }
  /** There is none yet, and one may still appear. */
  | { kind: 'too-early'; untilMs: number }
  /** The list goes back a day, and it was sent before that: what it does not show proves nothing any more. */
  | { kind: 'too-late' };

/** A task is listed by then, if there is one. */
export const visibleAfterMs = 10 * 60_000;

/** A service that lists a day may be a little behind it. */
const listedMs = 23.5 * 60 * 60_000;

/** @param sentMs when the submit was sent, in milliseconds since 1970 like `nowMs` */
export function judgeCandidates(
  candidates: readonly Candidate[],
  { sentMs, nowMs }: { sentMs: number; nowMs: number },
): Finding {
  const ours = candidates.filter(({ match }) => match === 'ours');
  const [first] = ours;
  // What still runs and has not told its prompt may be a twin.
  const mayBeOurs = candidates.some(({ match, state }) => match === 'unknown' && !isOver(state));
  if (ours.length === 1 && first !== undefined && !mayBeOurs) return { kind: 'found', taskId: first.taskId };
  if (candidates.length === 0) {
    const untilMs = sentMs + visibleAfterMs;
    if (nowMs - sentMs > listedMs) return { kind: 'too-late' };
    return nowMs >= untilMs ? { kind: 'not-accepted' } : { kind: 'too-early', untilMs };
  }
  const haveFailed = candidates.every(({ state }) => state === 'failed' || state === 'canceled');
  return haveFailed ? { kind: 'failed', candidates } : { kind: 'open', candidates };
}

export function isOver(state: TaskReport['state'] | undefined): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled';
}
