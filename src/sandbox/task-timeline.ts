import type { TaskFate } from './fault-plan.ts';
import type { TaskRow } from './task-index.ts';

/** What says where a task stands at any time. */
export type TaskTimes = Pick<TaskRow, 'submittedAt' | 'latencyMs' | 'expiryMs' | 'canceledAt' | 'fate'>;

/** Where a task stands. `UNKNOWN`: the service no longer shows it. */
export type TaskState = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | TaskFate;

/** Epoch milliseconds at which it leaves the queue: a third of its latency is spent waiting. */
export function scheduledAt(task: TaskTimes): number {
  return task.submittedAt + Math.floor(task.latencyMs / 3);
}

/** Epoch milliseconds at which it ends. */
export function endsAt(task: TaskTimes): number {
  return task.canceledAt ?? task.submittedAt + task.latencyMs;
}

/** Epoch milliseconds from which neither its id nor its link is good any more. */
export function expiresAt(task: TaskTimes): number {
  return endsAt(task) + task.expiryMs;
}

/**
 * Reads a task's state off the clock: nothing has to run for it to go on. Both lives count from the end; on the
 * services a task's id lives 24 h from the submit, which for tasks of minutes is the same.
 */
export function stateAt(task: TaskTimes, now: number): TaskState {
  if (task.fate?.state === 'UNKNOWN') return 'UNKNOWN';
  if (now >= expiresAt(task)) return 'UNKNOWN';
  if (task.canceledAt !== undefined) return 'CANCELED';
  if (now < scheduledAt(task)) return 'PENDING';
  if (task.fate?.state === 'SUSPENDED') return 'SUSPENDED';
  if (now < endsAt(task)) return 'RUNNING';
  return task.fate?.state ?? 'SUCCEEDED';
}
