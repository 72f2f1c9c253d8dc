import { dayOf, parsePartOfJobId, spanOfPrefix, timeOfJobId } from '../core/job-id.ts';
import type { Job } from '../core/job.ts';
import type { JobIds } from './job-ids.ts';
import type { JobIndex } from './job-index.ts';

const dayMs = 86_400_000;
/** How far back the ends of ids and the ids of tasks are looked for. */
const recentDays = 30;

type Sources = {
  ids: JobIds;
  index: Pick<JobIndex, 'matchTasks'>;
  listOpen: () => Promise<Job[]>;
  now: () => number;
};

export type JobMatch = {
  id: string;
  /** Milliseconds since it was made, to the second. */
  ageMs: number;
};

/**
 * The jobs whose own id or whose task's id begins or ends with a text of four characters or more, newest first.
 * Open jobs and those of the last 30 days, where the text is the beginning of a job's id those of any day. Looks at
 * names and at the days' lists of tasks, and reads no finished record.
 */
export async function matchJobs(text: string, { ids, index, listOpen, now }: Sources): Promise<JobMatch[]> {
  const part = parsePartOfJobId(text);
  const piece = text.trim().toLowerCase();
  if (piece.length < 4) return [];
  const isJob = (id: string) => part !== undefined && (id.startsWith(part) || id.endsWith(part));
  const isTask = (taskId: string) => {
    const whole = taskId.toLowerCase();
    return whole.startsWith(piece) || whole.endsWith(piece);
  };
  const open = (await listOpen()).filter(
    ({ id, task_id }) => isJob(id) || (task_id !== null && isTask(task_id)),
  );
  const recent = Array.from({ length: recentDays + 1 }, (_, days) => now() - days * dayMs);
  const tasks = await Promise.all(recent.map((ms) => index.matchTasks(ms, piece)));
  const days = part === undefined ? [] : [...recent, ...spanOfPrefix(part)];
  const names = await Promise.all(daysOf(days).map((day) => ids.ofDay(day)));
  const fitting = new Set([...open.map(({ id }) => id), ...tasks.flat(), ...names.flat().filter(isJob)]);
  return [...fitting]
    .toSorted()
    .toReversed()
    .map((id) => ({ id, ageMs: now() - timeOfJobId(id) }));
}

/** The days of some times, each once. */
function daysOf(times: readonly number[]) {
  return [...new Map(times.map((ms) => [dayOf(ms).join('-'), dayOf(ms)])).values()];
}
