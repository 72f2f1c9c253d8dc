import { rm, stat } from 'node:fs/promises';
import { timePart } from '../core/job-id.ts';
import { isFinal, type Job } from '../core/job.ts';
import type { JobFiles } from './job-files.ts';
import type { JobIds } from './job-ids.ts';
import type { JobReader } from './job-reader.ts';
import { listSetAside } from './set-aside.ts';
import { readRecord } from './job-record.ts';

export type NewestOptions = {
  /** Milliseconds since 1970; jobs are compared to the second. All of them unless told. */
  sinceMs?: number;
  /** Only these: what is unfinished lies apart, and days of finished jobs need not be read for it. */
  only?: 'open' | 'done' | undefined;
};

/** Records that are read at once. */
const batch = 20;

/** Unfinished jobs, newest first. */
export async function listOpen(files: JobFiles, ids: JobIds, reader: JobReader): Promise<Job[]> {
  const jobs = await readAll(await ids.open(), reader);
  await Promise.all(jobs.filter((job) => isFinal(job)).map(({ id }) => removeStale(files, id)));
  return jobs.filter((job) => !isFinal(job));
}

/**
 * Of a process that was killed after it had written the finished record, and before it removed this one. A later one is
 * of a job that is being sent again just now: its finished record is about to go, and this is all that is left then.
 */
async function removeStale(files: JobFiles, id: string): Promise<void> {
  try {
    const [open, done] = await Promise.all([stat(files.openFile(id)), stat(files.doneFile(id))]);
    const { kind } = await readRecord(files.doneFile(id), id);
    if (kind === 'job' && open.mtimeMs <= done.mtimeMs) await rm(files.openFile(id), { force: true });
  } catch {
    // One of them is gone, or it may not be removed: it does no harm.
  }
}

/** Jobs, newest first. Nothing is read before it is asked for, but for the few records of a batch. */
export async function* newestJobs(
  ids: JobIds,
  reader: JobReader,
  { sinceMs = 0, only }: NewestOptions,
): AsyncGenerator<Job, void, undefined> {
  let next: string[] = [];
  for await (const id of newestIds(ids, sinceMs, only)) {
    // Jobs of one second are told apart by their records.
    if (next.length >= batch && next.at(-1)?.slice(0, 7) !== id.slice(0, 7)) {
      yield* await readAll(next, reader);
      next = [];
    }
    next.push(id);
  }
  yield* await readAll(next, reader);
}

/**
 * The job that was made last. An older one is not taken for it where its record cannot be read, or was set aside.
 * @throws what reading it throws
 */
export async function latestJob(files: JobFiles, ids: JobIds, reader: JobReader): Promise<Job | undefined> {
  const [aside] = await listSetAside(files.setAside);
  const alike = aside === undefined ? [] : [aside];
  for await (const id of newestIds(ids, 0, undefined)) {
    const [first] = alike;
    // Jobs of one second are told apart by their records.
    if (first !== undefined && id.slice(0, 7) < first.slice(0, 7)) break;
    if (first !== undefined && id.slice(0, 7) > first.slice(0, 7)) alike.length = 0;
    alike.push(id);
  }
  const jobs = await Promise.all([...new Set(alike)].map((id) => reader.find(id)));
  return jobs.filter((job) => job !== undefined).toSorted((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1))[0];
}

async function* newestIds(ids: JobIds, sinceMs: number, only: NewestOptions['only']) {
  const first = timePart(sinceMs);
  const open = only === 'done' ? [] : (await ids.open()).filter((id) => id.slice(0, 7) >= first);
  let at = 0;
  if (only !== 'open') {
    for await (const id of ids.done(sinceMs)) {
      for (; at < open.length && (open[at] ?? '') >= id; at += 1) if (open[at] !== id) yield open[at] ?? '';
      yield id;
    }
  }
  yield* open.slice(at);
}

async function readAll(ids: readonly string[], reader: JobReader): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let start = 0; start < ids.length; start += batch) {
    // oxlint-disable-next-line no-await-in-loop -- a few at a time: descriptors are scarce
    const read = await Promise.all(ids.slice(start, start + batch).map((id) => reader.findForList(id)));
    jobs.push(...read.filter((job) => job !== undefined));
  }
  return jobs.toSorted((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1));
}

function orderOf({ id, created_at }: Job): string {
  return `${id.slice(0, 7)} ${created_at}`;
}
