import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags, savingShape } from '../cli/flags.ts';
import { checkStdout, connectionsOf, savingOfJob, stdoutWriter } from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { NotFinishedError } from '../core/errors.ts';
import { handleOf, requireTask } from '../workflow/job-state.ts';
import { askOnce } from '../workflow/query.ts';
import { bringHome, onlyWaiting } from './bring-home.ts';
import { findJob, type FoundJob } from './find-job.ts';
import { tell } from './outcomes.ts';

const shape = { ...connectionShape, ...savingShape, taskId: z.string().optional() };

/** `wan download`: saves what is finished; never waits. */
export async function runDownload(
  context: Context,
  talk: Talk,
  input: { task: string | undefined; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const bench = await openWorkbench(context, talk, flags);
  try {
    const found = await findJob(context, talk, bench, 'download', input.task, flags);
    const saving = savingOfJob(context, bench, found.job, flags);
    checkStdout(context, talk, saving, false);
    const finished = await finishedOf(found);
    const job = await bringHome(bench.runtime, talk, finished, {
      ...onlyWaiting,
      saving,
      connections: connectionsOf(flags),
      deadlineMs: undefined,
      pollIntervalMs: undefined,
      toStdout: stdoutWriter(context),
    });
    return tell(talk, job, found.isForeign);
  } finally {
    await bench.close();
  }

  async function finishedOf(found: FoundJob): Promise<FoundJob> {
    const { job } = found;
    if (job.status === 'succeeded') return found;
    requireTask(job, context.clock.now());
    const current = await askOnce(bench.runtime, await found.connect(), job, found.linkHours);
    talk.setJob(current, { isForeign: found.isForeign });
    if (current.status === 'queued' || current.status === 'running') {
      throw new NotFinishedError(`the job is ${current.status}, there is nothing to save yet`, {
        hint: `wan wait ${handleOf(current, found.isForeign)}`,
        retryable: true,
      });
    }
    return { ...found, job: current };
  }
}
