import { beijingTime } from './beijing-time.ts';
import { findRow } from './dashscope-models.ts';
import { resultLink } from './result-links.ts';
import type { Signer } from './signer.ts';
import type { Task } from './task-store.ts';
import { endsAt, scheduledAt, type TaskState } from './task-timeline.ts';

/** A task that is not there, is another account's or has expired: nothing but its id. */
export function unknownTask(id: string): object {
  return { output: { task_id: id, task_status: 'UNKNOWN' } };
}

/** What a query answers, without the request id: more with each step that the task takes. */
export function taskFields(task: Task, state: TaskState, origin: string, signer: Signer): object {
  const isVace = findRow(task.model)?.task === 'vace';
  const seen = { task_id: task.id, submit_time: beijingTime(task.submittedAt) };
  const started = { ...seen, scheduled_time: beijingTime(scheduledAt(task)) };
  const end = { end_time: beijingTime(endsAt(task)) };
  const views: Record<TaskState, () => object> = {
    UNKNOWN: () => unknownTask(task.id),
    PENDING: () => ({ output: { ...seen, task_status: state } }),
    RUNNING: () => ({ output: { ...started, task_status: state } }),
    SUSPENDED: () => ({ output: { ...started, task_status: state } }),
    // The samples of the vace pages spell it with two Ls.
    CANCELED: () => ({ output: { ...seen, ...end, task_status: isVace ? 'CANCELLED' : 'CANCELED' } }),
    CANCELLED: () => ({ output: { ...seen, ...end, task_status: state } }),
    FAILED: () => ({ output: { ...started, ...end, task_status: state, ...reason(task) } }),
    NOURL: () => ({
      output: { ...started, ...end, task_status: 'SUCCEEDED', ...prompts(task) },
      usage: task.details['usage'],
    }),
    SUCCEEDED: () => ({
      output: { ...started, ...end, task_status: state, ...prompts(task), ...result(task, origin, signer) },
      usage: task.details['usage'],
    }),
  };
  return views[state]();
}

/** Failures sometimes come without either. */
function reason({ fate }: Task): object {
  return { ...(fate?.code ? { code: fate.code } : {}), ...(fate?.message ? { message: fate.message } : {}) };
}

function prompts(task: Task): object {
  const actual = task.details['actualPrompt'];
  return {
    ...(task.prompt === undefined ? {} : { orig_prompt: task.prompt }),
    ...(typeof actual === 'string' ? { actual_prompt: actual } : {}),
  };
}

/** The animate models put the link one level deeper. */
function result(task: Task, origin: string, signer: Signer): object {
  const link = { video_url: resultLink(task, origin, signer) };
  return findRow(task.model)?.task === 'animate' ? { results: link } : link;
}
