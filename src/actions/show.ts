import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from '../cli/context.ts';
import { readFlags } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { jobDocument } from '../core/documents.ts';
import { NotFoundError, UsageError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { hashFile } from '../store/file-hash.ts';
import { createJobStore, type JobStore } from '../store/jobs.ts';
import { settleLostSubmit } from '../workflow/job-state.ts';
import { findNamed } from '../workflow/lookup.ts';
import { jobLines } from './show-lines.ts';

/** `wan show`: everything known of one job. Asks nobody, takes no lock, changes nothing. */
export async function runShow(
  context: Context,
  talk: Talk,
  input: { task: string; flags: Record<string, unknown> },
): Promise<number> {
  readFlags({}, input.flags);
  const store = createJobStore(context.stateDirectory(), talk.notice, context.clock.now);
  const file = path.resolve(context.cwd, input.task);
  const job = await settleLostSubmit(await find(store, input.task, file), store);
  return talk.finish({
    value: jobDocument(job),
    isPage: true,
    lines: jobLines(job, {
      nowMs: context.clock.now(),
      record: store.fileOf(job),
      width: context.io.outWidth(),
      files: await Promise.all(job.outputs.map(({ path: saved, bytes }) => stateOf(saved, bytes))),
    }),
  });
}

async function find(store: JobStore, task: string, file: string): Promise<Job> {
  // What cannot be an id is a file, if there is one.
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile && /[./\\]/u.test(task)) return findByContent(store, task, file);
  try {
    // A foreign task is nothing that we know of; `status` asks for it.
    const named = await findNamed(store, { task, taskId: undefined, command: 'status' });
    if (named.kind === 'job') return named.job;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    if (isFile) return findByContent(store, task, file);
    throw error;
  }
  throw new NotFoundError(`there is no record of a job ${task}`, { hint: 'wan list' });
}

/** The job whose video a file is, whatever it is called now. */
async function findByContent(store: JobStore, task: string, file: string): Promise<Job> {
  const sha256 = await hashFile(file).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot read ${task}: ${reason}`, { hint: 'wan show <job>', cause: error });
  });
  const jobs = await store.findByVideo(sha256);
  const [latest] = jobs;
  if (latest === undefined) {
    throw new NotFoundError(`no job of this machine made ${task}: no record has its sha256`, {
      hint: '`wan list` shows the jobs',
    });
  }
  return jobs.find(({ outputs }) => outputs.some((output) => output.path === file)) ?? latest;
}

/** Whether a video is where it was saved, by a look and not by its content. */
async function stateOf(file: string | null, bytes: number | null): Promise<string> {
  if (file === null || file === '-') return '';
  try {
    const { size } = await stat(file);
    return bytes === null || size === bytes ? '' : 'changed since';
  } catch {
    return 'not there any more';
  }
}
