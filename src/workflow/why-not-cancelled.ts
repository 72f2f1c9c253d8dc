import type { CancelVerdict } from '../core/cancel-answer.ts';
import { NotFinishedError, WanError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { failureOf } from './job-state.ts';

/**
 * Why a job in this state is not cancelled, and what that means for the bill; undefined where it is.
 * @param handle the job on a command line
 * @param verdict what the service answered, where it was asked
 */
export function whyNotCancelled(job: Job, handle: string, verdict?: CancelVerdict): WanError | undefined {
  switch (job.status) {
    case 'canceled':
      return undefined;
    case 'succeeded': {
      const path = job.outputs[0]?.path ?? null;
      return new WanError('the job has already succeeded, and is billed', {
        hint: path === null ? `wan download ${handle}` : `the video is in ${path}`,
      });
    }
    case 'failed': {
      const { code, request_id: requestId } = job.error ?? { code: null, request_id: null };
      const reason = job.error?.message ?? 'no reason is known';
      return new WanError(`the job has already failed, there is nothing to cancel: ${reason}`, {
        hint: job.error?.hint ?? `wan rerun ${handle}`,
        code: code ?? undefined,
        requestId: requestId ?? undefined,
      });
    }
    case 'expired':
      return failureOf(job);
    case 'running':
      return new WanError(
        'the job is already running: it cannot be cancelled any more, and is billed if it succeeds',
        { hint: `wan wait ${handle}` },
      );
    case 'prepared':
    case 'submitting':
    case 'unconfirmed':
    case 'queued':
      return stillQueued(handle, verdict);
  }
}

/** The service has been asked twice, and the task waits on. */
function stillQueued(handle: string, verdict: CancelVerdict | undefined): WanError {
  if (verdict === undefined || verdict.kind === 'accepted') {
    const message = 'the service took the cancel, but still shows the task as queued';
    return new NotFinishedError(message, { hint: `wan status ${handle}`, retryable: true });
  }
  const { error } = verdict;
  const again = `wan cancel ${handle}`;
  return error.with({
    message: `the job is still queued, and was not cancelled: ${error.message}`,
    hint: error.hint === undefined ? again : `${error.hint}; then ${again}`,
  });
}
