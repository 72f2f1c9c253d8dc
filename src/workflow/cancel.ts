import { GenerationError, NotFinishedError, WanError } from '../core/errors.ts';
import { hasEnded, hasTask, toStoredError, type Job } from '../core/job.ts';
import { providers } from '../providers/index.ts';
import { cancelTask } from './cancel-task.ts';
import { unsubmitted } from './job-state.ts';
import type { Connection, Runtime } from './runtime.ts';
import { whyNotCancelled } from './why-not-cancelled.ts';

/** How a cancel ended: the job as it stands now, and why it was not cancelled, where it was not. */
export type CancelEnd = { job: Job; error: WanError | undefined };

export type CancelOptions = {
  /** Known by its task id alone; on no disk. */
  isForeign: boolean;
  /** The job on a command line: its id, or `--task-id …`. */
  handle: string;
  /** Hours until the link expires; null where none is known. */
  linkHours: number | null;
  /** Opened only where there is something to ask the service. */
  connect: () => Promise<Connection>;
};

/**
 * Cancels a job as far as that still goes, and says truthfully where it does not. What has not been sent is
 * cancelled here; of what has, the service has the last word, and only what it shows afterwards is believed.
 * @throws {WanError} when the service could not be asked, or knows no such task
 */
export async function cancelJob(runtime: Runtime, job: Job, options: CancelOptions): Promise<CancelEnd> {
  const { handle } = options;
  if (options.isForeign) return cancelAtService(runtime, job, options, async () => {});
  // A record that says how it ended needs neither lock nor network.
  if (hasEnded(job)) return { job, error: whyNotCancelled(job, handle) };
  const lock = await runtime.jobs.tryLock(job.id);
  if (lock === undefined) return cancelBesideAnother(runtime, job, options);
  try {
    const stored = (await runtime.jobs.find(job.id)) ?? job;
    if (hasEnded(stored)) return { job: stored, error: whyNotCancelled(stored, handle) };
    if (stored.status === 'prepared') return await cancelUnsent(runtime, stored);
    // The lock is ours, so whoever was sending it is gone.
    const settled: Job = stored.status === 'submitting' ? { ...stored, status: 'unconfirmed' } : stored;
    return await cancelAtService(runtime, settled, options, runtime.jobs.save);
  } finally {
    await lock.release();
  }
}

async function cancelUnsent(runtime: Runtime, job: Job): Promise<CancelEnd> {
  const reason = new GenerationError('cancelled before it was sent: nothing was sent', {
    hint: `wan rerun ${job.id}`,
  });
  const canceled: Job = { ...job, status: 'canceled', error: toStoredError(reason) };
  await runtime.jobs.save(canceled);
  return { job: canceled, error: undefined };
}

/** While another process works on the job, its record is that one's to write. */
async function cancelBesideAnother(runtime: Runtime, job: Job, options: CancelOptions): Promise<CancelEnd> {
  if (job.status === 'prepared') {
    const error = new NotFinishedError('another wan is about to send this job', {
      hint: `Ctrl-C there stops it; or wan cancel ${job.id} once it is sent`,
      retryable: true,
    });
    return { job, error };
  }
  const end = await cancelAtService(runtime, job, options, async () => {});
  if (end.job.status === 'canceled') {
    const message = 'another wan is working on this job; it will see that it was cancelled';
    runtime.emit({ event: 'notice', job: end.job, message });
  }
  return end;
}

async function cancelAtService(
  runtime: Runtime,
  job: Job,
  { handle, linkHours, connect }: CancelOptions,
  save: (job: Job) => Promise<void>,
): Promise<CancelEnd> {
  if (!hasTask(job)) return { job, error: unsubmitted(job, runtime.clock.now()) };
  const { title, protocol } = providers[job.provider];
  const call = protocol.cancel?.(job.task_id);
  if (call === undefined) {
    const message = `${title} cannot cancel a task: it runs to its end, and is billed if it succeeds`;
    return { job, error: new WanError(message, { hint: `wan wait ${handle}` }) };
  }
  const connection = await connect();
  const end = await cancelTask(runtime, connection, { job, call, linkHours }).catch((error: unknown) => {
    throw withWayOn(error, handle);
  });
  if (end.job !== job) await save(end.job);
  return { job: end.job, error: whyNotCancelled(end.job, handle, end.verdict) };
}

/** Whatever kept it from being cancelled, the job lives, and its state can be asked for. */
function withWayOn(error: unknown, handle: string): unknown {
  if (!(error instanceof WanError)) return error;
  const isOurs = error.class === 'interrupted' || error.class === 'terminated';
  const isFleeting = isOurs || error.class === 'network';
  return error.with({
    message: isOurs ? `${error.message}; the cancel may have reached the service` : error.message,
    hint: isFleeting || error.hint === undefined ? `wan status ${handle}` : error.hint,
  });
}
