import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { NotFoundError, UsageError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { shorten } from '../core/plain-text.ts';
import { hashFile } from '../store/file-hash.ts';
import type { JobStore } from '../store/jobs.ts';

/** Records that are read for the place of a file: enough for anything that somebody still remembers. */
const maxRead = 500;

/**
 * The job that a file is the video of: the latest that was saved under this name, else the latest of this content,
 * wherever it lies now. Undefined where there is no such file, or it is nobody's. What is bought again is found by
 * content alone, and the name only chooses among jobs with the same.
 * @throws {UsageError} when it cannot be read
 */
export async function findByFile(
  store: JobStore,
  task: string,
  { cwd, command }: { cwd: string; command: 'show' | 'rerun' },
): Promise<Job | undefined> {
  const file = path.resolve(cwd, task);
  if (task.startsWith('@') || !(await isFile(file))) return undefined;
  const places = new Set([file, await realpath(file).catch(() => file)]);
  const isHere = async ({ outputs }: Job) => {
    const saved = outputs[0]?.path ?? null;
    if (saved === null || saved === '-') return false;
    return places.has(saved) || places.has(await realpath(saved).catch(() => saved));
  };
  const sha256 = await hashFile(file).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot read ${task}: ${reason}`, { hint: `wan ${command} <job>`, cause: error });
  });
  const jobs = await store.findByVideo(sha256);
  // oxlint-disable-next-line no-await-in-loop -- there is nearly always one
  for (const job of jobs) if (await isHere(job)) return job;
  let count = 0;
  const isSame = ({ outputs }: Job) => command === 'show' || outputs[0]?.sha256 === sha256;
  for await (const job of store.newest()) {
    if (isSame(job) && (await isHere(job))) return job;
    count += 1;
    if (count >= maxRead) break;
  }
  return jobs[0];
}

/** What only a file is called: no task id begins like a path, and none is a video's name. */
const fileName = /^\.{0,2}[/\\]|\.(?:mp4|m4v|mov|webm)$/iu;

/** @throws {NotFoundError} for a file that no job made, and for the name of one that is not there */
export async function refuseForeignFile(task: string, cwd: string): Promise<void> {
  const hint = '`wan list` shows the jobs';
  if (/[./\\]/u.test(task) && (await isFile(path.resolve(cwd, task)))) {
    throw new NotFoundError(`no job of this machine made ${task}: no record has its sha256`, { hint });
  }
  if (fileName.test(task)) throw new NotFoundError(`there is no file ${shorten(task, 60)}`, { hint });
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
