import { stat } from 'node:fs/promises';
import type { Context } from '../cli/context.ts';
import type { Talk } from '../cli/talk.ts';
import type { Workbench } from '../cli/workbench.ts';
import type { Job } from '../core/job.ts';
import { requestPrint, type AskedFor } from '../core/request-print.ts';
import { createJobKeys } from '../store/job-keys.ts';
import { otherRequest, reserveJob, type Reservation } from '../workflow/reserve-job.ts';

export type KeyDesk = {
  /** What finds or makes the job that the key stands for. */
  reserver: (
    asked: AskedFor,
    place: {
      index: number;
      isLocal: boolean;
      /** How a job stands at the service now. */
      askAgain: (job: Job) => Promise<Job>;
    },
  ) => KeyedReservation;
};

export type KeyedReservation = {
  /** The key, as the user knows it. */
  name: string;
  reserve: () => Promise<Reservation>;
  /** Notes that the job's record is there. */
  recorded: (jobId: string) => Promise<void>;
  /** Looks only, and says what it found. @throws {UsageError} when the key stands for another request */
  look: () => Promise<string | undefined>;
};

/** The job key of a command, where it has one. */
export async function openJobKey(
  context: Context,
  talk: Talk,
  { runtime }: Workbench,
  { jobKey, retryFailed }: { jobKey?: string | undefined; retryFailed: boolean },
): Promise<KeyDesk | undefined> {
  if (jobKey === undefined) return undefined;
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
    reserver: (asked, { index, isLocal, askAgain }) => {
      // Each of several is a job of its own; the first stands under the bare key, where another count would look.
      const name = index === 1 ? jobKey : `${jobKey} (${index} of ${asked.count})`;
      // What the sandbox made must not pass for a video.
      const key = isLocal ? `${name} (sandbox)` : name;
      const print = () => runtime.jobs.fingerprint(requestPrint(asked));
      return {
        name: jobKey,
        reserve: async () =>
          reserveJob(runtime, keys, { name: jobKey, key, request: await print(), retryFailed, askAgain }),
        recorded: async (jobId) => keys.replace(key, { jobId, request: await print(), isRecorded: true }),
        look: async () => {
          const claim = await keys.find(key);
          if (claim === undefined) return undefined;
          if (claim.request !== (await print())) throw otherRequest(jobKey, claim.jobId);
          return `the job key stands for job ${claim.jobId} already: nothing would be bought`;
        },
      };
    },
  };
}
