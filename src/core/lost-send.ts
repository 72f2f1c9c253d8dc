import type { Job } from './job.ts';
import type { ListedTask } from './task-list.ts';

// A submit whose answer was lost: when it was sent, by which clock, and what a list of tasks can therefore say of it.

/** A task is listed by then, if there is one. */
export const visibleAfterMs = 10 * 60_000;

/** A service that lists a day may be a little behind it. */
const listedMs = 23.5 * 60 * 60_000;

// By one clock, the service's: what a submit may take to become a task.
const beforeMs = 5_000;
const afterMs = 120_000;
/** `Date` has whole seconds, and the clocks of a service's machines are not one. */
const aheadMs = 5_000;

/** When a list was read from its first row to its last, by the service's clock; undefined where it has no `Date`. */
export type ReadTimes = { startMs: number | undefined; endMs: number | undefined };

/** How long the machine has been running, in which of its runs. It counts while the machine sleeps. */
export type Uptime = { boot: string; ms: number };

/** What is known of the time of a submit. */
type Send = Pick<Job, 'model' | 'service_sent_at' | 'first_read_at' | 'sent_uptime'>;

/** Whether the evidence is whole: only then what a list does not show was never accepted. */
export type Evidence =
  | { kind: 'whole' }
  /** The list must be read again, this much later. */
  | { kind: 'early'; untilMs: number | undefined }
  /** No list will ever tell. */
  | { kind: 'gone'; reason: string };

/**
 * A task may be the send's: by the service's clock it was made from 5 s before it to 120 s after it, of its model. Where
 * the send's time is not known by that clock, each task may be that was made up to ten minutes after the first reading,
 * however its model is spelled. What a list does not say rules nothing out.
 */
export function mayBeOf(send: Send, task: ListedTask): boolean {
  const sentMs = timeOf(send.service_sent_at);
  if (sentMs === undefined) return wasThereInTime(send, task);
  const { model, createdMs } = task;
  const isModel = model === undefined || send.model === null || model === send.model;
  return (
    isModel && (createdMs === undefined || (createdMs >= sentMs - beforeMs && createdMs <= sentMs + afterMs))
  );
}

/** False for a task that was made too late to be the send's, whatever clock it has. */
export function wasThereInTime({ first_read_at: firstRead }: Send, { createdMs }: ListedTask): boolean {
  const firstMs = timeOf(firstRead);
  return createdMs === undefined || firstMs === undefined || createdMs <= firstMs + visibleAfterMs;
}

/** A task that was made after the list was read shows that its dates are of another clock: they rule nothing out. */
export function isAheadOf({ endMs }: ReadTimes, { createdMs }: ListedTask): boolean {
  return createdMs !== undefined && endMs !== undefined && createdMs > endMs + aheadMs;
}

/** What a whole reading of the list proves together with the first one. */
export function judgeEvidence(send: Send, read: ReadTimes, uptime: Uptime | undefined): Evidence {
  const { startMs, endMs } = read;
  if (startMs === undefined || endMs === undefined) {
    return { kind: 'gone', reason: 'its list does not tell the time' };
  }
  const ageMs = ageOf(send, endMs, uptime);
  if (ageMs === undefined) {
    return {
      kind: 'gone',
      reason: 'this machine was started anew since then, or cannot tell, so nobody knows how long ago it was',
    };
  }
  if (ageMs >= listedMs || ageMs < 0) {
    return { kind: 'gone', reason: 'the service lists the tasks of a day, and this was sent before that' };
  }
  const firstMs = timeOf(send.first_read_at);
  const untilMs = (firstMs ?? endMs) + visibleAfterMs;
  return firstMs !== undefined && startMs >= untilMs ? { kind: 'whole' } : { kind: 'early', untilMs };
}

/** By the service's clock; else by that of the machine, as long as it is the same run of it. */
function ageOf(send: Send, nowMs: number, uptime: Uptime | undefined): number | undefined {
  const sentMs = timeOf(send.service_sent_at);
  if (sentMs !== undefined) return nowMs - sentMs;
  const then = send.sent_uptime;
  return then === undefined || uptime === undefined || then.boot !== uptime.boot
    ? undefined
    : uptime.ms - then.ms;
}

/** The record without what it tells of one send: another one is about to take its place. */
export function withoutSend(job: Job): Job {
  const {
    service_sent_at: _sent,
    sent_uptime: _uptime,
    first_read_at: _read,
    adopted: _adopted,
    answer: _answer,
    named_tasks: _named,
    ...rest
  } = job;
  return { ...rest, sent_at: null };
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
