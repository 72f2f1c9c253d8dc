import { createHmac } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { WanError } from '../core/errors.ts';
import { isFinal, type Job } from '../core/job.ts';
import { makePrivateDirectory, syncDirectory, writeFileAtomic } from './atomic-file.ts';
import { holdLocks, type HeldLocks } from './held-locks.ts';
import { jobFiles } from './job-files.ts';
import { createJobIds } from './job-ids.ts';
import { createJobIndex } from './job-index.ts';
import { latestJob, listOpen, newestJobs, type NewestOptions } from './job-list.ts';
import { matchJobs, type JobMatch } from './job-match.ts';
import { createJobReader } from './job-reader.ts';
import { createLocks, type Lock } from './lock.ts';
import { makeSecret } from './lock-socket.ts';
import { isMarked, prepareStateDirectory, requireStateDirectory } from './state-directory.ts';
import { stateError } from './state-error.ts';

export type JobStore = {
  directory: string;
  /**
   * Writes the record where its state says: among the open ones, or under its day.
   * @throws {TakenOverError} when the job's lock was taken here, and another process has it now
   */
  save: (job: Job) => Promise<void>;
  /** Takes a job that had ended back among the open ones: the user has it sent again. */
  reopen: (job: Job) => Promise<void>;
  /**
   * By job id. Undefined when there never was one.
   * @throws {DamagedRecordError} when its record is or was damaged; {WanError} for one that is newer or not readable
   */
  find: (id: string) => Promise<Job | undefined>;
  /** By the provider's task id. Throws as `find` does. */
  findByTask: (taskId: string) => Promise<Job | undefined>;
  /** The job that a task belongs to, whatever records say. Undefined for a task that none of ours has had. */
  ownerOf: (taskId: string) => Promise<string | undefined>;
  /** Makes a task a job's, whoever had it. The caller holds the task's lock. */
  giveTask: (taskId: string, id: string) => Promise<void>;
  /** Jobs that made a video, by its sha256, the latest first. */
  findByVideo: (sha256: string) => Promise<Job[]>;
  /** Jobs whose own or whose task's id begins or ends like this, newest first; four characters at least. */
  match: (text: string) => Promise<JobMatch[]>;
  /** Unfinished jobs, newest first. */
  listOpen: () => Promise<Job[]>;
  /** Jobs, newest first, of which no more are read than are asked for. */
  newest: (options?: NewestOptions) => AsyncIterable<Job>;
  /** The newest job. @throws as `find` does, where its record cannot be read: an older one is another job */
  latest: () => Promise<Job | undefined>;
  /** Where a job's record lies. */
  fileOf: (job: Job) => string;
  /** Undefined while another process has it. */
  tryLock: (id: string) => Promise<Lock | undefined>;
  /** Comes right before what cannot be undone. @throws {TakenOverError} */
  requireHeld: HeldLocks['requireHeld'];
  /** Notes for whoever holds a job now which task it has become. False: the task is known as another job's. */
  leaveTask: (taskId: string, id: string) => Promise<boolean>;
  /** The one task that was left for a job so; undefined without one, or with several. */
  findLeftTask: (id: string) => Promise<string | undefined>;
  /** Whether a living process is working on the job. */
  isHeld: (id: string) => Promise<boolean>;
  /** A keyed hash that tells two keys apart and gives neither away. */
  fingerprint: (text: string) => Promise<string>;
};

/**
 * Jobs as files: `open/` holds what is unfinished, `done/YYYY/MM/DD/` the rest, so that finding open or recent
 * jobs costs the same with ten records and with a hundred thousand. `notice` hears, once each, of files that are no
 * records: those are moved to `set-aside/`, and stop nothing but the command that names them.
 */
