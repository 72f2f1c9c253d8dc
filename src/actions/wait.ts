import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { connectionShape, readFlags, savingShape, waitingShape } from '../cli/flags.ts';
import { refuseOneName } from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import type { Job } from '../core/job.ts';
import { bringHome, onlyWaiting } from './bring-home.ts';
import { findJob, type FoundJob } from './find-job.ts';
import { homeOptions } from './home-options.ts';
import { finishSeveral, forEachJob, tell } from './outcomes.ts';

const shape = { ...connectionShape, ...savingShape, ...waitingShape, taskId: z.string().optional() };

/** `wan wait`: goes on where the command that started the job, or the jobs, left off. */
export async function runWait(
  context: Context,
  talk: Talk,
  input: { tasks: readonly string[]; flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  const bench = await openWorkbench(context, talk);
  const collect = (found: FoundJob): Promise<Job> =>
    bringHome(
      bench.runtime,
      talk,
      found,
      // A task that is named by the service's own id is asked for, whatever we have written down of it.
      {
        ...homeOptions({ context, talk, bench }, found.job, flags, onlyWaiting),
        asks: flags.taskId !== undefined,
      },
    );
  try {
    if (input.tasks.length < 2) {
      const found = await findJob(context, talk, bench, 'wait', input.tasks[0], flags);
      return tell(talk, await collect(found), found.isForeign);
    }
    refuseOneName(flags, input.tasks.length);
    const names = [...new Set(input.tasks)];
    const ids = new Map<string, string>();
    const naming = { nameOf: (name: string) => name, idOf: (name: string) => ids.get(name) };
    const outcomes = await forEachJob(talk, names, { ...naming }, async (name) => {
      const found = await findJob(context, talk, bench, 'wait', name, flags);
      ids.set(name, found.job.id);
      return collect(found);
    });
    return finishSeveral(talk, outcomes, { hint: `wan wait ${names.join(' ')}` });
  } finally {
    await bench.close();
  }
}
