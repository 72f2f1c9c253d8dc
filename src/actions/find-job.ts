import type { Context } from '../cli/context.ts';
import { inUseOf, savingOf } from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import type { ConnectionFlags, Workbench } from '../cli/workbench.ts';
import { assumedModel, findModel } from '../catalog/index.ts';
import { UsageError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { settleLostSubmit } from '../workflow/job-state.ts';
import { findNamed, foreignJob } from '../workflow/lookup.ts';
import type { Connection } from '../workflow/runtime.ts';

export type FoundJob = {
  job: Job;
  /** Known by its task id alone; on no disk. */
  isForeign: boolean;
  /** Opened on first use: a job whose record is final needs no key. */
  connect: () => Promise<Connection>;
  /** Hours until a link of its model expires; null where none is known. */
  linkHours: number | null;
};

type Asked = ConnectionFlags & {
  taskId?: string | undefined;
  output?: string | undefined;
  outDir?: string | undefined;
  force?: boolean;
};

/** The job that a command's argument or `--task-id` names. */
export async function findJob(
  context: Context,
  talk: Talk,
  bench: Workbench,
  command: string,
  task: string | undefined,
  flags: Asked,
): Promise<FoundJob> {
  const named = await findNamed(bench.runtime.jobs, { task, taskId: flags.taskId, command });
  if (named.kind === 'job') {
    const job = await settleLostSubmit(named.job, bench.runtime.jobs);
    checkProvider(job, flags.provider);
    talk.setJob(job);
    return foundJob(bench, job, flags);
  }
  const connection = await bench.connection(flags);
  const saving = savingOf(context, bench, inUseOf(connection.profile, flags), {
    ...flags,
    force: flags.force ?? false,
  });
  const job = foreignJob(named.taskId, connection, saving, context.clock.now());
  talk.setJob(job, { isForeign: true });
  const { linkHours } = assumedModel(job.provider, '', 't2v');
  return { job, isForeign: true, connect: async () => connection, linkHours };
}

/** A job whose record is at hand. */
export function foundJob(bench: Workbench, job: Job, flags: ConnectionFlags): FoundJob {
  const model = job.model === null ? undefined : findModel(job.provider, job.model);
  return {
    job,
    isForeign: false,
    connect: () => bench.connectionOf(job, flags),
    linkHours: (model ?? assumedModel(job.provider, job.model ?? '', job.mode ?? 't2v')).linkHours,
  };
}

/** A record knows its provider; a flag that says otherwise is a mix-up of two jobs. */
function checkProvider(job: Job, asked: string | undefined): void {
  const name = asked?.trim().toLowerCase();
  if (name === undefined || name === job.provider || (name === 'sandbox' && job.region === 'sandbox')) return;
  throw new UsageError(`job ${job.id} is one of ${job.provider}, not of ${name}`, {
    hint: `leave out --provider ${name}`,
  });
}
