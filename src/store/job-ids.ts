import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { dayOf, timePart } from '../core/job-id.ts';
import { boundsOfDay, idOfRecord, strayKind, type Day, type JobFiles } from './job-files.ts';
import { unreadable } from './job-record.ts';
import type { JobReader } from './job-reader.ts';
import { removeLeftover } from './set-aside.ts';

export type JobIds = {
  /** Of unfinished jobs, newest first. @throws {WanError} when they cannot be listed */
  open: () => Promise<string[]>;
  /** Of finished jobs made since a time (to the second), newest first; no day is read before it is asked for. */
  done: (sinceMs: number) => AsyncGenerator<string, void, undefined>;
  /** Of the finished jobs of one UTC day, in no order. */
  ofDay: (day: Day) => Promise<string[]>;
};

type Tools = Pick<JobReader, 'dismiss'> & { notice: (message: string) => void; now: () => number };

/** Finds jobs by the names of their records alone. What lies among them and is none is moved out of the way. */
export function createJobIds(files: JobFiles, { dismiss, notice, now }: Tools): JobIds {
  /** Those from one beginning up to another. @throws {WanError} */
  async function idsIn(directory: string, from: string, to: string): Promise<string[]> {
    const ids: string[] = [];
    for (const name of await entries(directory)) {
      const id = idOfRecord(name);
      if (id !== undefined && id >= from && id < to) ids.push(id);
      // oxlint-disable-next-line no-await-in-loop -- there is hardly ever any
      else await tidy(path.join(directory, name));
    }
    return ids;
  }

  async function tidy(file: string): Promise<void> {
    const kind = strayKind(path.basename(file));
    if (kind === 'leftover') await removeLeftover(file, now());
    else if (kind === 'foreign') await dismiss(file);
  }

  function ofDay(day: Day): Promise<string[]> {
    return leavingOut(() => idsIn(files.dayDirectory(day), ...boundsOfDay(day)));
  }

  async function* done(sinceMs: number): AsyncGenerator<string, void, undefined> {
    const firstDay = dayOf(Math.max(0, sinceMs));
    const isEarlier = (...parts: string[]) => parts.join('/') < firstDay.slice(0, parts.length).join('/');
    const first = timePart(sinceMs);
    for (const year of await numbers(files.done, 4)) {
      if (isEarlier(year)) return;
      for (const month of await numbers(path.join(files.done, year), 2)) {
        if (isEarlier(year, month)) return;
        for (const day of await numbers(path.join(files.done, year, month), 2)) {
          if (isEarlier(year, month, day)) return;
          for (const id of newestFirst(await ofDay([year, month, day]))) {
            if (id.slice(0, 7) < first) return;
            yield id;
          }
        }
      }
    }
  }

  /** Years, months or days, the last one first. */
  async function numbers(directory: string, digits: number): Promise<string[]> {
    const names = await leavingOut(() => entries(directory));
    return names
      .filter((name) => name.length === digits && /^\d+$/u.test(name))
      .toSorted()
      .toReversed();
  }

  /** One day that cannot be read is no reason not to show the others. */
  async function leavingOut(list: () => Promise<string[]>): Promise<string[]> {
    try {
      return await list();
    } catch (error) {
      notice(`${error instanceof Error ? error.message : String(error)}; left out`);
      return [];
    }
  }

  return { open: async () => [...newestFirst(await idsIn(files.open, '', '~'))], done, ofDay };
}

async function entries(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw unreadable(directory, error);
  }
}

/** In order from the newest on, sorting no more than is asked for: a day may hold tens of thousands. */
function* newestFirst(ids: readonly string[]): Generator<string, void, undefined> {
  const spans = new Map<string, string[]>();
  for (const id of ids) {
    // 17 minutes begin alike.
    const span = id.slice(0, 5);
    const own = spans.get(span);
    if (own === undefined) spans.set(span, [id]);
    else own.push(id);
  }
  for (const span of [...spans.keys()].toSorted().toReversed()) {
    yield* (spans.get(span) ?? []).toSorted().toReversed();
  }
}
