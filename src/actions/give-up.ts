import type { Talk } from '../cli/talk.ts';
import { NotFoundError, UsageError, WanError } from '../core/errors.ts';
import { isFinal, toStoredError, type Job } from '../core/job.ts';
import type { Runtime } from '../workflow/runtime.ts';
import { settleOwner } from '../workflow/job-state.ts';

/**
 * The user's word that nobody is to look for a job any more. Nothing is asked and nothing is sent, so no key is needed.
 * @throws {UsageError} for a job that has ended, or was never sent
 */
export async function giveUp({ jobs, clock }: Runtime, talk: Talk, { id }: Job): Promise<Job> {
  const lock = await jobs.tryLock(id);
  if (lock === undefined) {
    throw new WanError(`another wan is working on job ${id}`, { hint: `wan status ${id}` });
  }
  try {
    const stored = await jobs.find(id);
    if (stored === undefined)
      throw new NotFoundError(`there is no record of job ${id}`, { hint: 'wan list' });
    const job = await settleOwner(stored, jobs);
    if (job.status === 'prepared') {
      throw new UsageError(`job ${id} was never sent: there is nothing to give up`, {
        hint: `wan cancel ${id}, or wan resume ${id} sends it`,
      });
    }
    if (isFinal(job)) {
      throw new UsageError(`job ${id} is ${job.status}: there is nothing to give up`, {
        hint: `wan show ${id}`,
      });
    }
    const reason = new NotFoundError('given up by you; may have been billed', { hint: `wan rerun ${id}` });
    const now = new Date(clock.now()).toISOString();
    const given: Job = { ...job, status: 'expired', finished_at: now, error: toStoredError(reason) };
    await jobs.save(given);
    talk.setJob(given);
    talk.notice(`job ${id} is given up; it may have been billed; \`wan rerun ${id}\` makes it anew`);
    return given;
  } finally {
    await lock.release();
  }
}
