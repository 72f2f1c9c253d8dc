import type { Context } from '../cli/context.ts';
import {
  checkStdout,
  connectionsOf,
  inUseOf,
  savingOfJob,
  stdoutWriter,
  waitingOf,
} from '../cli/job-flags.ts';
import type { Talk } from '../cli/talk.ts';
import type { Workbench } from '../cli/workbench.ts';
import type { Job } from '../core/job.ts';
import type { Attention } from '../workflow/attend.ts';
import type { HomeOptions } from './bring-home.ts';

type Flags = Parameters<typeof savingOfJob>[3] &
  Parameters<typeof waitingOf>[3] &
  Parameters<typeof connectionsOf>[0];

/**
 * How the flags want an earlier command's job waited for and saved. @throws {UsageError}
 */
export function homeOptions(
  { context, talk, bench }: { context: Context; talk: Talk; bench: Workbench },
  job: Job,
  flags: Flags,
  attention: Attention,
): HomeOptions {
  const saving = savingOfJob(context, bench, job, flags);
  checkStdout(context, talk, saving, false);
  return {
    ...waitingOf(context, bench, inUseOf(job.profile, flags), flags),
    ...attention,
    saving,
    connections: connectionsOf(flags),
    toStdout: stdoutWriter(context),
  };
}
