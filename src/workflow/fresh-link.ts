import { NetworkError, NotFoundError, NotSavedError } from '../core/errors.ts';
import { hasTask, type Job } from '../core/job.ts';
import { askOnce } from './query.ts';
import type { Connection, Runtime } from './runtime.ts';

/**
 * The link that the service gives now; it may be the same one.
 * @throws {NotFoundError} when the task is gone, and with it the video; {NotSavedError} when there is no link
 */
export async function freshLink(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  linkHours: number | null,
): Promise<{ url: string; expiresAt: string | null }> {
  if (!hasTask(job)) throw new NotSavedError('the job has no task to ask for a new link');
  // Asked as if we knew of none: what we hold is the one that did not do.
  const asked: typeof job = { ...job, status: 'running', outputs: [] };
  const current = await askAFewTimes(runtime, () => askOnce(runtime, connection, asked, linkHours));
  if (current.status === 'expired') throw new NotFoundError('the service no longer has the task');
  const url = current.outputs[0]?.url;
  if (url === undefined) throw new NotSavedError('the service gives no link to the video now');
  return { url, expiresAt: current.expires_at };
}

/** A service that stumbles once is no reason to give up a rendered video. */
async function askAFewTimes<Answer>(runtime: Runtime, ask: () => Promise<Answer>): Promise<Answer> {
  for (const delayMs of [1_000, 3_000, 9_000]) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- only what failed is asked again
      return await ask();
    } catch (error) {
      if (!(error instanceof NetworkError) || !error.retryable) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await runtime.clock.sleep(delayMs, runtime.signal);
    }
  }
  return ask();
}
