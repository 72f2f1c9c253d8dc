import type { Talk } from '../cli/talk.ts';
import { jobDocument } from '../core/documents.ts';
import { NotFinishedError, UnconfirmedError, WaitTimeoutError } from '../core/errors.ts';
import { fromStoredError, isFinal, type Job } from '../core/job.ts';
import { finishJob, type FinishOptions } from '../workflow/generate.ts';
import { checkTarget } from '../workflow/output-target.ts';
import type { Runtime } from '../workflow/runtime.ts';
import { isStillSaved } from '../workflow/save.ts';
import type { FoundJob } from './find-job.ts';

type CollectOptions = Omit<FinishOptions, 'linkHours' | 'lookNow'> & {
  toStdout: (file: string) => Promise<void>;
};

/** Brings a job that was submitted earlier to its end: waits as long as it takes, saves, tells. */
export async function collect(
  runtime: Runtime,
  talk: Talk,
  found: FoundJob,
  options: CollectOptions,
): Promise<number> {
  const { job, isForeign } = found;
  const own = job.outputs[0];
  const wants = options.saving.output;
  // What was saved and is still there need not be fetched again, unless it is wanted elsewhere.
  if ((await isStillSaved(own)) && (wants === own?.path || isSameWish(job, options))) {
    return tell(talk, job, isForeign);
  }
  if (isFinal(job) && job.error !== null) throw fromStoredError(job.error);
  checkSubmitted(job);
  await checkTarget(options.saving, own?.path ?? undefined);
  const sink = {
    job: (next: Job) => talk.setJob(next, { isForeign }),
    toStdout: options.toStdout,
  };
  if (isForeign) {
    const unsaved: Runtime = { ...runtime, jobs: { ...runtime.jobs, save: async () => {} } };
    return tell(
      talk,
      await finishJob(unsaved, await found.connect(), job, { ...options, ...found, lookNow: true }, sink),
      true,
    );
  }
  return withLock(runtime, talk, job, options.deadlineMs, async () => {
    // Another process may have finished it while this one was on its way to the lock.
    const stored = (await runtime.jobs.find(job.id)) ?? job;
    checkSubmitted(stored);
    if (isFinal(stored) && stored.error !== null) throw fromStoredError(stored.error);
    if (isFinal(stored) && (await isStillSaved(stored.outputs[0])) && isSameWish(stored, options)) {
      return tell(talk, stored, false);
    }
    const fresh = stored.status === 'succeeded' ? stored : { ...stored, ...outcomeOf(job) };
    const connection = await found.connect();
    return tell(
      talk,
      await finishJob(runtime, connection, fresh, { ...options, ...found, lookNow: true }, sink),
      false,
    );
  });
}

/** A second waiter follows the first, and takes over when that one is gone. */
async function withLock(
  runtime: Runtime,
  talk: Talk,
  job: Job,
  deadlineMs: number | undefined,
  work: () => Promise<number>,
): Promise<number> {
  let isTold = false;
  for (;;) {
    const lock = await runtime.jobs.tryLock(job.id);
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    if (!isTold) talk.notice(`another wan is working on the job ${job.id}; following it`);
    isTold = true;
    if (deadlineMs !== undefined && runtime.clock.now() >= deadlineMs) {
      throw new WaitTimeoutError('stopped following the other wan; the job goes on', {
        hint: `wan wait ${job.id}`,
        retryable: true,
      });
    }
    await runtime.clock.sleep(followMs, runtime.signal);
  }
}

/** Between two looks at whether the other process is done. Nothing is asked of the service meanwhile. */
const followMs = 500;

/** What this command has learned of the job since it read its record. */
function outcomeOf({
  status,
  outputs,
  finished_at,
  expires_at,
  usage,
  error,
  request_id,
}: Job): Partial<Job> {
  return { status, outputs, finished_at, expires_at, usage, error, request_id };
}

function isSameWish(job: Job, { saving }: CollectOptions): boolean {
  return saving.output === job.saving.output && saving.directory === job.saving.directory;
}

/** @throws {WanError} for a job that has no task to ask for */
export function checkSubmitted(job: Job): asserts job is Job & { task_id: string } {
  if (job.status === 'unconfirmed') {
    throw new UnconfirmedError(`it is not known whether the service accepted the job ${job.id}`, {
      hint: `wan status ${job.id}`,
    });
  }
  if (job.task_id === null) {
    throw new NotFinishedError(`the job ${job.id} was never accepted by the service (${job.status})`, {
      hint: `wan status ${job.id}`,
    });
  }
}

function tell(talk: Talk, job: Job, isForeign: boolean): number {
  const path = job.outputs[0]?.path;
  return talk.finish({
    value: jobDocument(job, { isForeign }),
    lines: path === undefined || path === null || path === '-' ? [] : [path],
  });
}
