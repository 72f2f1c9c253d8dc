import { NotFoundError, UsageError } from '../core/errors.ts';
import { parseJobId } from '../core/job-id.ts';
import { recordVersion, type Job, type Saving } from '../core/job.ts';
import { asTaskId } from '../core/untrusted.ts';
import type { JobStore } from '../store/jobs.ts';
import type { Connection } from './runtime.ts';

/** What a person named: a job of ours, or a task of the service that we hold no record of. */
export type Named = { kind: 'job'; job: Job } | { kind: 'foreign'; taskId: string };

/**
 * Finds what `<task>` or `--task-id` names. `--task-id` always means the provider's id, and works without a record.
 * @throws {UsageError} for neither or both; {NotFoundError} for an id that no record has
 */
export async function findNamed(
  jobs: JobStore,
  { task, taskId, command }: { task: string | undefined; taskId: string | undefined; command: string },
): Promise<Named> {
  if (task !== undefined && taskId !== undefined) {
    throw new UsageError(`${task} and --task-id ${taskId} name two things`, {
      hint: 'leave out one of them',
    });
  }
  if (taskId !== undefined) {
    const id = readTaskId(taskId);
    const job = await jobs.findByTask(id);
    return job === undefined ? { kind: 'foreign', taskId: id } : { kind: 'job', job };
  }
  if (task === undefined) {
    throw new UsageError('which job?', {
      hint: `wan ${command} <job>, or --task-id <id>; \`wan list\` shows them`,
    });
  }
  const id = parseJobId(task);
  const job = (id === undefined ? undefined : await jobs.find(id)) ?? (await jobs.findByTask(task.trim()));
  if (job !== undefined) return { kind: 'job', job };
  throw new NotFoundError(`there is no record of a job ${task}`, {
    hint: `\`wan list\` shows the jobs; for a task of another machine: wan ${command} --task-id ${task}`,
  });
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
