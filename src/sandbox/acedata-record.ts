import { asNumber } from '../core/untrusted.ts';
import type { FaultRule } from './fault-plan.ts';
import { plannedFate } from './planned-fate.ts';
import { resultLink, type Encoding } from './result-links.ts';
import type { Signer } from './signer.ts';
import type { Task } from './task-store.ts';
import { endsAt, scheduledAt, stateAt, type TaskState } from './task-timeline.ts';

// The shapes of AceData's task records and results (openapi/wan.json of 2026-10-07; recorded runs of 2026-10).

type Json = Record<string, unknown>;

/** How a task stands for one reply; a fault plan may say otherwise than the clock. */
export function acedataState(
  task: Task,
  now: number,
  fault: FaultRule | undefined,
): { task: Task; state: TaskState } {
  const fate = plannedFate(fault, 'api_error');
  return fate === undefined
    ? { task, state: stateAt(task, now) }
    : { task: { ...task, fate }, state: fate.state };
}

/** The record that `/wan/tasks` shows; an unknown task is an empty object. */
export function acedataRecord(task: Task, state: TaskState, origin: string, signer: Signer): Json {
  if (state === 'UNKNOWN') return {};
  const startedAt = seconds(scheduledAt(task));
  const finishedAt = seconds(endsAt(task));
  const hasStarted = state !== 'PENDING';
  const isOver = hasStarted && state !== 'RUNNING' && state !== 'SUSPENDED';
  return {
    _id: task.id.replaceAll('-', '').slice(0, 24),
    id: task.id,
    type: 'videos',
    trace_id: task.requestId,
    api_id: '6a4ecdbf-b219-4505-8277-5ec4b1ac14f8',
    application_id: task.account,
    user_id: task.account,
    request: task.details['request'],
    created_at: seconds(task.submittedAt),
    ...(hasStarted ? { started_at: startedAt } : {}),
    finished_at: isOver ? finishedAt : null,
    ...(isOver ? { elapsed: round(finishedAt - startedAt) } : {}),
    // A record without it is taken for a finished one by the vendor's own client.
    response: isOver ? acedataResult(task, state, origin, signer, 'strict') : {},
  };
}

/** What a task came to: the body of a sync reply and of a callback, and a record's `response`. */
export function acedataResult(
  task: Task,
  state: TaskState,
  origin: string,
  signer: Signer,
  encoding: Encoding,
): Json {
  if (state !== 'SUCCEEDED' && state !== 'NOURL') {
    const error = {
      code: task.fate?.code || 'api_error',
      message: task.fate?.message || 'The task did not succeed.',
    };
    return { success: false, task_id: task.id, trace_id: task.requestId, error };
  }
  const link = state === 'NOURL' ? {} : { video_url: resultLink(task, origin, signer, encoding) };
  if (task.details['isWan3'] !== true) {
    return { success: true, state: 'completed', task_id: task.id, trace_id: task.requestId, ...link };
  }
  const { resolution, ratio } = task.details;
  const inputSeconds = asNumber(task.details['inputSeconds']) ?? 0;
  return {
    success: true,
    task_id: task.id,
    trace_id: task.requestId,
    data: { model: task.model, status: 'succeeded', ...link, usage: { duration: task.clip.seconds } },
    usage: {
      resolution,
      ratio,
      input_seconds: inputSeconds,
      output_seconds: task.clip.seconds,
      fps: 30,
    },
    // List price a second of output and of reference videos, in credits at about $0.0952 (guide of 2026-10).
    cost: {
      amount: round(((task.clip.seconds + inputSeconds) * (prices[String(resolution)] ?? 0.2)) / 0.0952),
    },
  };
}

const prices: Record<string, number> = { '480P': 0.05, '720P': 0.1, '1080P': 0.2 };

/** Unix seconds with a fraction. */
function seconds(ms: number): number {
  return ms / 1000;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
