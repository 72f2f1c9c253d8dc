import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags, savingShape } from '../cli/flags.ts';
import { checkStdout, connectionsOf, savingOfJob, stdoutWriter } from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { NotFinishedError } from '../core/errors.ts';
import { hasLink, isUnderWay } from '../core/job.ts';
import { failureOf, handleOf, requireTask } from '../workflow/job-state.ts';
import { learn } from '../workflow/learn.ts';
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
  const bench = await openWorkbench(context, talk);
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
    const { job, isForeign } = found;
    const asks = flags.taskId !== undefined;
    if (hasLink(job) && !asks) return found;
    requireTask(job, context.clock.now(), asks);
    const current = await learn(bench.runtime, await found.connect(), job, found);
    talk.setJob(current, { isForeign });
    const handle = handleOf(current, isForeign);
    if (isUnderWay(current)) {
      throw new NotFinishedError(`the job is ${current.status}, there is nothing to save yet`, {
        hint: `wan wait ${handle}`,
        retryable: true,
      });
    }
    // One look is all that a command makes which does not wait.
    const failure = hasLink(current) ? undefined : failureOf(current, handle);
    if (failure !== undefined) throw failure;
    return { ...found, job: current };
  }
}
