import { stat } from 'node:fs/promises';
import type { Context } from '../cli/context.ts';
import type { Talk } from '../cli/talk.ts';
import type { Workbench } from '../cli/workbench.ts';
import { requestPrint, type AskedFor } from '../core/request-print.ts';
import { createJobKeys } from '../store/job-keys.ts';
import { reserveJob, type Reservation } from '../workflow/reserve-job.ts';

export type KeyDesk = {
  /** What finds or makes the job that the key stands for. */
  reserver: (asked: AskedFor, index: number) => { key: string; reserve: () => Promise<Reservation> };
};

/** The job key of a command, where it has one. */
export async function openJobKey(
  context: Context,
  talk: Talk,
  { runtime }: Workbench,
  {
    jobKey,
    retryFailed,
    dryRun,
  }: { jobKey?: string | undefined; retryFailed: boolean; dryRun?: boolean | undefined },
): Promise<KeyDesk | undefined> {
  if (jobKey === undefined || dryRun === true) return undefined;
  const directory = context.stateDirectory();
  const isNew = await stat(directory).then(
    () => false,
    () => true,
  );
  if (isNew && (context.env['CI'] ?? '') !== '') {
    talk.notice(
      `job keys live in ${directory}, which is new: keep it between runs (WAN_STATE_DIR), or they protect from nothing`,
    );
  }
  const keys = createJobKeys(directory);
  return {
    reserver: (asked, index) => {
      // Each of several is a job of its own; the first stands under the bare key, where another count would look.
      const key = index === 1 ? jobKey : `${jobKey} (${index} of ${asked.count})`;
      return {
        key,
        reserve: async () => {
          const request = await runtime.jobs.fingerprint(requestPrint(asked));
          return reserveJob(runtime, keys, { key, request, retryFailed });
        },
      };
    },
  };
}
