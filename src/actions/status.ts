import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import * as z from 'zod';
import { jobDocument } from '../core/documents.ts';
import { formatDuration } from '../core/duration.ts';
import { NotFinishedError, NotFoundError, UnconfirmedError, type WanError } from '../core/errors.ts';
import { fromStoredError, isFinal, type Job } from '../core/job.ts';
import { shorten } from '../core/plain-text.ts';
import { queryTask } from '../workflow/query.ts';
import { notFound } from '../workflow/wait.ts';
import { findJob } from './find-job.ts';

const shape = { ...connectionShape, taskId: z.string().optional(), pollOnce: z.boolean().optional() };

/** `wan status`: asks once, changes nothing. */
export async function runStatus(
  context: Context,
  talk: Talk,
  input: { task: string | undefined; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const bench = await openWorkbench(context, talk, flags);
  try {
    const found = await findJob(context, talk, bench, 'status', input.task, flags);
    const { job, isForeign } = found;
    const now = context.clock.now();
    // A final record, and one without a task, can be told of without asking anybody.
    const current = await stateOf();
    talk.setJob(current, { isForeign });
    const error = errorOf(current, now, isForeign);
    return talk.finish({
      value: jobDocument(current, { isForeign }),
      lines: [describeStatus(current, now)],
      error,
    });

    async function stateOf(): Promise<Job> {
      if (isFinal(job)) return job;
      if (job.task_id !== null) return ask(job, job.task_id);
      // Its sender died between the send and the answer.
      const isLost = job.status === 'submitting' && !(await bench.runtime.jobs.isHeld(job.id));
      return isLost ? { ...job, status: 'unconfirmed' } : job;
    }

    async function ask(unfinished: Job, taskId: string): Promise<Job> {
      const connection = await found.connect();
      const result = await queryTask(bench.runtime, connection, unfinished, taskId, found.linkHours);
      if (result.kind === 'passing-fault') throw result.error.with({ hint: 'ask again in a moment' });
      if (result.progress.kind === 'not-found') throw notFound(taskId, connection);
      return result.progress.kind === 'update' ? result.progress.job : unfinished;
    }
  } finally {
    await bench.close();
  }
}

/** One line: first the status, then the task's id, then what else is worth knowing. */
export function describeStatus(job: Job, nowMs: number): string {
  const output = job.outputs[0];
  const parts = [
    `${job.status} ${job.task_id ?? job.id}`,
    job.model,
    output?.path === undefined || output.path === null ? null : `saved as ${output.path}`,
    job.status === 'succeeded' && job.expires_at !== null ? describeExpiry(job.expires_at, nowMs) : null,
    job.error === null ? null : shorten(job.error.message, 200),
  ];
  return parts.filter((part) => part !== null).join('  ');
}

export function describeExpiry(expiresAt: string, nowMs: number): string {
  const left = Date.parse(expiresAt) - nowMs;
  return left > 0 ? `link expires in ${formatDuration(left)}` : 'link expired';
}

function errorOf(job: Job, nowMs: number, isForeign: boolean): WanError | undefined {
  const handle = isForeign ? `--task-id ${job.task_id}` : job.id;
  switch (job.status) {
    case 'succeeded':
      return undefined;
    case 'failed':
    case 'canceled':
      return job.error === null ? undefined : fromStoredError(job.error);
    case 'expired':
      return new NotFoundError(job.error?.message ?? 'the task has expired', { hint: 'wan list' });
    case 'unconfirmed':
      return new UnconfirmedError(describeUnconfirmed(job, nowMs), {
        hint: 'look for it in the service’s console before you run it again',
        code: job.error?.code ?? undefined,
        requestId: job.error?.request_id ?? undefined,
      });
    case 'prepared':
    case 'submitting':
    case 'queued':
    case 'running':
      return new NotFinishedError(`the job is ${job.status}`, {
        hint: `wan wait ${handle}`,
        retryable: true,
      });
  }
}

function describeUnconfirmed(job: Job, nowMs: number): string {
  const since =
    job.sent_at === null ? '' : ` ${formatDuration(nowMs - Date.parse(job.sent_at))} ago, at ${job.sent_at}`;
  const prompt = job.request?.prompt === undefined ? '' : `, prompt "${shorten(job.request.prompt, 80)}"`;
  return `it is not known whether the service accepted the job: sent${since}${prompt}; it was not sent again`;
}
