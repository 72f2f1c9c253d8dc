import { createHash, createHmac } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { WanError } from '../core/errors.ts';
import { dayOfJobId, parseJobId } from '../core/job-id.ts';
import { isFinal, jobSchema, recordVersion, type Job } from '../core/job.ts';
import { makePrivateDirectory, writeFileAtomic } from './atomic-file.ts';
import { createLocks, type Lock } from './lock.ts';
import { makeSecret } from './lock-socket.ts';

export type JobStore = {
  directory: string;
  /** Writes the record where its state says: among the open ones, or under its day. */
  save: (job: Job) => Promise<void>;
  /** By job id. Undefined when there is none. @throws {WanError} for a newer or damaged record */
  find: (id: string) => Promise<Job | undefined>;
  /** By the provider's task id. */
  findByTask: (taskId: string) => Promise<Job | undefined>;
  /** Unfinished jobs, newest first. */
  listOpen: () => Promise<Job[]>;
  /** Up to `limit` finished jobs, newest first, reading no more days than that takes. */
  listDone: (limit: number) => Promise<Job[]>;
  /** Undefined while another process has it. */
  tryLock: (id: string) => Promise<Lock | undefined>;
  /** Whether a living process is working on the job. */
  isHeld: (id: string) => Promise<boolean>;
  /** A keyed hash that tells two keys apart and gives neither away. */
  fingerprint: (text: string) => Promise<string>;
};

/**
 * Jobs as files: `open/` holds what is unfinished, `done/YYYY/MM/DD/` the rest, so that finding open or recent
 * jobs costs the same with ten records and with a hundred thousand. `notice` hears of files that are no records.
 */