export function createJobStore(
  directory: string,
  notice: (message: string) => void,
  now: () => number = Date.now,
): JobStore {
  const files = jobFiles(directory);
  const locks = createLocks(directory);
  const held = holdLocks(locks, directory);
  const index = createJobIndex(files);
  const reader = createJobReader(files, notice);
  const ids = createJobIds(files, { dismiss: reader.dismiss, notice, now });
  const strictIds = createJobIds(files, {
    dismiss: reader.dismiss,
    now,
    notice: (message) => {
      throw new WanError(message.replace(/; left out$/u, ''), { hint: 'wan list' });
    },
  });
  const prepared = async (name?: string) => {
    // It may have been removed since: what was locked in it is then not to be written into a new one.
    if (name !== undefined && !(await isMarked(directory))) await held.requireHeld(name);
    await prepareStateDirectory(directory);
  };
  // Looking moves what is no record out of the way, so that it as well wants a directory of ours.
  const looked = once(() => requireStateDirectory(directory));
  const find = async (id: string) => {
    await looked();
    return reader.find(id);
  };
  const open = async () => {
    await looked();
    return listOpen(files, ids, reader);
  };

  async function save(job: Job): Promise<void> {
    const text = `${JSON.stringify(job, undefined, 1)}\n`;
    await orAskForDirectory('write the job’s record', async () => {
      await prepared(job.id);
      await writeWhereItBelongs(job, text);
    });
    // The record holds all of it; without the index only finding it by these is lost.
    const { id, task_id, outputs } = job;
    try {
      if (task_id !== null) await index.rememberTask(task_id, id);
      // Before the video has its name: then no kill in between keeps the one from leading to the other.
      for (const { sha256 } of outputs) if (sha256 !== null) await index.rememberVideo(sha256, id);
    } catch (error) {
      const what = task_id === null ? 'its video' : `its task ${task_id}`;
      notice(`the job ${id} cannot be found by ${what} later: ${reasonOf(error)}`);
    }
  }

  async function reopen(job: Job): Promise<void> {
    await save(job);
    // Of two records the finished one counts. Killed in between, it is as it was, and nothing was sent.
    await orAskForDirectory('write the job’s record', async () => {
      const file = files.doneFile(job.id);
      await held.requireHeld(job.id);
      try {
        await rm(file);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return;
        throw error;
      }
      // Back after a power cut, the old end would hide the new send.
      await syncDirectory(path.dirname(file));
    });
  }

  async function writeWhereItBelongs(job: Job, text: string): Promise<void> {
    const beforeRename = () => held.requireHeld(job.id);
    if (!isFinal(job)) {
      await makePrivateDirectory(files.open);
      await writeFileAtomic(files.openFile(job.id), text, { beforeRename });
      return;
    }
    // First the new place, then the old: killed in between, both hold the job and the finished one counts.
    const file = files.doneFile(job.id);
    await makePrivateDirectory(path.dirname(file));
    await writeFileAtomic(file, text, { beforeRename });
    await rm(files.openFile(job.id), { force: true });
  }

  async function findByTask(taskId: string): Promise<Job | undefined> {
    const id = await index.findTask(taskId);
    const job = id === undefined ? undefined : await find(id);
    if (job?.task_id === taskId) return job;
    // Killed after the record was written and before the index was; or the index is damaged.
    return (await open()).find((candidate) => candidate.task_id === taskId);
  }

  async function findByVideo(sha256: string): Promise<Job[]> {
    await looked();
    const jobs: Job[] = [];
    for (const id of await index.findVideo(sha256)) {
      // oxlint-disable-next-line no-await-in-loop -- there is nearly always one
      const job = await reader.findForList(id);
      if (job?.outputs.some((output) => output.sha256 === sha256) === true) jobs.push(job);
    }
    return jobs;
  }

  async function orAskForDirectory<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw stateError(what, directory, error);
    }
  }

  return {
    directory,
    save,
    reopen,
    find,
    findByTask,
    ownerOf: index.findTask,
    giveTask: (taskId, id) => orAskForDirectory('note whose a task is', () => index.giveTask(taskId, id)),
    findByVideo,
    match: (text) => matchJobs(text, { ids, index, listOpen: open, now }),
    listOpen: open,
    newest: async function* newest(options = {}) {
      await looked();
      yield* newestJobs(ids, reader, options);
    },
    latest: async () => {
      await looked();
      return latestJob(files, strictIds, reader);
    },
    fileOf: (job) => (isFinal(job) ? files.doneFile(job.id) : files.openFile(job.id)),
    tryLock: (id) =>
      orAskForDirectory('lock the job', async () => {
        await prepared();
        return held.tryLock(id);
      }),
    requireHeld: (name, how) => orAskForDirectory('lock the job', () => held.requireHeld(name, how)),
    leaveTask: (taskId, id) =>
      orAskForDirectory('note the task', async () => {
        await prepared();
        return index.leaveTask(taskId, id);
      }),
    findLeftTask: index.findLeftTask,
    isHeld: (id) => locks.isHeld(id),
    fingerprint: (text) =>
      orAskForDirectory('keep jobs', async () => {
        await prepared();
        return createHmac('sha256', await makeSecret(directory))
          .update(text)
          .digest('hex')
          .slice(0, 32);
      }),
  };
}

/** Asked again only after it failed. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () =>
    (done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    }));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
