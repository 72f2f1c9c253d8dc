import type { Evidence } from './lost-send.ts';
import type { Match } from './match-task.ts';
import type { TaskReport } from './task.ts';

/** A task that an unconfirmed job may be, and what has become of it. */
export type Candidate = {
  taskId: string;
  state: TaskReport['state'];
  /** It said what makes an end believable: a failure's reason, or a link. */
  hasEnded: boolean;
  match: Match;
  /** Milliseconds since 1970, by the service's clock. */
  createdMs?: number | undefined;
};

/** Another job whose answer was lost or is still to come, and which one of our candidates may be. */
export type Rival = {
  jobId: string;
  /** Its process still waits for the answer. */
  isLive: boolean;
  /** What it asked for is the same, but for the seed. */
  isEqual: boolean;
  isSameSeed: boolean;
  /** When it was sent, by the clock that ours was sent by. */
  sentMs: number;
  index: number;
  /** Each candidate that fits us fits it as well. */
  fitsAll: boolean;
};

/** What the candidates say about a submit whose answer was lost. */
export type Finding =
  /** This one is ours; or one of several that nobody can tell apart but by their seeds. */
  | { kind: 'found'; taskId: string; isSeedKnown: boolean }
  /** It may be one of these, or none: only a person can say. */
  | { kind: 'open'; candidates: readonly Candidate[]; rivals: readonly Rival[] }
  /** None at its time, but these at another. */
  | { kind: 'other-time'; candidates: readonly Candidate[] }
  /** Whichever was ours has failed: nothing was billed. */
  | { kind: 'failed'; candidates: readonly Candidate[] }
  /** There is none, and by now there would be. */
  | { kind: 'not-accepted' }
  /** There is none, which proves nothing: not yet, or not any more. */
  | { kind: 'unproven'; evidence: Exclude<Evidence, { kind: 'whole' }> };

export type Evident = {
  /** What was made at the send's time. */
  inside: readonly Candidate[];
  /** What was made at another, and would not be looked at if all clocks were trusted. */
  outside: readonly Candidate[];
  rivals: readonly Rival[];
  evidence: Evidence;
  own: Pick<Rival, 'jobId' | 'sentMs' | 'index'>;
};

export function judgeCandidates({ inside, outside, rivals, evidence, own }: Evident): Finding {
  const ours = inside.filter(({ match }) => match === 'ours');
  // What has not told its prompt may be ours, or a twin, as long as it may still cost something.
  const unclear = inside.filter((one) => isUnclear(one));
  if (unclear.some(({ hasEnded }) => !hasEnded) || (ours.length === 0 && unclear.length > 0)) {
    return { kind: 'open', candidates: [...ours, ...unclear], rivals };
  }
  if (ours.length > 0) {
    const found = pickOurs(ours, rivals, own);
    return found ?? { kind: 'open', candidates: ours, rivals };
  }
  const elsewhere = outside.filter((one) => one.match === 'ours' || (isUnclear(one) && !one.hasEnded));
  if (elsewhere.length > 0) return { kind: 'other-time', candidates: elsewhere };
  if (evidence.kind !== 'whole') return { kind: 'unproven', evidence };
  const failed = inside.filter(({ match }) => match === 'unknown');
  return failed.length > 0 ? { kind: 'failed', candidates: failed } : { kind: 'not-accepted' };
}

/**
 * The one task; or, of as many tasks as there are such jobs, all asked for with the same words, the one whose turn it
 * is in the order of the sends: then only the seeds may be mixed up.
 */
function pickOurs(
  ours: readonly Candidate[],
  rivals: readonly Rival[],
  own: Evident['own'],
): Finding | undefined {
  const [first] = ours;
  // One that does not say when it was made may be of any time: it is only shown.
  if (ours.some(({ createdMs }) => createdMs === undefined)) return undefined;
  if (rivals.length === 0) {
    return ours.length === 1 && first !== undefined
      ? { kind: 'found', taskId: first.taskId, isSeedKnown: true }
      : undefined;
  }
  const isFair =
    ours.length === rivals.length + 1 &&
    rivals.every(({ isLive, isEqual, fitsAll }) => !isLive && isEqual && fitsAll);
  if (!isFair) return undefined;
  const turns = [own, ...rivals].toSorted(
    (a, b) => a.sentMs - b.sentMs || a.index - b.index || (a.jobId < b.jobId ? -1 : 1),
  );
  const tasks = ours.toSorted(
    (a, b) => (a.createdMs ?? 0) - (b.createdMs ?? 0) || (a.taskId < b.taskId ? -1 : 1),
  );
  const task = tasks[turns.indexOf(own)];
  const isSeedKnown = rivals.every(({ isSameSeed }) => isSameSeed);
  return task === undefined ? undefined : { kind: 'found', taskId: task.taskId, isSeedKnown };
}

/** It does not say whether it is ours, and it has been billed or may yet be. */
export function isUnclear({ match, state, hasEnded }: Candidate): boolean {
  const costsNothing = hasEnded && (state === 'failed' || state === 'canceled');
  return match === 'unknown' && !costsNothing;
}
