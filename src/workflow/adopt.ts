import { NetworkError, NotFoundError, UnconfirmedError, UsageError } from '../core/errors.ts';
import { isFinal, type Job } from '../core/job.ts';
import { mayBeOf } from '../core/lost-send.ts';
import { askOnce as askTasks, freeTasks } from './find-lost-task.ts';
import { askOnce } from './query.ts';
import type { Connection, Runtime } from './runtime.ts';
import { createSearchMemory, readNow } from './search-memory.ts';
import { taskLock } from './task-lock.ts';

// Whose a task is. `by-task/` decides, and is changed under the task's lock.

export type AdoptOptions = {
  onChange: (job: Job) => Promise<void>;
  /** Where we have found it, and nobody has named it. */
  guess?: {
    /** No second task can turn up any more. */
    isSettled: boolean;
    /** False where it may be the video of another seed that was asked for at the same time. */
    isSeedKnown: boolean;
  };
};

/** The user's word, or certainty: this task is the job's. @throws {UsageError} when it is another job's */
export async function adopt(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  taskId: string,
  { onChange, guess }: AdoptOptions,
): Promise<Job> {
  const isSeedKnown = guess?.isSeedKnown ?? true;
  const lock = await runtime.jobs.tryLock(taskLock(taskId));
  if (lock === undefined) {
    throw new UnconfirmedError(`another wan is about to take the task ${taskId}`, {
      hint: `wan resume ${job.id}`,
    });
  }
  try {
    const owner = await ownerOf(runtime, taskId);
    if (owner !== undefined && owner !== job.id) {
      throw new UsageError(`the task ${taskId} belongs to job ${owner}`, { hint: `wan show ${owner}` });
    }
    // First what decides: killed in between, the next look finds the task by it.
    await runtime.jobs.giveTask(taskId, job.id);
    const { seed: _seed, ...unseeded } = job.request ?? {};
    const next: Job = {
      ...job,
      status: 'queued',
      task_id: taskId,
      submitted_at: job.submitted_at ?? job.service_sent_at ?? job.sent_at ?? job.created_at,
      adopted: { settled: guess?.isSettled ?? true },
      request: isSeedKnown || job.request === null ? job.request : (unseeded as typeof job.request),
      error: null,
    };
    await onChange(next);
    const seed = isSeedKnown ? '' : '; several were asked for at once, so its seed is not known';
    const others =
      guess === undefined ? '' : '; a job of another machine with this prompt would look the same';
    const message = `job ${job.id} is ${connection.provider.title}’s task ${taskId}${seed}${others}`;
    runtime.emit({ event: 'notice', job: next, message });
    return next;
  } finally {
    await lock.release();
  }
}

/** The job that has a task; also by its record alone, where a kill came before the note. */
async function ownerOf({ jobs }: Runtime, taskId: string): Promise<string | undefined> {
  const noted = await jobs.ownerOf(taskId);
  if (noted === undefined) return (await jobs.findByTask(taskId))?.id;
  // One that was removed by hand owns nothing; one that cannot be read does.
  const record = await jobs.find(noted).catch(() => ({ id: noted }));
  return record?.id;
}

/**
 * The service has named a task in its answer to this very job. If another job was taken for it by looking, that was
 * wrong, and its next holder will see so. @returns false when the task is another job's by an answer, too
 */
export async function claimAnswered({ jobs, clock }: Runtime, job: Job, taskId: string): Promise<boolean> {
  const isOurs = async () => ((await jobs.ownerOf(taskId)) ?? job.id) === job.id;
  // Who looks for a task holds its lock for a moment.
  for (let attempt = 0; attempt < 20 && !(await isOurs()); attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const lock = await jobs.tryLock(taskLock(taskId));
    if (lock === undefined) {
      // oxlint-disable-next-line no-await-in-loop -- not to be interrupted: it is paid for
      await clock.sleep(100, new AbortController().signal);
      continue;
    }
    try {
      // oxlint-disable-next-line no-await-in-loop
      const owner = await jobs.find((await jobs.ownerOf(taskId)) ?? job.id).catch(() => null);
      const isFree = owner === undefined || owner?.id === job.id || owner?.adopted !== undefined;
      // oxlint-disable-next-line no-await-in-loop
      if (isFree) await jobs.giveTask(taskId, job.id);
      return isFree;
    } finally {
      // oxlint-disable-next-line no-await-in-loop
      await lock.release();
    }
  }
  return isOurs();
}

/** Writes that a job's task has turned out to be another's. The caller holds the job's lock. */
export async function writeDisowned(runtime: Runtime, stored: Job, disowned: Job): Promise<void> {
  await (isFinal(stored) ? runtime.jobs.reopen(disowned) : runtime.jobs.save(disowned));
  const message = `task ${stored.task_id}, which job ${stored.id} was taken for, is another job’s; what was saved stays`;
  runtime.emit({ event: 'notice', job: disowned, message });
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

/**
 * A task that was adopted while another one could still turn up: the list is read once more, and a second match is
 * told. Whatever stands in the way of that is no failure of the job.
 * @returns the job, settled once the list was read
 */
export async function lookForSecond(runtime: Runtime, connection: Connection, job: Job): Promise<Job> {
  const { list } = connection.provider.protocol;
  if (job.adopted?.settled !== false || list === undefined) return job;
  try {
    const { listing, owners } = await readNow(runtime, connection, list);
    if (listing.kind === 'unreadable') return job;
    const free = freeTasks(listing.tasks, owners, job);
    const tasks = free.tasks.filter((task) => mayBeOf(job, task));
    const seen = await askTasks(runtime, connection, { job, tasks, memory: createSearchMemory() });
    for (const { taskId, match } of seen) {
      if (match !== 'ours') continue;
      const message = `task ${taskId} was made for the same prompt at the same time: job ${job.id} may be that one, too, or it is another machine’s; wan wait --task-id ${taskId} saves it`;
      runtime.emit({ event: 'notice', job, message });
    }
    return { ...job, adopted: { settled: true } };
  } catch {
    return job;
  }
}