export function createJobStore(directory: string, notice: (message: string) => void): JobStore {
  const openDirectory = path.join(directory, 'open');
  const openFile = (id: string) => path.join(openDirectory, `${id}.json`);
  const doneDirectory = (id: string) => path.join(directory, 'done', ...dayOfJobId(id));
  const doneFile = (id: string) => path.join(doneDirectory(id), `${id}.json`);
  const locks = createLocks(directory);

  async function save(job: Job): Promise<void> {
    const text = `${JSON.stringify(job, undefined, 1)}\n`;
    try {
      await makePrivateDirectory(directory);
      await writeWhereItBelongs(job, text);
    } catch (error) {
      throw new WanError(`cannot write the job’s record in ${directory}: ${reasonOf(error)}`, {
        hint: 'point WAN_STATE_DIR to a directory that you can write to',
        cause: error,
      });
    }
    // The record holds the task's id; without the index only looking it up by that id is lost.
    if (job.task_id === null) return;
    await remember(job.task_id, job.id).catch((error: unknown) => {
      notice(`the task ${job.task_id} could not be indexed: ${reasonOf(error)}; the job is ${job.id}`);
    });
  }

  async function writeWhereItBelongs(job: Job, text: string): Promise<void> {
    if (!isFinal(job)) {
      await makePrivateDirectory(openDirectory);
      await writeFileAtomic(openFile(job.id), text);
      // One that had ended and is sent again on the user's word: of two records the finished one would count.
      await rm(doneFile(job.id), { force: true });
      return;
    }
    // First the new place, then the old: killed in between, both hold the job and the finished one counts.
    await makePrivateDirectory(doneDirectory(job.id));
    await writeFileAtomic(doneFile(job.id), text);
    await rm(openFile(job.id), { force: true });
  }

  function taskFile(taskId: string): string {
    // Ids come from a service, so they are hashed before they become a file's name.
    const hash = createHash('sha256').update(taskId).digest('hex').slice(0, 32);
    return path.join(directory, 'by-task', hash.slice(0, 2), hash);
  }

  async function remember(taskId: string, id: string): Promise<void> {
    const file = taskFile(taskId);
    if ((await readIfThere(file)) === id) return;
    await makePrivateDirectory(path.dirname(file));
    await writeFileAtomic(file, id);
  }

  async function find(id: string): Promise<Job | undefined> {
    const file = doneFile(id);
    const done = await readIfThere(file);
    if (done !== undefined) return parse(done, file);
    const open = await readIfThere(openFile(id));
    if (open !== undefined) return parse(open, openFile(id));
    // It may have been finished between the two looks.
    const late = await readIfThere(file);
    return late === undefined ? undefined : parse(late, file);
  }

  async function findByTask(taskId: string): Promise<Job | undefined> {
    const id = parseJobId((await readIfThere(taskFile(taskId))) ?? '');
    return id === undefined ? undefined : find(id);
  }

  async function readAll(ids: string[]): Promise<Job[]> {
    const jobs: Job[] = [];
    for (const id of ids) {
      try {
        const job = await find(id);
        if (job !== undefined) jobs.push(job);
      } catch (error) {
        notice(`${reasonOf(error)}; left out`);
      }
    }
    return jobs;
  }

  async function listDone(limit: number): Promise<Job[]> {
    const jobs: Job[] = [];
    const root = path.join(directory, 'done');
    for (const year of await names(root, /^\d{4}$/u)) {
      for (const month of await names(path.join(root, year), /^\d{2}$/u)) {
        for (const day of await names(path.join(root, year, month), /^\d{2}$/u)) {
          if (jobs.length >= limit) return jobs;
          const ids = await recordIds(path.join(root, year, month, day));
          jobs.push(...(await readAll(ids.slice(0, limit - jobs.length))));
        }
      }
    }
    return jobs;
  }

  return {
    directory,
    save,
    find,
    findByTask,
    listOpen: async () => readAll(await recordIds(openDirectory)),
    listDone,
    tryLock: async (id) => {
      try {
        await makePrivateDirectory(directory);
        return await locks.tryLock(id);
      } catch (error) {
        throw new WanError(`cannot lock the job in ${directory}: ${reasonOf(error)}`, {
          hint: 'point WAN_STATE_DIR to a directory that you can write to',
          cause: error,
        });
      }
    },
    isHeld: (id) => locks.isHeld(id),
    fingerprint: async (text) => {
      try {
        await makePrivateDirectory(directory);
        return createHmac('sha256', await makeSecret(directory))
          .update(text)
          .digest('hex')
          .slice(0, 32);
      } catch (error) {
        throw new WanError(`cannot keep jobs in ${directory}: ${reasonOf(error)}`, {
          hint: 'point WAN_STATE_DIR to a directory that you can write to',
          cause: error,
        });
      }
    },
  };
}

/** Names in a directory that fit, the last in order first: the newest, as all are named by time. */
async function names(directory: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw new WanError(`cannot read ${directory}: ${error.message}`, {
      hint: 'point WAN_STATE_DIR to a directory of your own',
      cause: error,
    });
  });
  return entries
    .filter((name) => pattern.test(name))
    .toSorted()
    .toReversed();
}

async function recordIds(directory: string): Promise<string[]> {
  const files = await names(directory, /\.json$/u);
  return files.map((name) => name.slice(0, -'.json'.length)).filter((id) => parseJobId(id) === id);
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new WanError(`cannot read ${file}: ${error.message}`, {
      hint: 'point WAN_STATE_DIR to a directory of your own',
      cause: error,
    });
  });
}

const damagedHint = 'move it away; `wan list` shows the other jobs';

function parse(text: string, file: string): Job {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new WanError(`the job record ${file} is damaged: it is not JSON`, {
      hint: damagedHint,
      cause: error,
    });
  }
  const version = (data as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > recordVersion) {
    throw new WanError(`the job record ${file} was written by a newer wan`, {
      hint: 'npm install -g wan-cli@latest',
    });
  }
  const job = jobSchema.safeParse(data);
  if (job.success) return job.data;
  throw new WanError(
    `the job record ${file} is damaged at ${job.error.issues[0]?.path.join('.') || 'the top'}`,
    { hint: damagedHint },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
