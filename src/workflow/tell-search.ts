import { GenerationError, NetworkError, UnconfirmedError, type WanError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { Candidate } from '../core/judge-candidates.ts';
import type { Search } from './find-lost-task.ts';
import { describeSend } from './job-state.ts';

/** More names help nobody. */
const maxNamed = 5;

/** What a look for a lost task has come to, in words: an end only where it is certain. */
export function errorOfSearch(
  job: Job,
  search: Exclude<Search, { kind: 'found' }>,
  { nowMs, hasList }: { nowMs: number; hasList: boolean },
): WanError {
  const resume = `wan resume ${job.id}`;
  const giveUp = `${resume} --give-up, then wan rerun ${job.id}, buys anew`;
  const adopt = `${resume} --adopt <task-id>`;
  const sent = describeSend(job, nowMs);
  const open = (why: string, hint: string) =>
    new UnconfirmedError(
      `it is not known whether the service accepted job ${job.id}: ${why}; ${sent}; it was not sent again`,
      { hint, code: job.error?.code ?? undefined, requestId: job.error?.request_id ?? undefined },
    );
  switch (search.kind) {
    case 'blind':
      return open(
        search.reason,
        `look into the service’s console; ${adopt} takes a task; ${
          hasList ? giveUp : `${resume} --resubmit sends it again, and both may be billed`
        }`,
      );
    case 'unproven': {
      const { evidence } = search;
      if (evidence.kind === 'gone') {
        return open(evidence.reason, `look into the service’s console; ${adopt} takes a task; ${giveUp}`);
      }
      const until =
        evidence.untilMs === undefined ? '' : ` until ${new Date(evidence.untilMs).toISOString()}`;
      return open(`its list shows no such task yet, and may${until}`, resume);
    }
    case 'not-accepted':
      return new NetworkError(
        `the service never accepted job ${job.id}: its list shows no such task; nothing was billed (${sent})`,
        { hint: `${resume} --resubmit`, retryable: true },
      );
    case 'failed':
      return new GenerationError(
        `job ${job.id} failed at the service, as every task that it can be: ${describe(search.candidates)}; nothing was billed`,
        { hint: `wan rerun ${job.id}`, retryable: true },
      );
    case 'other-time':
      return open(
        `its list shows none of that time, but ${describe(search.candidates)} of another, as when a clock was set`,
        `${adopt} takes one of them; ${giveUp}`,
      );
    case 'open': {
      const rivals = search.rivals.map(({ jobId }) => jobId);
      const who =
        rivals.length === 0 ? '' : `, and so may job ${rivals.slice(0, maxNamed).join(' and job ')}`;
      return open(
        `it may be ${describe(search.candidates)}${who}`,
        `${adopt} takes one of them; ${resume} looks again; ${giveUp}`,
      );
    }
  }
}

function describe(candidates: readonly Candidate[]): string {
  const named = candidates.slice(0, maxNamed).map(({ taskId, state, hasEnded }) => {
    const doubt = hasEnded
      ? ''
      : state === 'failed'
        ? ', no reason given'
        : state === 'succeeded'
          ? ', no link given'
          : '';
    return `task ${taskId} (${state}${doubt})`;
  });
  const rest = candidates.length - named.length;
  return `${named.join(' or ')}${rest === 0 ? '' : ` or one of ${rest} more`}`;
}
