import { StateGoneError, TakenOverError } from '../core/errors.ts';
import { parseJobId } from '../core/job-id.ts';
import type { Lock, Locks } from './lock.ts';
import { isMarked } from './state-directory.ts';

/** What this process holds, and the question that comes before everything that cannot be undone. */
export type HeldLocks = {
  /** Undefined while another process has it. */
  tryLock: Locks['tryLock'];
  /**
   * Asks whether a lock that was taken here is still ours; one that never was is not asked for. `lately`: the disk is
   * only asked after the process was stopped for a while.
   * @throws {TakenOverError} when another process has it now; {StateGoneError} when all of it was removed
   */
  requireHeld: (name: string, how?: 'now' | 'lately') => Promise<void>;
};

export function holdLocks(locks: Locks, directory: string): HeldLocks {
  const held = new Map<string, Lock>();

  async function tryLock(name: string): Promise<Lock | undefined> {
    const lock = await locks.tryLock(name);
    if (lock === undefined) return undefined;
    held.set(name, lock);
    const release = async () => {
      if (held.get(name) === lock) held.delete(name);
      await lock.release();
    };
    return { ...lock, release };
  }

  async function requireHeld(name: string, how: 'now' | 'lately' = 'now'): Promise<void> {
    const lock = held.get(name);
    if (lock === undefined || (how === 'lately' && lock.isFresh())) return;
    const isOurs = await lock.stillHeld().catch((error: unknown) => {
      // A full disk takes no beat; the last one still counts.
      if (lock.isFresh()) return true;
      throw error;
    });
    if (isOurs) return;
    if (await isMarked(directory)) throw takenOver(name);
    throw new StateGoneError(`the state directory ${directory} was removed while a job was under way in it`, {
      hint: 'wan list',
    });
  }

  return { tryLock, requireHeld };
}

function takenOver(name: string): TakenOverError {
  const id = parseJobId(name);
  const what = id === undefined ? 'this task' : `job ${id}`;
  return new TakenOverError(`another wan took over ${what} while this one was stopped; this one leaves it`, {
    hint: id === undefined ? 'wan list' : `wan wait ${id}`,
  });
}
