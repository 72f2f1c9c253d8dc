import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { dayOfJobId, makeJobId } from '../../src/core/job-id.ts';
import type { Job } from '../../src/core/job.ts';
import { createJobStore } from '../../src/store/jobs.ts';
import { makeJob } from '../core/make-job.ts';

export const nowMs = Date.UTC(2026, 10, 20, 12, 0, 0);
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** A job that was made so long ago. */
export function jobFrom(agoMs: number, patch: Partial<Job> = {}): Job {
  const madeMs = nowMs - agoMs;
  const id = makeJobId(madeMs, Math.random);
  const created_at = new Date(madeMs).toISOString();
  return makeJob({ id, created_at, task_id: `task-of-${id}`, ...patch });
}

/** The patch of a job whose video was saved. */
export function savedAs(file: string, sha256: string | null = null): Partial<Job> {
  const facts = { bytes: 5, width: 1280, height: 720, seconds: 2, has_audio: true };
  return { status: 'succeeded', outputs: [{ url: 'https://e.com/a.mp4?s=1', path: file, sha256, ...facts }] };
}

/** A state directory of its own, with everything that the store says. */
export async function makeStore() {
  const directory = await mkdtemp(path.join(tmpdir(), 'wan-jobs-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  // As the first command leaves it.
  await writeFile(path.join(directory, 'wan-state'), '');
  const notices: string[] = [];
  const open = () =>
    createJobStore(
      directory,
      (message) => notices.push(message),
      () => nowMs,
    );
  const at = (...parts: string[]) => path.join(directory, ...parts);
  return {
    directory,
    notices,
    store: open(),
    /** Another command on the same directory. */
    open,
    at,
    openFile: (id: string) => at('open', `${id}.json`),
    doneFile: (id: string) => at('done', ...dayOfJobId(id), `${id}.json`),
    /** Writes a file with its directories. */
    put: async (file: string, text: string) => {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    },
    asideNames: async () => (await readdir(at('set-aside')).catch((): string[] => [])).toSorted(),
    aside: (name: string) => readFile(at('set-aside', name), 'utf8'),
  };
}

export type JobWorld = Awaited<ReturnType<typeof makeStore>>;

/** Everything that a list gives. */
export async function collect<Item>(items: AsyncIterable<Item>, limit = Infinity): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length >= limit) break;
  }
  return found;
}
