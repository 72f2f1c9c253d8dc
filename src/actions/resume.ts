import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags, savingShape, waitingShape } from '../cli/flags.ts';
import { refuseOneName } from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench, type Workbench } from '../cli/workbench.ts';
import { UsageError, WanError } from '../core/errors.ts';
import { formatDuration } from '../core/duration.ts';
import { isFinal, type Job } from '../core/job.ts';
import { asTaskId } from '../core/untrusted.ts';
import { settleLostSubmit } from '../workflow/job-state.ts';
import { createSearchMemory, type SearchMemory } from '../workflow/search-memory.ts';
import { bringHome } from './bring-home.ts';
import { findJob, foundJob, type FoundJob } from './find-job.ts';
import { giveUp } from './give-up.ts';
import { homeOptions } from './home-options.ts';
import { finishSeveral, forEachJob, isStop } from './outcomes.ts';

const flag = z.boolean().default(false);
const shape = {
  ...connectionShape,
  ...savingShape,
  ...waitingShape,
  all: flag,
  sendPrepared: flag,
  resubmit: flag,
  giveUp: flag,
  adopt: z.string().optional(),
};
type Flags = ReturnType<typeof readFlags<typeof shape>>;

/** `wan resume`: finishes what earlier commands left, the soonest-expiring first. */
export async function runResume(
  context: Context,
  talk: Talk,
  input: { tasks: readonly string[]; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  checkFlags(input.tasks, flags);
  const bench = await openWorkbench(context, talk);
  try {
    const found = flags.all
      ? (await openJobs(talk, bench, flags)).map((job) => foundJob(bench, job, flags))
      : await namedJobs(context, talk, bench, input.tasks, flags);
    if (found.length === 0) talk.notice('nothing is left to finish');
    refuseOneName(flags, flags.all ? Infinity : found.length);
    found.forEach(({ job }) => talk.setJob(job));
    // What one of them makes us read of the service counts for all.
    const memory = createSearchMemory(found.map(({ job }) => job));
    const outcomes = await forEachJob(talk, found, { nameOf: ({ job }) => job.id }, async (one) => {
      if (flags.giveUp) return giveUp(bench.runtime, talk, one.job);
      const work = () => resumeOne(context, talk, bench, one, { ...flags, memory });
      return flags.all ? orLongOpen(talk, bench, one.job, work) : work();
    });
    const sending = flags.sendPrepared ? ' --send-prepared' : '';
    const again = `wan resume --all${sending}`;
    // What failed was told with its own way on; the same command would only tell it again.
    const hint = flags.all ? 'what each needs stands above; `wan list` shows them all' : again;
    return finishSeveral(talk, outcomes, { hint, stopHint: again });
  } finally {
    await bench.close();
  }
}

function checkFlags(tasks: readonly string[], flags: Flags): void {
  if (flags.all && tasks.length > 0) {
    throw new UsageError(`--all and ${tasks[0]} name different jobs`, { hint: 'leave out one of them' });
  }
  if (!flags.all && tasks.length === 0) {
    throw new UsageError('which jobs?', {
      hint: 'wan resume --all, or wan resume <job>; `wan list` shows them',
    });
  }
  if (flags.giveUp && (flags.all || flags.resubmit || flags.adopt !== undefined || flags.sendPrepared)) {
    throw new UsageError('--give-up wants the jobs by name, and nothing else', {
      hint: 'wan resume <job> --give-up',
    });
  }
  if (flags.adopt !== undefined && (tasks.length !== 1 || flags.resubmit)) {
    throw new UsageError('--adopt takes one task for one job', {
      hint: 'wan resume <job> --adopt <task-id>',
    });
  }
  if (flags.adopt !== undefined && asTaskId(flags.adopt.trim()) === undefined) {
    throw new UsageError('--adopt is not a task id', { hint: '--adopt 0385dc79-5ff8-4d82-bcb6-…' });
  }
  if (flags.resubmit && flags.all) {
    throw new UsageError('--resubmit buys again, so it wants the job by name', {
      hint: 'wan resume <job> --resubmit',
    });
  }
}

/** After so long, only the user can end what is still open: a script that runs every hour need not fail for ever. */
const longOpenMs = 48 * 3_600_000;

/** What has been open for long is told, and makes no exit code of `--all`. @throws {WanError} for all else */
async function orLongOpen(
  talk: Talk,
  { runtime: { jobs, clock } }: Workbench,
  { id, sent_at: sentAt, created_at: createdAt }: Job,
  work: () => Promise<Job>,
): Promise<Job> {
  try {
    return await work();
  } catch (error) {
    const openMs = clock.now() - Date.parse(sentAt ?? createdAt);
    if (!(error instanceof WanError) || isStop(error) || openMs <= longOpenMs) throw error;
    const now = await jobs.find(id).catch(() => undefined);
    if (now === undefined || isFinal(now)) throw error;
    const message = `job ${id} has been open for ${formatDuration(openMs)}: ${error.message}`;
    talk.notice(`${message}; \`wan resume ${id} --give-up\` ends it`);
    return now;
  }
}

async function namedJobs(
  context: Context,
  talk: Talk,
  bench: Workbench,
  tasks: readonly string[],
  flags: Flags,
): Promise<FoundJob[]> {
  const found = new Map<string, FoundJob>();
  for (const task of tasks) {
    // oxlint-disable-next-line no-await-in-loop -- the first that cannot be found is the one to tell
    const one = await findJob(context, talk, bench, 'resume', task, flags);
    found.set(one.job.id, one);
  }
  return [...found.values()];
}

/** What is unfinished and nobody is working on, the soonest-expiring first; what is left out is told. */
async function openJobs(talk: Talk, bench: Workbench, flags: Flags): Promise<Job[]> {
  const { jobs } = bench.runtime;
  const open: Job[] = [];
  for (const stored of await jobs.listOpen()) {
    // oxlint-disable-next-line no-await-in-loop -- a look at a socket each
    if (await jobs.isHeld(stored.id)) {
      talk.notice(`another wan is working on job ${stored.id}; left to it`);
      continue;
    }
    // Read again under its lock, before anything is done.
    // oxlint-disable-next-line no-await-in-loop
    const job = await settleLostSubmit(stored, jobs);
    if (job.status === 'prepared' && !flags.sendPrepared) {
      talk.notice(`job ${job.id} is prepared and was never sent: \`wan resume ${job.id}\` sends it`);
      continue;
    }
    if (isForStdout(job, flags)) {
      talk.notice(`${forStdout(job)}: \`wan resume ${job.id} -o <file>\` saves it, or -o -`);
      continue;
    }
    open.push(job);
  }
  return open.toSorted((one, other) => urgencyOf(one) - urgencyOf(other));
}

/** Another command's stdout is gone; this one's is meant for paths. */
function isForStdout({ saving }: Job, { output, outDir }: Flags): boolean {
  return saving.output === '-' && output === undefined && outDir === undefined;
}

function forStdout({ id }: Job): string {
  return `the video of job ${id} was meant for stdout, of which that command had its own`;
}

/** First what is rendered, by the end of its link; then what may be; then what costs time and money anew. */
function urgencyOf(job: Job): number {
  if (job.expires_at !== null) return Date.parse(job.expires_at);
  const bought = Date.parse(job.sent_at ?? job.created_at);
  return job.status === 'prepared' ? Number.MAX_SAFE_INTEGER : bought + 48 * 3_600_000;
}

function resumeOne(
  context: Context,
  talk: Talk,
  bench: Workbench,
  found: FoundJob,
  flags: Flags & { memory: SearchMemory },
): Promise<Job> {
  const options = homeOptions({ context, talk, bench }, found.job, flags, {
    // Named, a job is meant to be sent.
    sends: flags.sendPrepared || !flags.all,
    reconciles: true,
    resubmits: flags.resubmit,
    adopt: flags.adopt?.trim(),
    memory: flags.memory,
  });
  if (isForStdout(found.job, flags)) {
    throw new UsageError(forStdout(found.job), {
      hint: `wan resume ${found.job.id} -o <file>, or -o -`,
    });
  }
  return bringHome(bench.runtime, talk, found, { ...options, skipsHeld: flags.all });
}
