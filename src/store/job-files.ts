import path from 'node:path';
import { dayOf, dayOfJobId, timePart } from '../core/job-id.ts';

/** Where things lie in the state directory. Days are UTC, read off the job's id. */
export type JobFiles = {
  /** Unfinished jobs, a file each. */
  open: string;
  /** Finished ones, by year, month and day. */
  done: string;
  openFile: (id: string) => string;
  doneFile: (id: string) => string;
  dayDirectory: (day: Day) => string;
  /** Which job a provider's task is of; a file each. */
  byTask: string;
  /** The same as lines, a file for each day: for ids that are known in part. */
  taskLog: (ms: number) => string;
  /** Which jobs a video is of, by its sha256; a file each. */
  byFile: string;
  /** What lay among the records and was none. */
  setAside: string;
};

export type Day = readonly [year: string, month: string, day: string];

export function jobFiles(directory: string): JobFiles {
  const open = path.join(directory, 'open');
  const done = path.join(directory, 'done');
  const byTask = path.join(directory, 'by-task');
  return {
    open,
    done,
    openFile: (id) => path.join(open, `${id}.json`),
    doneFile: (id) => path.join(done, ...dayOfJobId(id), `${id}.json`),
    dayDirectory: (day) => path.join(done, ...day),
    byTask,
    taskLog: (ms) => path.join(byTask, 'days', dayOf(ms).join('-')),
    byFile: path.join(directory, 'by-file'),
    setAside: path.join(directory, 'set-aside'),
  };
}

const dayMs = 86_400_000;

/** How the ids of a day begin: the first of them, and the first of the next day. */
export function boundsOfDay([year, month, day]: Day): [from: string, to: string] {
  const start = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return [timePart(start), timePart(start + dayMs)];
}

/** The job whose record has this name. */
export function idOfRecord(name: string): string | undefined {
  return /^[0-9A-HJKMNP-TV-Z]{12}\.json$/u.test(name) ? name.slice(0, 12) : undefined;
}

/** What lies among records and is none, by its name. */
export function strayKind(name: string): 'leftover' | 'system' | 'foreign' {
  // Of `writeFileAtomic`, killed before it could rename.
  if (/^\.wan-[0-9a-f]{16}\.tmp$/u.test(name)) return 'leftover';
  // Network file systems keep open files like this, and Finder looks in everywhere.
  return /^\.(?:nfs|fuse_hidden)|^\.DS_Store$/u.test(name) ? 'system' : 'foreign';
}
