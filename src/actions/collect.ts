import { createHash } from 'node:crypto';
import type { Talk } from '../cli/talk.ts';
import { jobDocument } from '../core/documents.ts';
import { WaitTimeoutError } from '../core/errors.ts';
import { isFinal, type Job } from '../core/job.ts';
import { finishJob, type FinishOptions } from '../workflow/generate.ts';
import { handleOf, requireTask } from '../workflow/job-state.ts';
import { checkTarget } from '../workflow/output-target.ts';
import type { Runtime } from '../workflow/runtime.ts';
import { isStillSaved } from '../workflow/save.ts';
import { withContinuation } from '../workflow/wait.ts';
import type { FoundJob } from './find-job.ts';

type CollectOptions = Omit<FinishOptions, 'linkHours' | 'lookNow' | 'handle'> & {
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
  requireTask(job, runtime.clock.now());
  await checkTarget(options.saving, own);
  const sink = {
    job: (next: Job) => talk.setJob(next, { isForeign }),
    toStdout: options.toStdout,
  };
  const handle = handleOf(job, isForeign);
  const finish = async (world: Runtime, current: Job) => {
    const connection = await found.connect();
    const finishing = { ...options, linkHours: found.linkHours, lookNow: true, handle };
    return tell(talk, await finishJob(world, connection, current, finishing, sink), isForeign);
  };
  // A task without a record has a lock as well: two waiters must not write into one file.
  if (isForeign) {
    const unrecorded: Runtime = { ...runtime, jobs: { ...runtime.jobs, save: async () => {} } };
    return withLock(runtime, talk, taskLock(job.task_id), handle, options, () => finish(unrecorded, job));
  }
  return withLock(runtime, talk, job.id, handle, options, async () => {
    // Another process may have finished it while this one was on its way to the lock.
    const stored = (await runtime.jobs.find(job.id)) ?? job;
    requireTask(stored, runtime.clock.now());
    if (isFinal(stored) && (await isStillSaved(stored.outputs[0])) && isSameWish(stored, options)) {
      return tell(talk, stored, false);
    }
    return finish(runtime, stored.status === 'succeeded' ? stored : { ...stored, ...outcomeOf(job) });
  });
}

function taskLock(taskId: string): string {
  return `task-${createHash('sha256').update(taskId).digest('hex').slice(0, 32)}`;
}

/** A second waiter follows the first, and takes over when that one is gone. */
async function withLock(
  runtime: Runtime,
  talk: Talk,
  name: string,
  handle: string,
  { deadlineMs }: CollectOptions,
  work: () => Promise<number>,
): Promise<number> {
  let isTold = false;
  for (;;) {
    const lock = await runtime.jobs.tryLock(name);
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    if (!isTold) talk.notice('another wan is working on this job; following it');
    isTold = true;
    try {
      if (deadlineMs !== undefined && runtime.clock.now() >= deadlineMs) {
        throw new WaitTimeoutError('stopped following the other wan; the job goes on', { retryable: true });
      }
      await runtime.clock.sleep(followMs, runtime.signal);
    } catch (error) {
      throw withContinuation(error, `wan wait ${handle}`);
    }
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

function tell(talk: Talk, job: Job, isForeign: boolean): number {
  const path = job.outputs[0]?.path;
  return talk.finish({
    value: jobDocument(job, { isForeign }),
    lines: path === undefined || path === null || path === '-' ? [] : [path],
  });
}
