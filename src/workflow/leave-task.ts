import { StateGoneError, TakenOverError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { Runtime } from './runtime.ts';

/**
 * For a record that could not be written because another process has the job now: the task that came with the answer
 * is paid for, so it is left where that process finds it. @returns the error to throw, which names the task
 */
export async function leaveTask(runtime: Runtime, job: Job, error: unknown): Promise<unknown> {
  if (!(error instanceof TakenOverError)) return error;
  if (job.task_id === null) {
    const named = job.named_tasks ?? [];
    // Which it is, if any, is for the holder to find out.
    return named.length === 0
      ? error
      : new TakenOverError(`${error.message}; the answer named task ${named.join(', ')}`, {
          hint: error.hint,
        });
  }
  if (error instanceof StateGoneError) return withTaskNamed(error, job.task_id);
  const isLeft = await runtime.jobs.leaveTask(job.task_id, job.id).catch(() => false);
  const hint = isLeft ? `wan resume ${job.id}` : `wan wait --task-id ${job.task_id}`;
  return new TakenOverError(
    `${error.message}; the service accepted it as task ${job.task_id}${isLeft ? ', which is noted for it' : ''}`,
    { hint },
  );
}

/** With the records gone, the task's own id is the only way back to it. */
export function withTaskNamed(error: unknown, taskId: string): unknown {
  if (!(error instanceof StateGoneError)) return error;
  return new TakenOverError(`${error.message}; task ${taskId} goes on at the service`, {
    hint: `wan wait --task-id ${taskId}`,
  });
}
