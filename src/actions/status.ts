import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { jobDocument } from '../core/documents.ts';
import { describeExpiry } from '../core/duration.ts';
import { NotFinishedError, type WanError } from '../core/errors.ts';
import { hasTask, isFinal, type Job } from '../core/job.ts';
import { shorten } from '../core/plain-text.ts';
import { failureOf, handleOf, unsubmitted } from '../workflow/job-state.ts';
import { askOnce } from '../workflow/query.ts';
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
      isProse: true,
      error,
    });

    async function stateOf(): Promise<Job> {
      if (isFinal(job) || !hasTask(job)) return job;
      return askOnce(bench.runtime, await found.connect(), job, found.linkHours);
    }
  } finally {
    await bench.close();
  }
}

/** One line: first the status, then the task's id, then what else is worth knowing. */
function describeStatus(job: Job, nowMs: number): string {
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

function errorOf(job: Job, nowMs: number, isForeign: boolean): WanError | undefined {
  if (job.status === 'succeeded') return undefined;
  return (
    failureOf(job) ??
    unsubmitted(job, nowMs) ??
    new NotFinishedError(`the job is ${job.status}`, {
      hint: `wan wait ${handleOf(job, isForeign)}`,
      retryable: true,
    })
  );
}
