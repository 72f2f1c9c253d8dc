import { UnconfirmedError, UsageError, WanError } from '../core/errors.ts';
import { toStoredError, type Job } from '../core/job.ts';
import { adopt } from './adopt.ts';
import { findLostTask, type SearchOptions } from './find-lost-task.ts';
import type { Connection, Runtime } from './runtime.ts';
import { errorOfSearch } from './tell-search.ts';

export type ReconcileOptions = SearchOptions & { onChange: (job: Job) => Promise<void> };

/**
 * Finds out what became of a submit that nobody answered, and writes it into the record. The caller holds the job's
 * lock. Nothing is ever sent again here.
 * @returns the job with its task, once it is certain that the task is ours
 * @throws {UnconfirmedError} while it stays open; {NetworkError} when it is certain that nothing was accepted,
 * {GenerationError} when it certainly failed
 */
export async function reconcile(
  runtime: Runtime,
  connection: Connection,
  stored: Job,
  options: ReconcileOptions,
): Promise<Job> {
  const { onChange } = options;
  let job = stored;
  // Its sender is gone, or we would not hold the lock: others that look for theirs are to see that.
  if (job.status !== 'unconfirmed') await onChange((job = { ...job, status: 'unconfirmed' }));
  const search = await findLostTask(runtime, connection, job, options).catch((error: unknown) => {
    if (!(error instanceof WanError)) throw error;
    throw error.with({
      message: `${error.message}; it stays open whether the service accepted the job`,
      hint: `wan resume ${job.id}`,
    });
  });
  if (search.kind !== 'blind' && search.firstReadAt !== undefined && job.first_read_at === undefined) {
    job = { ...job, first_read_at: search.firstReadAt };
    // The ten minutes until a second reading count from here, whatever this one comes to.
    if (search.kind !== 'found') await onChange(job);
  }
  if (search.kind === 'found') {
    const { taskId, isSettled, isSeedKnown } = search;
    const guess = { isSettled, isSeedKnown };
    return adopt(runtime, connection, job, taskId, { onChange, guess }).catch((error: unknown) => {
      // Found by us, not named by the user: another job was quicker.
      if (!(error instanceof UsageError)) throw error;
      throw new UnconfirmedError(`it stays open what became of job ${job.id}: ${error.message}`, {
        hint: `wan resume ${job.id}`,
      });
    });
  }
  const hasList = connection.provider.protocol.list?.isPromised === true;
  const error = errorOfSearch(job, search, { nowMs: runtime.clock.now(), hasList });
  // The job's own reason stays as long as it is open: it tells what happened then.
  if (!(error instanceof UnconfirmedError)) {
    await onChange({ ...job, status: 'failed', error: toStoredError(error) });
  }
  throw error;
}
