import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags, savingShape, waitingShape } from '../cli/flags.ts';
import { checkStdout, inUseOf, savingOfJob, stdoutWriter, waitingOf } from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { collect } from './collect.ts';
import { findJob } from './find-job.ts';

const shape = { ...connectionShape, ...savingShape, ...waitingShape, taskId: z.string().optional() };

/** `wan wait`: goes on where the command that started the job left off. */
export async function runWait(
  context: Context,
  talk: Talk,
  input: { task: string | undefined; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const bench = await openWorkbench(context, talk, flags);
  try {
    const found = await findJob(context, talk, bench, 'wait', input.task, flags);
    const saving = savingOfJob(context, bench, found.job, flags);
    checkStdout(context, talk, saving, false);
    const waiting = waitingOf(context, bench, inUseOf(found.job.profile, flags), flags);
    return await collect(bench.runtime, talk, found, { saving, ...waiting, toStdout: stdoutWriter(context) });
  } finally {
    await bench.close();
  }
}
