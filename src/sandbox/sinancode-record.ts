import { resultLink } from './result-links.ts';
import type { Signer } from './signer.ts';
import type { Task } from './task-store.ts';
import type { TaskState } from './task-timeline.ts';

const words: Record<Exclude<TaskState, 'UNKNOWN'>, string> = {
  PENDING: 'pending',
  RUNNING: 'processing',
  SUSPENDED: 'processing',
  SUCCEEDED: 'completed',
  NOURL: 'completed',
  FAILED: 'failed',
  // There is no word for it: nothing can be cancelled there.
  CANCELED: 'failed',
  CANCELLED: 'failed',
};

/** What `GET /v1/tasks/{id}` answers (page "Get Task", 2026). */
export function sinancodeRecord(
  task: Task,
  state: Exclude<TaskState, 'UNKNOWN'>,
  origin: string,
  signer: Signer,
): object {
  const hasFailed = words[state] === 'failed';
  return {
    id: task.id,
    status: words[state],
    error_code: hasFailed ? (task.fate?.code ?? 'task_failed') : null,
    error_msg: hasFailed ? (task.fate?.message ?? 'The task did not succeed.') : null,
    result: state === 'SUCCEEDED' ? result(task, origin, signer) : state === 'NOURL' ? [] : null,
  };
}

/** An older and a newer crawl of the same page show two shapes. A task has always the same of them. */
function result(task: Task, origin: string, signer: Signer): unknown[] {
  const url = resultLink(task, origin, signer);
  return isOlderShape(task.id) ? [url] : [{ type: 'video', url }];
}

/** By the last digit of the task's id: half of all tasks have either shape. */
export function isOlderShape(taskId: string): boolean {
  return Number.parseInt(taskId.slice(-1), 16) % 2 === 0;
}
