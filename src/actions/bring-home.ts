import type { Talk } from '../cli/talk.ts';
import { WaitTimeoutError } from '../core/errors.ts';
import { hasTask, isFinal, isUnderWay, type Job } from '../core/job.ts';
import { writeDisowned } from '../workflow/adopt.ts';
import { attend, requireOpen, type Attention } from '../workflow/attend.ts';
import type { FinishOptions } from '../workflow/finish-job.ts';
import { handleOf, requireTask, settleOwner, wasNeverAccepted } from '../workflow/job-state.ts';
import { checkTarget } from '../workflow/output-target.ts';
import type { Runtime } from '../workflow/runtime.ts';
import { isStillSaved } from '../workflow/save.ts';
import type { JobStore } from '../store/jobs.ts';
import type { Lock } from '../store/lock.ts';
import { lockAnyway } from '../store/unkept.ts';
import { taskLock } from '../workflow/task-lock.ts';
import { startTimer } from '../workflow/timer.ts';
import { withContinuation } from '../workflow/wait.ts';
import type { FoundJob } from './find-job.ts';

export type HomeOptions = Pick<
  FinishOptions,
  'saving' | 'deadlineMs' | 'pollIntervalMs' | 'connections' | 'asks'
> &
  Attention & {
    toStdout: (file: string) => Promise<void>;
    /** Leave to another process what it holds. */
    skipsHeld?: boolean;
  };

/** Only waits and saves: what has no task yet is told, and left as it is. */
export const onlyWaiting: Attention = { sends: false, reconciles: false };

/**
 * Brings a job of an earlier command to its end: sends or finds it where `options` say so, waits as long as it takes,
 * saves. @throws {WanError} how it ended otherwise
 */
export async function bringHome(
  runtime: Runtime,
  talk: Talk,
  found: FoundJob,
  options: HomeOptions,
): Promise<Job> {
  const { job, isForeign } = found;
  const own = job.outputs[0];
  const wants = options.saving.output;
  const asks = options.asks === true;
  requireOpen(job, options);
  // What was saved and is still there need not be fetched again, unless it is wanted elsewhere.
  if (!asks && (await isStillSaved(own)) && (wants === own?.path || isSameWish(job, options))) return job;
  requireHope(job, options, runtime.clock.now());
  await checkTarget(options.saving, own);
  const sink = {
    job: (next: Job) => talk.setJob(next, { isForeign }),
    toStdout: options.toStdout,
  };
  const handle = handleOf(job, isForeign);
  const finish = async (world: Runtime, current: Job, lock: Lock, mayResubmit = true) => {
    const connection = await found.connect();
    const resubmits = options.resubmits === true && mayResubmit;
    const finishing = { ...options, resubmits, linkHours: found.linkHours, lookNow: true, handle };
    return attend(world, connection, current, finishing, { lock, sink });
  };
  // A task without a record has a lock as well: two waiters must not write into one file.
  if (isForeign) {
    const name = taskLock(job.task_id ?? job.id);
    const requireHeld: JobStore['requireHeld'] = (_id, how) => runtime.jobs.requireHeld(name, how);
    const jobs = { ...runtime.jobs, save: async () => {}, reopen: async () => {}, requireHeld };
    const unrecorded: Runtime = { ...runtime, jobs };
    return withLock(runtime, talk, { name, job, handle, isForeign }, options, (lock) =>
      finish(unrecorded, job, lock),
    );
  }
  return withLock(runtime, talk, { name: job.id, job, handle, isForeign }, options, async (lock) => {
    // Another process may have finished it while this one was on its way to the lock.
    const written = (await runtime.jobs.find(job.id)) ?? job;
    const stored = await settleOwner(written, runtime.jobs);
    if (stored !== written) await writeDisowned(runtime, written, stored);
    talk.setJob(stored);
    if (!asks && isFinal(stored) && (await isStillSaved(stored.outputs[0])) && isSameWish(stored, options)) {
      return stored;
    }
    // The word to send it again was about the send that was known when it was given.
    const isSameSend = stored.sent_at === job.sent_at;
    const knowsMore = isUnderWay(stored) && !isUnderWay(job) && stored.task_id === job.task_id;
    return finish(runtime, knowsMore ? { ...stored, ...outcomeOf(job) } : stored, lock, isSameSend);
  });
}

/** @throws {WanError} for a job that this command can do nothing for, before anything is touched */
function requireHope(job: Job, options: HomeOptions, nowMs: number): void {
  const { sends, reconciles, resubmits, adopt, asks } = options;
  if (job.status === 'prepared' && sends) return;
  // A living process is sending it: it is followed.
  if (job.status === 'submitting') return;
  if (job.status === 'unconfirmed' && (reconciles || adopt !== undefined)) return;
  if (resubmits === true && wasNeverAccepted(job)) return;
  requireTask(job, nowMs, asks);
}

/** A second waiter follows the first, and takes over when that one is gone. */
async function withLock(
  runtime: Runtime,
  talk: Talk,
  { name, job, handle, isForeign }: { name: string; job: Job; handle: string; isForeign: boolean },
  { deadlineMs, skipsHeld, stopsAtTask }: HomeOptions,
  work: (lock: Lock) => Promise<Job>,
): Promise<Job> {
  let isTold = false;
  const timer = startTimer(runtime.clock, deadlineMs);
  for (;;) {
    const lock = await (isForeign ? lockAnyway(runtime.jobs, name) : runtime.jobs.tryLock(name));
    if (lock !== undefined) {
      try {
        return await work(lock);
      } finally {
        await lock.release();
      }
    }
    if (skipsHeld === true) {
      talk.notice(`another wan is working on job ${job.id}; left to it`);
      return job;
    }
    if (!isTold) talk.notice('another wan is working on this job; following it');
    isTold = true;
    const now = stopsAtTask === true ? await runtime.jobs.find(job.id) : undefined;
    if (now !== undefined && hasTask(now)) return now;
    try {
      if (timer.isOver()) {
        throw new WaitTimeoutError('stopped following the other wan; the job goes on', { retryable: true });
      }
      await timer.sleep(followMs, runtime.signal);
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
  link_as_written,
}: Job): Partial<Job> {
  const written = link_as_written === undefined ? {} : { link_as_written };
  return { status, outputs, finished_at, expires_at, usage, error, request_id, ...written };
}

function isSameWish(job: Job, { saving }: HomeOptions): boolean {
  return saving.output === job.saving.output && saving.directory === job.saving.directory;
}
