import { formatDuration } from '../core/duration.ts';
import {
  errorOfClass,
  NotFinishedError,
  NotFoundError,
  UnconfirmedError,
  type WanError,
} from '../core/errors.ts';
import { fromStoredError, hasTask, isDoubted, type Job } from '../core/job.ts';
import { shorten } from '../core/plain-text.ts';
import type { JobStore } from '../store/jobs.ts';

// What status, wait and download say of a job that is not, or not yet, a video.

/** How to name a job on the command line: by its record's id, or by the task's id and the way to it. */
export function handleOf(job: Job, isForeign: boolean): string {
  if (!isForeign) return job.id;
  const place = job.region === 'sandbox' ? ' --sandbox' : '';
  const provider = job.provider === 'dashscope' ? '' : ` --provider ${job.provider}`;
  return `--task-id ${job.task_id}${place}${provider}`;
}

/**
 * A job whose sender died between the send and the answer is unconfirmed, and so is one whose task is another job's,
 * whatever their records still say.
 */
export async function settleLostSubmit(job: Job, jobs: Pick<JobStore, 'isHeld' | 'ownerOf'>): Promise<Job> {
  const isLost = job.status === 'submitting' && !(await jobs.isHeld(job.id));
  return isLost ? { ...job, status: 'unconfirmed' } : settleOwner(job, jobs);
}

/** The job without its task, where that is another job's by now. */
export async function settleOwner(job: Job, jobs: Pick<JobStore, 'ownerOf'>): Promise<Job> {
  if (job.task_id === null) return job;
  const owner = await jobs.ownerOf(job.task_id);
  return owner === undefined || owner === job.id ? job : withoutTask(job);
}

/** A record that names a task of another job is unconfirmed. What it saved stays where it is. */
function withoutTask(job: Job): Job {
  const { adopted: _adopted, ...rest } = job;
  return {
    ...rest,
    status: 'unconfirmed',
    task_id: null,
    submitted_at: null,
    finished_at: null,
    expires_at: null,
    outputs: [],
    usage: null,
    error: null,
  };
}

/**
 * How a job that ended without a video ended. Afterwards all such ends are one, but for the content filter's.
 * @param handle the job on a command line
 */
export function failureOf(job: Job, handle: string = job.id): WanError | undefined {
  if (job.status === 'expired') {
    return new NotFoundError(job.error?.message ?? 'the task has expired', { hint: 'wan list' });
  }
  if (job.error !== null && job.status === 'succeeded' && job.outputs.length === 0) {
    const goOn = handle === job.id ? `wan resume ${handle}` : `wan wait ${handle}`;
    return fromStoredError(job.error).with({ hint: goOn });
  }
  if (job.error === null || (job.status !== 'failed' && job.status !== 'canceled')) return undefined;
  const stored = fromStoredError(job.error);
  const isOpen = job.unreasoned !== undefined;
  const error = isOpen ? stored.with({ hint: `wan status ${handle} asks again` }) : stored;
  if (error.class === 'generation_failed' || error.class === 'content_filter') return error;
  // Never accepted is no failed generation: it can be sent again.
  if (wasNeverAccepted(job)) return error;
  return errorOfClass('generation_failed', error.message, {
    hint: error.hint ?? 'run it again',
    code: error.code,
    requestId: error.requestId,
    cause: error,
  });
}

/** True for a job of which it is certain that the service never took it. */
export function wasNeverAccepted({ status, task_id: taskId, sent_at: sentAt, error }: Job): boolean {
  return status === 'failed' && taskId === null && sentAt !== null && error?.class === 'network';
}

/**
 * @param asks whether the service is asked whatever the record says
 * @throws {WanError} for a job that has no task to ask for, or whose end leaves nothing to ask
 */
export function requireTask(job: Job, nowMs: number, asks = false): asserts job is Job & { task_id: string } {
  if (isDoubted(job) || (asks && hasTask(job) && job.status !== 'unconfirmed')) return;
  const failure = failureOf(job) ?? unsubmitted(job, nowMs);
  if (failure !== undefined) throw failure;
}

/** Why there is no task: never sent, being sent, or nobody knows. */
export function unsubmitted(job: Job, nowMs: number): WanError | undefined {
  if (job.status === 'unconfirmed') {
    return new UnconfirmedError(describeUnconfirmed(job, nowMs), {
      hint: `wan resume ${job.id}`,
      code: job.error?.code ?? undefined,
      requestId: job.error?.request_id ?? undefined,
    });
  }
  if (job.task_id !== null) return undefined;
  return job.status === 'submitting'
    ? new NotFinishedError('the job is being sent right now', {
        hint: `wan status ${job.id}`,
        retryable: true,
      })
    : new NotFinishedError('the job is prepared; nothing was sent', { hint: `wan resume ${job.id}` });
}

/** What is known of a submit that nobody answered: when it was sent, and with which words. */
export function describeSend(job: Job, nowMs: number): string {
  const sent = job.sent_at === null ? undefined : Date.parse(job.sent_at);
  const since = sent === undefined ? '' : ` ${formatDuration(nowMs - sent)} ago, at ${job.sent_at}`;
  const prompt = job.request?.prompt === undefined ? '' : `, prompt "${shorten(job.request.prompt, 80)}"`;
  return `sent${since}${prompt}`;
}

function describeUnconfirmed(job: Job, nowMs: number): string {
  return `it is not known whether the service accepted the job: ${describeSend(job, nowMs)}; it was not sent again`;
}
