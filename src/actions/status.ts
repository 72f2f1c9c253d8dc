import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench, type Workbench } from '../cli/workbench.ts';
import { jobDocument } from '../core/documents.ts';
import { describeExpiry } from '../core/duration.ts';
import { NotFinishedError, UsageError, type WanError } from '../core/errors.ts';
import { hasLink, hasTask, isDoubted, isFinal, type Job } from '../core/job.ts';
import { shorten } from '../core/plain-text.ts';
import { failureOf, handleOf, unsubmitted } from '../workflow/job-state.ts';
import { learn } from '../workflow/learn.ts';
import { lookIntoNamed } from '../workflow/settle-named.ts';
import { findJob, type FoundJob } from './find-job.ts';
import { commonError, forEachJob, type Outcome } from './outcomes.ts';

const shape = { ...connectionShape, taskId: z.string().optional(), pollOnce: z.boolean().optional() };
type Flags = ReturnType<typeof readFlags<typeof shape>>;

/** `wan status`: asks once about each, and writes what it learns where nobody else is at work on it. */
export async function runStatus(
  context: Context,
  talk: Talk,
  input: { tasks: readonly string[]; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const bench = await openWorkbench(context, talk);
  const now = context.clock.now();
  try {
    const names = [...new Set(input.tasks)];
    if (input.tasks.length < 2) {
      const found = await findJob(context, talk, bench, 'status', names[0], flags);
      const job = await stateOf(bench, found, flags);
      talk.setJob(job, found);
      const error = errorOf(job, now, found.isForeign);
      return talk.finish({
        value: jobDocument(job, found),
        lines: [describeStatus(job, now)],
        isProse: true,
        error,
        isQuiet: isGoingOn(job),
      });
    }
    if (flags.taskId !== undefined) {
      throw new UsageError(`${names[0]} and --task-id ${flags.taskId} name two things`, {
        hint: 'leave out one of them',
      });
    }
    return await tellSeveral(context, talk, bench, names, flags);
  } finally {
    await bench.close();
  }
}

/** A line each, in order. What still runs is no failure beside what is done. */
async function tellSeveral(
  context: Context,
  talk: Talk,
  bench: Workbench,
  names: readonly string[],
  flags: Flags,
): Promise<number> {
  const now = context.clock.now();
  const ids = new Map<string, string>();
  const naming = { nameOf: (name: string) => name, idOf: (name: string) => ids.get(name) };
  const asked = await forEachJob(talk, names, naming, async (name) => {
    const found = await findJob(context, talk, bench, 'status', name, flags);
    ids.set(name, found.job.id);
    const job = await stateOf(bench, found, flags);
    talk.setJob(job);
    return job;
  });
  const outcomes = asked.map((outcome): Outcome => {
    const { job } = outcome;
    return job === undefined ? outcome : { ...outcome, error: errorOf(job, now, false) };
  });
  const unfinished = outcomes.filter(({ error }) => error?.class === 'not_finished');
  const counted = unfinished.length === 0 ? outcomes : outcomes.filter(({ error }) => error !== undefined);
  return talk.finish({
    value: outcomes.flatMap(({ job, id }) => {
      const document = job === undefined ? talk.documentOf(id ?? '') : jobDocument(job);
      return document === null ? [] : [document];
    }),
    lines: outcomes.flatMap(({ job }) => (job === undefined ? [] : [describeStatus(job, now)])),
    isProse: true,
    error: commonError(counted, 'did not end with a video', `wan status ${names.join(' ')}`),
    isQuiet: counted.every(({ job }) => job !== undefined && isGoingOn(job)),
  });
}

/** A final record, and one without a task, can be told of without asking anybody; a task named by its own id not. */
async function stateOf({ runtime }: Workbench, found: FoundJob, flags: Flags): Promise<Job> {
  const job = found.isForeign ? found.job : await lookIntoNamed(runtime, found.connect, found.job);
  const isKnown = isFinal(job) && !isDoubted(job) && flags.taskId === undefined;
  if (isKnown || !hasTask(job)) return job;
  return learn(runtime, await found.connect(), job, found);
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

/** It has begun and has not ended: the line on stdout says all there is to say. */
function isGoingOn({ status }: Job): boolean {
  return status === 'queued' || status === 'running' || status === 'submitting';
}

function errorOf(job: Job, nowMs: number, isForeign: boolean): WanError | undefined {
  if (hasLink(job)) return undefined;
  const handle = handleOf(job, isForeign);
  return (
    failureOf(job, handle) ??
    unsubmitted(job, nowMs) ??
    new NotFinishedError(`the job is ${job.status}`, { hint: `wan wait ${handle}`, retryable: true })
  );
}
