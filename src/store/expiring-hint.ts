import { access, readdir } from 'node:fs/promises';
import { formatDuration } from '../core/duration.ts';
import { at } from '../core/untrusted.ts';
import { idOfRecord, jobFiles } from './job-files.ts';
import { readPlainFile } from './plain-file.ts';

const soonMs = 3 * 3_600_000;

/**
 * What to say at a command's end of videos that are rendered, not saved, and soon gone. Looks at unfinished jobs alone
 * and without their schema, as every command pays for it; makes and moves nothing, and never throws.
 * @param skip ids of jobs that the command has spoken of
 */
export async function expiringHint(
  stateDirectory: string,
  nowMs: number,
  skip: ReadonlySet<string> = new Set(),
): Promise<string | undefined> {
  try {
    const files = jobFiles(stateDirectory);
    const names = await readdir(files.open).catch((): string[] => []);
    const found: { id: string; leftMs: number }[] = [];
    for (const name of names) {
      const id = idOfRecord(name);
      if (id === undefined || skip.has(id)) continue;
      // oxlint-disable-next-line no-await-in-loop -- few are unfinished, and descriptors are scarce
      const leftMs = await timeLeft(files.openFile(id), nowMs);
      if (leftMs === undefined || leftMs <= 0 || leftMs > soonMs) continue;
      // A leftover of a job that was saved after all.
      // oxlint-disable-next-line no-await-in-loop -- the same
      if (!(await isThere(files.doneFile(id)))) found.push({ id, leftMs });
    }
    return describe(found.toSorted((a, b) => a.leftMs - b.leftMs));
  } catch {
    return undefined;
  }
}

/** Milliseconds until the link of a rendered, unsaved job expires; undefined where that is no matter. */
async function timeLeft(file: string, nowMs: number): Promise<number | undefined> {
  try {
    const job: unknown = JSON.parse((await readPlainFile(file)) ?? '');
    const [status, expiresAt] = [at(job, 'status'), at(job, 'expires_at')];
    if (status !== 'succeeded' || typeof expiresAt !== 'string') return undefined;
    const ms = Date.parse(expiresAt);
    return Number.isNaN(ms) ? undefined : ms - nowMs;
  } catch {
    return undefined; // whoever reads the record will say so
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function describe(jobs: readonly { id: string; leftMs: number }[]): string | undefined {
  const [first] = jobs;
  if (first === undefined) return undefined;
  const left = formatDuration(first.leftMs);
  return jobs.length === 1
    ? `the link of job ${first.id} expires in ${left} and its video is not saved: \`wan download ${first.id}\``
    : `the links of ${jobs.length} jobs expire soon, the first in ${left}, and their videos are not saved: \`wan resume --all\``;
}
