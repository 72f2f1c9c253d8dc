import { DamagedRecordError, NotFoundError, UsageError } from '../core/errors.ts';
import { parseJobId } from '../core/job-id.ts';
import { recordVersion, type Job, type Saving } from '../core/job.ts';
import { formatAge } from '../core/local-time.ts';
import { shorten } from '../core/plain-text.ts';
import { asTaskId } from '../core/untrusted.ts';
import type { JobMatch } from '../store/job-match.ts';
import type { JobStore } from '../store/jobs.ts';
import type { Connection } from './runtime.ts';

/** What a person named: a job of ours, or a task of the service that we hold no record of. */
export type Named = { kind: 'job'; job: Job } | { kind: 'foreign'; taskId: string };

type Asked = {
  task: string | undefined;
  taskId: string | undefined;
  /** As hints spell it. */
  command: string;
};

/**
 * Finds what `<task>` or `--task-id` names. A task is a job's id, a provider's task id, the beginning or end of one (four
 * characters or more, and only one job has it), or `@last`, in that order. `--task-id` always means the provider's id,
 * and works without a record.
 * @throws {UsageError} for neither or both, and for a text that several jobs fit; {NotFoundError} for one that none fits
 */
export async function findNamed(jobs: JobStore, asked: Asked): Promise<Named> {
  const { task, taskId, command } = asked;
  if (task !== undefined && taskId !== undefined) {
    throw new UsageError(`${task} and --task-id ${taskId} name two things`, {
      hint: 'leave out one of them',
    });
  }
  if (taskId !== undefined) return findTask(jobs, readTaskId(taskId));
  if (task === undefined || task.trim() === '') {
    throw new UsageError('which job?', {
      hint: `wan ${command} <job>${takesTaskId.includes(command) ? ', or --task-id <id>' : ''}; \`wan list\` shows them`,
    });
  }
  const id = parseJobId(task);
  const job =
    (id === undefined ? undefined : await jobs.find(id)) ??
    (await jobs.findByTask(task.trim())) ??
    (await findLast(jobs, task)) ??
    (await findByPart(jobs, task));
  if (job !== undefined) return { kind: 'job', job };
  const isShort = Array.from(task.trim()).length < leastPart;
  const isTask = asTaskId(task) !== undefined && takesTaskId.includes(command);
  const why = isShort ? `; a part of an id needs ${leastPart} characters or more` : '';
  throw new NotFoundError(`there is no record of a job ${shorten(task, 60)}${why}`, {
    hint: isTask
      ? `\`wan list\` shows the jobs; for a task of another machine: wan ${command} --task-id ${task}`
      : '`wan list` shows the jobs',
  });
}

/** Commands that do without a record. */
const takesTaskId = ['status', 'wait', 'download', 'cancel'];

/** Shorter parts of an id fit too many. */
const leastPart = 4;
/** No id is as long. */
const maxIdLength = 200;

/** The task itself is there whatever became of our record of it. */
async function findTask(jobs: JobStore, taskId: string): Promise<Named> {
  try {
    const job = await jobs.findByTask(taskId);
    return job === undefined ? { kind: 'foreign', taskId } : { kind: 'job', job };
  } catch (error) {
    if (error instanceof DamagedRecordError) return { kind: 'foreign', taskId };
    throw error;
  }
}

async function findLast(jobs: JobStore, task: string): Promise<Job | undefined> {
  const name = task.trim().toLowerCase();
  if (!name.startsWith('@')) return undefined;
  if (name !== '@last') {
    throw new UsageError(`${task} names no job`, { hint: 'the newest job is @last' });
  }
  const job = await jobs.latest();
  if (job !== undefined) return job;
  throw new NotFoundError('there is no last job: none was made yet', { hint: 'wan t2v "…"' });
}

/** More are not of use to anybody who has to choose. */
const maxShown = 10;

async function findByPart(jobs: JobStore, text: string): Promise<Job | undefined> {
  const fitting = text.length > maxIdLength ? [] : await jobs.match(text);
  const [only] = fitting;
  if (only === undefined) return undefined;
  if (fitting.length === 1) return jobs.find(only.id);
  const shown = await Promise.all(fitting.slice(0, maxShown).map((match) => describe(jobs, match)));
  const more = fitting.length > maxShown ? `; and ${fitting.length - maxShown} more` : '';
  throw new UsageError(`${text} is not clear: ${fitting.length} jobs fit: ${shown.join('; ')}${more}`, {
    hint: 'type more of the id',
  });
}

/** A job as somebody remembers it: when, what kind, and what about. */
async function describe(jobs: JobStore, { id, ageMs }: JobMatch): Promise<string> {
  const job = await jobs.find(id).catch(() => undefined);
  const prompt = job?.request?.prompt;
  return (
    [
      `${id} (${formatAge(ageMs)}`,
      ...(job?.mode === undefined || job.mode === null ? [] : [job.mode]),
      ...(prompt === undefined ? [] : [`"${shorten(prompt, 30)}"`]),
    ].join(', ') + ')'
  );
}

function readTaskId(text: string): string {
  const id = asTaskId(text.trim());
  if (id !== undefined) return id;
  throw new UsageError('--task-id is not a task id', { hint: '--task-id 0385dc79-5ff8-4d82-bcb6-…' });
}

/** A job that is on no disk: for a task known by its id alone. */
export function foreignJob(taskId: string, connection: Connection, saving: Saving, nowMs: number): Job {
  return {
    version: recordVersion,
    id: taskId.replace(/[^\w-]/gu, '').slice(0, 12),
    provider: connection.provider.id,
    region: connection.region ?? null,
    profile: connection.profile,
    custom_base: null,
    workspace: connection.workspace ?? null,
    fingerprint: connection.fingerprint,
    mode: null,
    model: null,
    request: null,
    status: 'queued',
    created_at: new Date(nowMs).toISOString(),
    sent_at: null,
    submitted_at: null,
    finished_at: null,
    expires_at: null,
    task_id: taskId,
    request_id: null,
    saving,
    outputs: [],
    usage: null,
    error: null,
  };
}
