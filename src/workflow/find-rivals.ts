import { isOpenSubmit, type Job } from '../core/job.ts';
import type { Candidate, Rival } from '../core/judge-candidates.ts';
import { mayBeOf } from '../core/lost-send.ts';
import { isSamePrompt } from '../core/match-task.ts';
import { requestText } from '../core/request-print.ts';
import type { GenerationRequest } from '../core/request.ts';
import type { ListedTask } from '../core/task-list.ts';
import type { Runtime } from './runtime.ts';
import type { SearchMemory } from './search-memory.ts';

/** Who else may be what we have found. */
export type Rivalry = {
  rivals: Rival[];
  own: Pick<Rival, 'jobId' | 'sentMs' | 'index'>;
  /** Candidates that have become another job's since they were listed. */
  taken: Set<string>;
};

/** Our other jobs that a candidate may be: sent with the same prompt to the same account, and not answered. */
export async function findRivals(
  { jobs }: Runtime,
  { job, open, memory }: { job: Job; open: readonly Job[]; memory: SearchMemory },
  tasks: readonly ListedTask[],
  candidates: readonly Candidate[],
): Promise<Rivalry> {
  const ours = new Set(candidates.filter(({ match }) => match === 'ours').map(({ taskId }) => taskId));
  const fitting = tasks.filter(({ taskId }) => ours.has(taskId));
  const rivals: Rival[] = [];
  const taken = new Set<string>();
  for (const { taskId } of fitting) {
    // oxlint-disable-next-line no-await-in-loop -- one, nearly always
    if (((await jobs.ownerOf(taskId)) ?? job.id) !== job.id) taken.add(taskId);
  }
  for (const other of open) {
    if (!isRival(job, other) || !fitting.some((task) => mayBeOf(other, task))) continue;
    // oxlint-disable-next-line no-await-in-loop -- there is hardly ever one
    const now = (await jobs.find(other.id).catch(() => other)) ?? other;
    if (now.task_id !== null && ours.has(now.task_id)) taken.add(now.task_id);
    if (!isOpenSubmit(now)) continue;
    const isSending = now.status === 'submitting' && !memory.held.has(now.id);
    rivals.push({
      ...placeOf(now),
      // oxlint-disable-next-line no-await-in-loop
      isLive: isSending && (await jobs.isHeld(now.id)),
      ...compare(job, now),
      fitsAll: fitting.every((task) => mayBeOf(now, task)),
    });
  }
  return { rivals, own: placeOf(job), taken };
}

function isRival(job: Job, other: Job): boolean {
  return (
    other.id !== job.id &&
    isOpenSubmit(other) &&
    other.provider === job.provider &&
    other.fingerprint === job.fingerprint &&
    isSamePrompt(other.request?.prompt, job.request?.prompt)
  );
}

function compare(job: Job, other: Job): Pick<Rival, 'isEqual' | 'isSameSeed'> {
  const [one, two] = [job.request as GenerationRequest | null, other.request as GenerationRequest | null];
  if (one === null || two === null) return { isEqual: false, isSameSeed: false };
  return {
    isEqual: job.model === other.model && requestText(one) === requestText(two),
    isSameSeed: one.seed !== undefined && one.seed === two.seed,
  };
}

function placeOf({ id, sent_at: sentAt, created_at: createdAt, index = 0 }: Job) {
  return { jobId: id, sentMs: Date.parse(sentAt ?? createdAt), index };
}
