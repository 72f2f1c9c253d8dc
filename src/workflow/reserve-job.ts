import { UsageError, WanError } from '../core/errors.ts';
import { makeJobId } from '../core/job-id.ts';
import { hasEnded, isDoubted, type Job } from '../core/job.ts';
import type { JobKeys, KeyClaim } from '../store/job-keys.ts';
import type { Lock } from '../store/lock.ts';
import type { Runtime } from './runtime.ts';

/** Between two looks at what another process does. */
const followMs = 100;

export type Reservation =
  /** Nothing was made under this key yet: the id is ours, and so is its lock. */
  | { kind: 'new'; id: string; lock: Lock }
  /** There is a job of this key, in whatever state. */
  | { kind: 'attach'; job: Job };

export type KeyedRequest = {
  /** The key as the user knows it. */
  name: string;
  /** As it is kept. */
  key: string;
  /** A hash of what is asked: the same key never stands for two requests. */
  request: string;
  /** Make a new job where the one of this key has failed. */
  retryFailed: boolean;
  /** Asks the service how a job stands whose failure may be none. @throws {WanError} when it does not tell */
  askAgain: (job: Job) => Promise<Job>;
};

/**
 * The job that a key stands for, claimed before anything is written: of any number of processes with one key, one
 * makes the job. @throws {UsageError} when the key stands for another request
 */
export async function reserveJob(
  runtime: Runtime,
  keys: JobKeys,
  { name, key, request, retryFailed, askAgain }: KeyedRequest,
): Promise<Reservation> {
  for (;;) {
    // Each look depends on what the others have done since the last one.
    /* oxlint-disable no-await-in-loop */
    const claim = await claimed();
    if (claim.request !== request) {
      throw otherRequest(name, claim.jobId);
    }
    const job = await runtime.jobs.find(claim.jobId);
    if (job !== undefined) return { kind: 'attach', job };
    if (claim.isRecorded === true) {
      throw new WanError(`the record of job ${claim.jobId}, which the job key ${name} stands for, is gone`, {
        hint: 'it may have been bought: look into the service’s console, then use another --job-key',
      });
    }
    // Whoever claimed it is about to write the record, or was killed before.
    const lock = await runtime.jobs.tryLock(claim.jobId);
    if (lock !== undefined) {
      const late = await runtime.jobs.find(claim.jobId);
      if (late === undefined) return { kind: 'new', id: claim.jobId, lock };
      await lock.release();
      return { kind: 'attach', job: late };
    }
    await runtime.clock.sleep(followMs, runtime.signal);
    /* oxlint-enable no-await-in-loop */
  }

  async function claimed(): Promise<KeyClaim> {
    const lock = await lockOfKey();
    try {
      const claim = { jobId: makeJobId(runtime.clock.now(), runtime.random), request };
      const found = await keys.claim(key, claim);
      if (found.jobId === claim.jobId || found.request !== request) return found;
      const job = await runtime.jobs.find(found.jobId);
      if (job === undefined || !isToReplace(job, retryFailed)) return found;
      // Nothing is bought anew on the word of a service that gave no reason, before it is asked once more.
      if (isDoubted(job) && !isToReplace(await askAgain(job), retryFailed)) return found;
      await runtime.jobs.requireHeld(keys.lockName(key));
      await keys.replace(key, claim);
      return claim;
    } finally {
      await lock.release();
    }
  }

  async function lockOfKey(): Promise<Lock> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const lock = await runtime.jobs.tryLock(keys.lockName(key));
      if (lock !== undefined) return lock;
      // oxlint-disable-next-line no-await-in-loop
      await runtime.clock.sleep(followMs, runtime.signal);
    }
  }
}

/** What was stopped before it was sent is as good as never asked for; a failure is tried again only when told. */
function isToReplace(job: Job, retryFailed: boolean): boolean {
  if (job.status === 'canceled' && job.task_id === null) return true;
  return retryFailed && hasEnded(job) && ['failed', 'canceled', 'expired'].includes(job.status);
}

export function otherRequest(key: string, jobId: string): UsageError {
  return new UsageError(`the job key ${key} stands for another request, of job ${jobId}`, {
    hint: `another --job-key, or \`wan show ${jobId}\``,
  });
}
