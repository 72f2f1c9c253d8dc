import { removeClaim, writeBeat, type Claim } from './lock-claim.ts';
import { claimLifeMs, survey, type Viewer } from './lock-contest.ts';

/** Calls a task again and again, well within a claim's life, until the function it returns is called. */
export type Repeat = (task: () => Promise<void>) => () => void;

/** A claim that won, kept alive by beats. */
export type Lease = {
  /** Beats, and tells whether the claim is still ours. Throws the file system's error when it cannot beat. */
  renew: () => Promise<boolean>;
  /** Whether the last beat that reached the disk is so young that nobody can have taken over. */
  isFresh: () => boolean;
  /** Stops beating and removes the claim. */
  end: () => Promise<void>;
};

type Won = {
  path: string;
  name: string;
  claim: Claim;
  startedWallMs: number;
  viewer: Viewer;
  repeat: Repeat;
};

/** Keeps a claim alive that has just won. Undefined: it was taken for dead meanwhile. */
export async function keepClaim(won: Won): Promise<Lease | undefined> {
  const { path, name, claim, viewer } = won;
  let last = { monotonicMs: claim.startedMs, wallMs: won.startedWallMs };
  let over = false;
  let turn: Promise<boolean> = Promise.resolve(true);

  function now(): typeof last {
    return { monotonicMs: viewer.clock.monotonicMs(), wallMs: viewer.clock.wallMs() };
  }

  /** By both clocks, because one stands still while the machine sleeps and the other can be set. */
  function isWithin(lifeMs: number): boolean {
    const { monotonicMs, wallMs } = now();
    return monotonicMs - last.monotonicMs < lifeMs && wallMs - last.wallMs < lifeMs;
  }

  async function beat(): Promise<boolean> {
    if (over) return false;
    const time = now();
    over = !(await writeBeat(path, time.monotonicMs));
    if (over) return false;
    if (isWithin(claimLifeMs)) {
      last = time;
      return true;
    }
    // We were stopped for so long (Ctrl-Z, sleep) that somebody may be taking over at this moment. Our new beat is
    // written: either they see it and leave, or their claim was there before it and we see that.
    const { alive } = await survey(name, viewer, claim.nonce);
    over = alive.length > 0 || !(await writeBeat(path, time.monotonicMs));
    if (over) await removeClaim(path);
    else last = time;
    return !over;
  }

  // One beat after the other, so that each measures the gap to the one before.
  function renew(): Promise<boolean> {
    turn = turn.then(beat, beat);
    return turn;
  }

  try {
    if (!(await renew())) return undefined;
  } catch (error) {
    await removeClaim(path).catch(ignore);
    throw error;
  }
  const stop = won.repeat(() => renew().then(ignore, ignore)); // the next beat makes up for one that failed

  async function end(): Promise<void> {
    stop();
    await turn.catch(ignore);
    over = true;
    await removeClaim(path);
  }

  return { renew, isFresh: () => !over && isWithin(claimLifeMs / 2), end };
}

function ignore(): void {}
