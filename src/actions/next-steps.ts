import type { Job } from '../core/job.ts';

/**
 * What a person may do about a job now, each a command and what it does.
 * @param files what is to be said of each of its videos; empty where all is well
 */
export function nextSteps({ id, status, outputs }: Job, files: readonly string[]): string[] {
  switch (status) {
    case 'prepared':
      return [`wan resume ${id} (nothing was sent; this sends it)`, `wan cancel ${id}`];
    case 'submitting':
      return [`wan status ${id} (it is being sent right now)`];
    case 'unconfirmed':
      return [
        `wan resume ${id} (finds out whether it was accepted; it was not sent again)`,
        `wan resume ${id} --adopt <task-id> (you have found it in the service’s console)`,
        `wan resume ${id} --resubmit (looks first; sends it once more where it was not accepted, or no list can tell)`,
        `wan resume ${id} --give-up (ends it; it may have been billed)`,
      ];
    case 'queued':
    case 'running':
      return [`wan wait ${id}`];
    case 'succeeded': {
      const isSaved = outputs.some(({ path }) => path !== null) && files.every((state) => state === '');
      return isSaved ? [`wan rerun ${id}`] : [`wan download ${id}`];
    }
    case 'failed':
    case 'canceled':
    case 'expired':
      return [`wan rerun ${id}`];
  }
}
