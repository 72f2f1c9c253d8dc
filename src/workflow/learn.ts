import { isFinal, type Job } from '../core/job.ts';
import { faultOf, notFound, queryTask } from './query.ts';
import type { Connection, Runtime } from './runtime.ts';

/** True when a reading of the task says something that the record should say too. */
export function tellsMore(now: Job, before: Job): boolean {
  const facts = ({ status, outputs, unreasoned, first_unknown_at: unknown, link_as_written: written }: Job) =>
    JSON.stringify([status, outputs.map(({ url }) => url), unreasoned, unknown, written]);
  return facts(now) !== facts(before);
}

/** Writes a job's record, and takes one that had ended back among the open ones where it goes on after all. */
export async function writeProgress({ jobs }: Pick<Runtime, 'jobs'>, before: Job, now: Job): Promise<void> {
  await (isFinal(before) && !isFinal(now) ? jobs.reopen(now) : jobs.save(now));
}

/**
 * Asks for a task once, and writes what is new into its record, unless somebody else is at work on it. A record that
 * cannot be written is told, and keeps nothing from being known.
 * @throws {NetworkError} when nothing was learned; {NotFoundError} when the service knows no such task
 */
export async function learn(
  runtime: Runtime,
  connection: Connection,
  job: Job & { task_id: string },
  { linkHours, isForeign }: { linkHours: number | null; isForeign: boolean },
): Promise<Job> {
  const result = await queryTask(runtime, connection, job, job.task_id, linkHours);
  if (result.kind !== 'progress') throw faultOf(result);
  const { progress } = result;
  if (progress.kind === 'not-visible-yet') return job;
  if (!isForeign && tellsMore(progress.job, job)) await note(runtime, job, progress.job);
  if (progress.kind === 'not-found') throw notFound(job.task_id, connection);
  return progress.job;
}

async function note(runtime: Runtime, read: Job, learned: Job): Promise<void> {
  const { jobs } = runtime;
  try {
    const lock = await jobs.tryLock(read.id);
    if (lock === undefined) return;
    try {
      // Whoever has written it since the question knows more.
      const stored = await jobs.find(read.id);
      if (JSON.stringify(stored) !== JSON.stringify(read) || !(await lock.stillHeld())) return;
      await writeProgress(runtime, read, learned);
    } finally {
      await lock.release();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `what the service said could not be written down: ${reason}`;
    runtime.emit({ event: 'notice', job: learned, message });
  }
}
