import { stat } from 'node:fs/promises';
import type { Context } from '../cli/context.ts';
import { readFlags } from '../cli/flags.ts';
import { learnAllKeys } from '../cli/known-keys.ts';
import type { Talk } from '../cli/talk.ts';
import { jobDocument } from '../core/documents.ts';
import { NotFoundError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { createJobStore, type JobStore } from '../store/jobs.ts';
import { settleLostSubmit } from '../workflow/job-state.ts';
import { findNamed } from '../workflow/lookup.ts';
import { findByFile, refuseForeignFile } from './find-by-file.ts';
import { jobLines } from './show-lines.ts';
import { expandHome } from '../core/home-path.ts';

/** `wan show`: everything known of one job. Asks nobody, takes no lock, changes nothing. */
export async function runShow(
  context: Context,
  talk: Talk,
  input: { task: string; flags: Record<string, unknown> },
): Promise<number> {
  readFlags({}, input.flags);
  await learnAllKeys(context, talk.notice);
  const store = createJobStore(context.stateDirectory(), talk.notice, context.clock.now);
  const job = await settleLostSubmit(
    await find(store, expandHome(input.task, context.homeDirectory()), context.cwd),
    store,
  );
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

async function find(store: JobStore, task: string, cwd: string): Promise<Job> {
  const made = await findByFile(store, task, { cwd, command: 'show' });
  if (made !== undefined) return made;
  await refuseForeignFile(task, cwd);
  // A foreign task is nothing that we know of; `status` asks for it.
  const named = await findNamed(store, { task, taskId: undefined, command: 'status' });
  if (named.kind === 'job') return named.job;
  throw new NotFoundError(`there is no record of a job ${task}`, { hint: 'wan list' });
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
