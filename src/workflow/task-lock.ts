import { createHash } from 'node:crypto';

/** The lock of a task that has no record of ours, or none yet: two must not write into one file, nor both own it. */
export function taskLock(taskId: string): string {
  return `task-${createHash('sha256').update(taskId).digest('hex').slice(0, 32)}`;
}
