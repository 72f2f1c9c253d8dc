import {
  BlindError,
  GenerationError,
  NetworkError,
  NotFoundError,
  UnconfirmedError,
  UsageError,
  WanError,
} from '../core/errors.ts';
import { toStoredError, type Job } from '../core/job.ts';
import { visibleAfterMs, type Candidate } from '../core/judge-candidates.ts';
import { findLostTask, type Search, type SearchOptions } from './find-lost-task.ts';
import { describeSend } from './job-state.ts';
import { askOnce } from './query.ts';
import type { Connection, Runtime } from './runtime.ts';
import { taskLock } from './task-lock.ts';

export type ReconcileOptions = SearchOptions & {
  /** The service has said that it failed: then a look into its list is enough to believe it. */
  saidFailed?: WanError;
  onChange: (job: Job) => Promise<void>;
};

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
  job: Job,
  options: ReconcileOptions,
): Promise<Job> {
  const search = await findLostTask(runtime, connection, job, options).catch((error: unknown) => {
    if (!(error instanceof WanError)) throw error;
    throw error.with({
      message: `${error.message}; it stays open whether the service accepted the job`,
      hint: `wan resume ${job.id}`,
    });
  });
  if (search.kind === 'found') {
    return adopt(runtime, connection, job, search.taskId, options).catch((error: unknown) => {
      // Found by us, not named by the user: another job was quicker.
      if (!(error instanceof UsageError)) throw error;
      throw new UnconfirmedError(`it stays open what became of job ${job.id}: ${error.message}`, {
        hint: `wan resume ${job.id}`,
      });
    });
  }
  const error = errorOf(job, search, runtime.clock.now(), options.saidFailed);
  const status = error instanceof UnconfirmedError ? 'unconfirmed' : 'failed';
  // The job's own reason stays: it tells what happened then.
  if (status === 'failed') await options.onChange({ ...job, status, error: toStoredError(error) });
  else if (job.status !== status) await options.onChange({ ...job, status });
  throw error;
}

/** The user's word, or certainty: this task is the job's. @throws {UsageError} when it is another job's */
export async function adopt(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  taskId: string,
  { onChange }: Pick<ReconcileOptions, 'onChange'>,
): Promise<Job> {
  const lock = await runtime.jobs.tryLock(taskLock(taskId));
  if (lock === undefined) {
    throw new UnconfirmedError(`another wan is about to take the task ${taskId}`, {
      hint: `wan resume ${job.id}`,
    });
  }
  try {
    const owner = await runtime.jobs.findByTask(taskId);
    if (owner !== undefined && owner.id !== job.id) {
      throw new UsageError(`the task ${taskId} belongs to job ${owner.id}`, { hint: `wan show ${owner.id}` });
    }
    const submittedAt = job.submitted_at ?? job.sent_at ?? job.created_at;
    const next = {
      ...job,
      status: 'queued',
      task_id: taskId,
      submitted_at: submittedAt,
      error: null,
    } as const;
    await onChange(next);
    const { provider } = connection;
    runtime.emit({
      event: 'notice',
      job: next,
      message: `job ${job.id} is ${provider.title}’s task ${taskId}`,
    });
    return next;
  } finally {
    await lock.release();
  }
}

/** Holds the user's word against the service before the record says so. @throws {NotFoundError} */
export async function checkTask(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  taskId: string,
): Promise<void> {
  const asked = { ...job, task_id: taskId, status: 'queued', submitted_at: null } as const;
  await askOnce(runtime, connection, asked, null).catch((error: unknown) => {
    if (error instanceof NetworkError) {
      throw new UnconfirmedError(`${error.message}; it stays open what became of job ${job.id}`, {
        hint: `wan resume ${job.id} --adopt ${taskId}`,
        requestId: error.requestId,
      });
    }
    if (!(error instanceof NotFoundError)) throw error;
    throw error.with({ hint: `check the id; it stays open what became of job ${job.id}` });
  });
}

function errorOf(
  job: Job,
  search: Exclude<Search, { kind: 'found' }>,
  nowMs: number,
  saidFailed: WanError | undefined,
): WanError {
  const resume = `wan resume ${job.id}`;
  const sent = describeSend(job, nowMs);
  const sentMs = Date.parse(job.sent_at ?? job.created_at);
  const open = (why: string, hint: string, Kind = UnconfirmedError) =>
    new Kind(
      `it is not known whether the service accepted job ${job.id}: ${why}; ${sent}; it was not sent again`,
      { hint, code: job.error?.code ?? undefined, requestId: job.error?.request_id ?? undefined },
    );
  switch (search.kind) {
    case 'blind':
      return open(
        search.reason,
        `look into the service’s console; ${resume} --adopt <task-id> takes one, ${resume} --resubmit sends it again`,
        BlindError,
      );
    case 'too-early':
      if (saidFailed !== undefined) return saidFailed.with({ hint: 'nothing was started; run it again' });
      return open(
        `its list shows no such task yet, and may until ${new Date(search.untilMs).toISOString()}`,
        resume,
      );
    case 'too-late':
      return open(
        'the service lists the tasks of a day, and this was sent before that',
        `look into the service’s console; ${resume} --resubmit sends it again, and may buy it twice`,
      );
    case 'not-accepted':
      if (saidFailed !== undefined) return saidFailed.with({ hint: 'nothing was started; run it again' });
      return new NetworkError(
        `the service never accepted job ${job.id}: its list shows no such task; nothing was billed (${sent})`,
        { hint: `${resume} --resubmit`, retryable: true },
      );
    case 'failed':
      return new GenerationError(
        `job ${job.id} failed at the service, as every task that it can be: ${describe(search.candidates)}; nothing was billed`,
        { hint: `wan rerun ${job.id}`, retryable: true },
      );
    case 'other-time':
      return open(
        `its list shows none of that time, but ${describe(search.candidates)} of another, as when a clock was set`,
        `${resume} --adopt <task-id> takes one of them; wan rerun ${job.id} buys anew`,
        BlindError,
      );
    case 'open':
      return open(
        `it may be ${describe(search.candidates)}`,
        `${resume} --adopt <task-id> takes one of them, ${resume} --resubmit sends it again${
          nowMs < sentMs + visibleAfterMs ? `, after ${new Date(sentMs + visibleAfterMs).toISOString()}` : ''
        }`,
      );
  }
}

function describe(candidates: readonly Candidate[]): string {
  return candidates
    .map(({ taskId, state, match }) => {
      const words = match === 'other' ? `${state}, with another prompt` : state;
      return `task ${taskId} (${words})`;
    })
    .join(' or ');
}
