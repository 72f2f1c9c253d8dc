import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { errorDocument, jobDocument } from '../core/documents.ts';
import { UsageError, type WanError } from '../core/errors.ts';
import { toStoredError, type Job } from '../core/job.ts';
import { shorten } from '../core/plain-text.ts';
import { cancelJob, type CancelEnd } from '../workflow/cancel.ts';
import { handleOf } from '../workflow/job-state.ts';
import type { Runtime } from '../workflow/runtime.ts';
import { findJob, type FoundJob } from './find-job.ts';
import { commonError, forEachJob } from './outcomes.ts';

const shape = { ...connectionShape, taskId: z.string().optional() };

/** `wan cancel`: stops what has not begun, and says what is billed anyway. */
export async function runCancel(
  context: Context,
  talk: Talk,
  input: { tasks: readonly string[]; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const { tasks } = input;
  if (flags.taskId !== undefined && tasks.length > 1) {
    throw new UsageError(`${tasks[0]} and --task-id ${flags.taskId} name two things`, {
      hint: 'leave out one of them',
    });
  }
  const bench = await openWorkbench(context, talk);
  try {
    // All of them are found before the first is cancelled: a slip must not leave half of it done.
    const found = new Map<string, FoundJob>();
    for (const task of tasks.length === 0 ? [undefined] : tasks) {
      // oxlint-disable-next-line no-await-in-loop -- the first that cannot be found is the one to tell
      const one = await findJob(context, talk, bench, 'cancel', task, flags);
      found.set(one.job.id, one);
    }
    const { runtime } = bench;
    const jobs = [...found.values()];
    const [only] = jobs;
    return only !== undefined && tasks.length < 2
      ? await cancelOne(runtime, talk, only)
      : await cancelSeveral(runtime, talk, jobs);
  } finally {
    await bench.close();
  }
}

async function cancelOne(runtime: Runtime, talk: Talk, found: FoundJob): Promise<number> {
  const { job, error } = await cancel(runtime, talk, found);
  talk.setJob(job, found);
  return talk.finish({
    value: jobDocument(job, found),
    lines: [describe(job, nameOf(found), error)],
    isProse: true,
    error,
  });
}

async function cancelSeveral(runtime: Runtime, talk: Talk, jobs: readonly FoundJob[]): Promise<number> {
  const now = new Map(jobs.map(({ job }) => [job.id, job]));
  const outcomes = await forEachJob(talk, jobs, { nameOf }, async (found) => {
    const { job, error } = await cancel(runtime, talk, found);
    now.set(found.job.id, job);
    if (error !== undefined) throw error;
    return job;
  });
  const ends = jobs.map(({ job }, index) => ({ job: now.get(job.id) ?? job, error: outcomes[index]?.error }));
  return talk.finish({
    value: ends.map(({ job, error }) => ({
      ...jobDocument(job),
      error: error === undefined ? null : errorDocument(toStoredError(error)),
    })),
    lines: ends.map(({ job, error }) => describe(job, job.id, error)),
    isProse: true,
    error: commonError(outcomes, 'were not cancelled', 'what to do about each stands above'),
  });
}

async function cancel(runtime: Runtime, talk: Talk, found: FoundJob): Promise<CancelEnd> {
  const { job, isForeign, connect, linkHours } = found;
  if (job.status === 'canceled') talk.notice(`job ${job.id} was cancelled before`);
  return cancelJob(runtime, job, { isForeign, connect, linkHours, handle: handleOf(job, isForeign) });
}

function nameOf({ job, isForeign }: FoundJob): string {
  return isForeign ? (job.task_id ?? '') : job.id;
}

/** One line: first the status, then the id, then what there is to say. */
function describe({ status }: Job, name: string, error: WanError | undefined): string {
  return error === undefined ? `${status} ${name}` : `${status} ${name}  ${shorten(error.message, 200)}`;
}
