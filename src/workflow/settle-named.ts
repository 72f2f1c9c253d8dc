import { UsageError, type WanError } from '../core/errors.ts';
import { isOpenSubmit, type Job } from '../core/job.ts';
import { lookForNamed } from './follow-named.ts';
import { adopt } from './adopt.ts';
import type { Connection, Runtime } from './runtime.ts';

/** What became of the tasks that an unclear answer named. */
export type Settled =
  | { kind: 'adopted'; job: Job }
  /** None is the job's: what the answer means without them counts. */
  | { kind: 'none'; why: string }
  | { kind: 'open'; why: string };

/**
 * Follows the task that a job's unclear answer named, if it named just one: a paid task must not be lost because its id
 * stood in the wrong place. The caller holds the job's lock. Of several none is taken: only the user can say.
 */
export async function settleNamed(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  { isPatient, onChange }: { isPatient: boolean; onChange: (job: Job) => Promise<void> },
): Promise<Settled> {
  const [taskId, ...others] = job.named_tasks ?? [];
  if (taskId === undefined) return { kind: 'none', why: 'the answer named none' };
  if (others.length > 0) return { kind: 'open', why: 'it named several, and one of them may be it' };
  if (job.fingerprint !== connection.fingerprint)
    return { kind: 'open', why: 'the key, region or address is another than the job was sent with' };
  const named = await lookForNamed(runtime, connection, job, taskId, { isPatient });
  switch (named.kind) {
    case 'ours':
      try {
        return { kind: 'adopted', job: await adopt(runtime, connection, job, taskId, { onChange }) };
      } catch (error) {
        // Another job was quicker.
        if (error instanceof UsageError) return { kind: 'none', why: error.message };
        throw error;
      }
    case 'not-ours':
      return { kind: 'none', why: named.why };
    case 'unknown':
      return { kind: 'none', why: 'the service does not know that task' };
    case 'unreachable':
      return { kind: 'open', why: 'the service could not be asked for that task' };
  }
}

/**
 * One look for a command that only asks: the job with its task, where the one that its unclear answer named turns out
 * to be its own. Whoever is at work on the job finds out by itself.
 */
export async function lookIntoNamed(
  runtime: Runtime,
  connect: () => Promise<Connection>,
  job: Job,
): Promise<Job> {
  if (!isOpenSubmit(job) || job.named_tasks?.length !== 1) return job;
  const connection = await connect();
  const { jobs } = runtime;
  const lock = await jobs.tryLock(job.id);
  if (lock === undefined) return job;
  try {
    const stored = await jobs.find(job.id);
    if (stored === undefined || !isOpenSubmit(stored)) return stored ?? job;
    const onChange = (next: Job) => jobs.save(next);
    const settled = await settleNamed(runtime, connection, stored, { isPatient: false, onChange });
    // As it stands on the disk, which is what the next one who writes holds it against.
    return settled.kind === 'adopted' ? ((await jobs.find(job.id)) ?? settled.job) : job;
  } finally {
    await lock.release();
  }
}

/** The command that says which of the named tasks is the job's, or goes on looking. */
export function namedHint({ id, named_tasks: taskIds = [] }: Job): string {
  return taskIds.length > 1 ? `wan resume ${id} --adopt <task-id>, with one of these` : `wan resume ${id}`;
}

/** The open failure, with what was found out about the tasks that the answer named. */
export function stillOpenAfter(error: WanError, why: string, job: Job): WanError {
  return error.with({ message: `${error.message}; ${why}`, hint: namedHint(job) });
}
