import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { parseJobId, timeOfJobId } from '../core/job-id.ts';
import { asTaskId } from '../core/untrusted.ts';
import { createFileExclusive, makePrivateDirectory, writeFileAtomic } from './atomic-file.ts';
import type { JobFiles } from './job-files.ts';
import { noFollow, readPlainFile } from './plain-file.ts';

// What leads to a record from what people hold: a task's id, a piece of it, or the video. All of it can be lost
// without losing a job, so what cannot be read counts as absent.

export type JobIndex = {
  /** Notes whose a task is, unless it is noted as another's already. Throws the file system's error. */
  rememberTask: (taskId: string, id: string) => Promise<void>;
  /** Notes it, whoever had it. The caller holds the task's lock. Throws the file system's error. */
  giveTask: (taskId: string, id: string) => Promise<void>;
  /** Notes a task unless it is noted already. False: for another job. Throws the file system's error. */
  leaveTask: (taskId: string, id: string) => Promise<boolean>;
  /** The one task that a job's day tells of it; undefined for none or several. Never throws. */
  findLeftTask: (id: string) => Promise<string | undefined>;
  /** Never throws. */
  findTask: (taskId: string) => Promise<string | undefined>;
  /** The jobs of a day whose task's id begins or ends with a text, whatever its letters' case. Never throws. */
  matchTasks: (ms: number, piece: string) => Promise<string[]>;
  /** Throws the file system's error. */
  rememberVideo: (sha256: string, id: string) => Promise<void>;
  /** The jobs that made a video, the latest first. Never throws. */
  findVideo: (sha256: string) => Promise<string[]>;
};

/** Jobs that one video is remembered for: the same wish gives the same bytes only in the sandbox. */
const maxJobsOfVideo = 20;

export function createJobIndex(files: JobFiles): JobIndex {
  // Ids come from a service, so they are hashed before they become a file's name.
  const taskFile = (taskId: string) => {
    const hash = createHash('sha256').update(taskId).digest('hex').slice(0, 32);
    return path.join(files.byTask, hash.slice(0, 2), hash);
  };
  const giveTask = async (taskId: string, id: string) => {
    const file = taskFile(taskId);
    await makePrivateDirectory(path.dirname(file));
    await writeFileAtomic(file, id);
    await appendLine(files.taskLog(timeOfJobId(id)), `${id} ${taskId}`);
  };
  const videoFile = (sha256: string) => path.join(files.byFile, sha256.slice(0, 2), sha256);

  return {
    rememberTask: async (taskId, id) => {
      const file = taskFile(taskId);
      if (parseJobId(await read(file)) !== undefined) return;
      await makePrivateDirectory(path.dirname(file));
      const isNew = await createFileExclusive(file, id).then(
        () => true,
        (error: unknown) => {
          if (errorCode(error) === 'EEXIST') return false;
          throw error;
        },
      );
      if (isNew) await appendLine(files.taskLog(timeOfJobId(id)), `${id} ${taskId}`);
      // Another process was quicker; or what lies there says nothing.
      else if (parseJobId(await read(file)) === undefined) await giveTask(taskId, id);
    },
    giveTask,
    leaveTask: async (taskId, id) => {
      const file = taskFile(taskId);
      // By this line the job's next holder finds the task; without it the list of tasks may show it.
      const isLogged = await appendLine(files.taskLog(timeOfJobId(id)), `${id} ${taskId}`).then(
        () => true,
        () => false,
      );
      await makePrivateDirectory(path.dirname(file));
      await createFileExclusive(file, id).catch((error: unknown) => {
        if (errorCode(error) !== 'EEXIST') throw error;
      });
      return isLogged && parseJobId(await read(file)) === id;
    },
    findLeftTask: async (id) => {
      const lines = (await read(files.taskLog(timeOfJobId(id)))).split('\n');
      const named = lines
        .filter((line) => line.startsWith(`${id} `))
        .map((line) => line.slice(id.length + 1));
      const tasks = [...new Set(named)].filter((taskId) => asTaskId(taskId) !== undefined);
      const owners = await Promise.all(tasks.map((taskId) => read(taskFile(taskId))));
      const own = tasks.filter((_, index) => parseJobId(owners[index] ?? '') === id);
      return own.length === 1 ? own[0] : undefined;
    },
    findTask: async (taskId) => parseJobId(await read(taskFile(taskId))),
    matchTasks: async (ms, piece) => {
      // One search over the whole text: taking tens of thousands of lines apart is ten times the work.
      const part = piece.replaceAll(/[^\w]/gu, String.raw`\$&`);
      const line = new RegExp(String.raw`^(\w{12}) (?:${part}[!-~]*|[!-~]*${part})$`, 'gim');
      const found = (await read(files.taskLog(ms))).matchAll(line);
      return [...found].flatMap(([, id = '']) => parseJobId(id) ?? []);
    },
    rememberVideo: async (sha256, id) => {
      if (!isSha256(sha256)) return;
      const file = videoFile(sha256);
      const known = idsIn(await read(file));
      if (known.includes(id)) return;
      await makePrivateDirectory(path.dirname(file));
      await writeFileAtomic(file, [...known.slice(1 - maxJobsOfVideo), id].join('\n'));
    },
    findVideo: async (sha256) => (isSha256(sha256) ? idsIn(await read(videoFile(sha256))).toReversed() : []),
  };
}

/** Empty for what is not there, not readable, or not ours. */
async function read(file: string): Promise<string> {
  return (await readPlainFile(file).catch(() => undefined)) ?? '';
}

function idsIn(text: string): string[] {
  return text.split('\n').flatMap((line) => parseJobId(line) ?? []);
}

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/u.test(text);
}

/** Begins with a line's end: after a power cut the line before may lack its own. */
async function appendLine(file: string, line: string): Promise<void> {
  await makePrivateDirectory(path.dirname(file));
  const handle = await open(file, appending, 0o600);
  try {
    await handle.appendFile(`\n${line}`);
  } finally {
    await handle.close();
  }
}

// Neither through a link to somebody else's file, nor waiting for a pipe that took the file's place. Windows has no such flag, whatever its type says.
const appending =
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_WRONLY |
  noFollow |
  ((constants as { O_NONBLOCK?: number }).O_NONBLOCK ?? 0);
