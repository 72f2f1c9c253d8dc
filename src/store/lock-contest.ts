import { setTimeout as sleep } from 'node:timers/promises';
import { readClaims, removeClaim, writeClaim, type Claim, type FoundClaim } from './lock-claim.ts';
import type { Host } from './lock-host.ts';
import { isListening } from './lock-socket.ts';

export type Clock = {
  /** A clock that all processes of one kernel share and that stands still while the machine sleeps. */
  monotonicMs: () => number;
  wallMs: () => number;
};

/** For how long a claim counts whose owner can only be judged by its beats. */
export const claimLifeMs = 60_000;

/** Whose eyes a claim is seen with. */
export type Viewer = {
  directory: string;
  host: Host;
  clock: Clock;
  /** The socket this process holds: a claim that names it was left by a dead owner. */
  socket?: string | undefined;
};

/**
 * Enters the contest for a lock: resolves to the path of our claim once it is the only living one, or to undefined.
 * Everyone writes a claim first and looks at the others' second; so of two, the one that wrote last sees the first,
 * and there are never two winners. Throws the file system's error, leaving no claim.
 */
export async function enter(name: string, mine: Claim, viewer: Viewer): Promise<string | undefined> {
  const early = await survey(name, viewer);
  if (early.alive.length > 0) return undefined; // the usual case, without a write
  const path = await writeClaim(viewer.directory, name, mine);
  try {
    for (let patience = 50; patience > 0; patience -= 1) {
      const { alive, dead } = await survey(name, viewer, mine.nonce);
      if (alive.length === 0) {
        await Promise.all(
          dead.map((found) => removeClaim(found.path, { damaged: found.claim === undefined })),
        );
        return path;
      }
      // Without an order among them, contestants that met would all leave.
      if (alive.some((other) => goesFirst(other, mine))) break;
      await sleep(20);
    }
  } catch (error) {
    await removeClaim(path).catch(() => {});
    throw error;
  }
  await removeClaim(path);
  return undefined;
}

/** Who else claims a lock, the living apart from the dead. */
export async function survey(
  name: string,
  viewer: Viewer,
  ownNonce?: string,
): Promise<{ alive: Claim[]; dead: FoundClaim[] }> {
  const alive: Claim[] = [];
  const dead: FoundClaim[] = [];
  for (const found of await readClaims(viewer.directory, name)) {
    const { claim } = found;
    if (claim !== undefined && claim.nonce === ownNonce) continue;
    if (claim !== undefined && (await isAlive(claim, found, viewer))) alive.push(claim);
    else dead.push(found);
  }
  return { alive, dead };
}

/**
 * Whether a claim's owner lives, by the best evidence there is. A claim of another boot is one from before a
 * restart, or of another machine on a shared disk: nothing tells the two apart, so it counts for as long after its
 * last change as a living owner would need to change it again.
 */
async function isAlive(claim: Claim, found: FoundClaim, viewer: Viewer): Promise<boolean> {
  const { host, clock } = viewer;
  if (host.boot === undefined || claim.boot !== host.boot) {
    return isFresh(found.changedMs, clock.wallMs());
  }
  if (host.space === undefined || claim.space !== host.space) {
    return isFresh(found.beatMs, clock.monotonicMs());
  }
  if (claim.socket !== null) return claim.socket !== viewer.socket && isListening(claim.socket);
  if (host.processes === undefined) return isFresh(found.beatMs, clock.monotonicMs());
  if (!host.processes.isRunning(claim.pid)) return false;
  // The same number may be another process by now. When its start cannot be told, better held than paid twice.
  const start = await host.processes.startOf(claim.pid);
  return start === undefined || claim.processStart === null || start === claim.processStart;
}

/** In both directions: a time far in the future is a damaged claim or a clock set back, and must not hold for ever. */
function isFresh(timeMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - timeMs) <= claimLifeMs;
}

function goesFirst(other: Claim, mine: Claim): boolean {
  if (other.boot === null || other.boot !== mine.boot) return true; // no common clock to compare by
  if (other.startedMs !== mine.startedMs) return other.startedMs < mine.startedMs;
  return other.nonce < mine.nonce;
}
