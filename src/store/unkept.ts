import { createHmac, randomBytes } from 'node:crypto';
import { StateError } from '../core/errors.ts';
import type { JobStore } from './jobs.ts';
import type { Lock } from './lock.ts';

/**
 * Where nothing can be kept, keys are told apart for as long as the process lives: looking at a task and at a request
 * needs no more. Said once. What such a fingerprint was made for is never recorded: nobody would know the key again.
 */
export function fingerprintAnyway(
  jobs: Pick<JobStore, 'fingerprint' | 'save'>,
  notice: (message: string) => void,
): Pick<JobStore, 'fingerprint' | 'save'> {
  const secret = randomBytes(32);
  let failure: StateError | undefined;

  async function fingerprint(text: string): Promise<string> {
    try {
      if (failure === undefined) return await jobs.fingerprint(text);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      failure = error;
      notice(`${error.message}; nothing of this command is remembered`);
    }
    return createHmac('sha256', secret).update(text).digest('hex').slice(0, 32);
  }

  return {
    fingerprint,
    save: async (job) => {
      if (failure !== undefined) throw failure;
      await jobs.save(job);
    },
  };
}

/** The lock of a task that has no record. Where nothing can be kept, nobody else can hold it either. */
export async function lockAnyway(jobs: Pick<JobStore, 'tryLock'>, name: string): Promise<Lock | undefined> {
  try {
    return await jobs.tryLock(name);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    return { stillHeld: async () => true, isFresh: () => true, release: async () => {} };
  }
}
