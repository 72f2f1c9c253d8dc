import { contradiction } from '../core/contradiction.ts';
import type { Job } from '../core/job.ts';
import type { GenerationRequest } from '../core/request.ts';
import type { TaskReport } from '../core/task.ts';
import type { Connection, Runtime } from './runtime.ts';

const queryTimeoutMs = 60_000;
/** A service that does not show a task by then does not know it. */
const visibleWithinMs = 60_000;
/** Waits between two looks; the last one stays. Milliseconds. */
const delays = [1_000, 2_000, 4_000, 8_000, 15_000];

/** What the service says of a task that an unclear answer named. */
export type NamedTask =
  | { kind: 'ours' }
  /** It is another job's, or was asked for something else. */
  | { kind: 'not-ours'; why: string }
  /** For a minute the service knew no such task. */
  | { kind: 'unknown' }
  /** Nobody could say, or not for certain. */
  | { kind: 'unreachable' };

/**
 * Asks whether the task that an unclear answer named is there, and may be the job's. With `isPatient` for the minute
 * that a new task may stay hidden, else once.
 */
export async function lookForNamed(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  taskId: string,
  { isPatient }: { isPatient: boolean },
): Promise<NamedTask> {
  const owner = await ownerOf(runtime, taskId);
  if (owner !== undefined && owner !== job.id) return { kind: 'not-ours', why: `it is job ${owner}’s` };
  const { clock } = runtime;
  const startMs = clock.monotonic();
  for (let looks = 0, unknowns = 0; ; looks += 1) {
    const report = await ask(runtime, connection, taskId);
    if (report !== undefined && report.state !== 'unknown') return judge(job, report);
    if (report !== undefined) unknowns += 1;
    const leftMs = startMs + visibleWithinMs - clock.monotonic();
    // Never on one reply.
    if (!isPatient || leftMs <= 0) return { kind: unknowns > 1 ? 'unknown' : 'unreachable' };
    const delay = delays[Math.min(looks, delays.length - 1)] ?? 0;
    await clock.sleep(Math.min(delay, leftMs), runtime.signal);
  }
}

/** Why a task that was followed on an unclear answer's word turns out to be another's, where it tells. */
export function foreignTask(job: Job, report: TaskReport): string | undefined {
  const request = job.request as GenerationRequest | null;
  const field = request === null ? undefined : contradiction(request, report);
  return field === undefined ? undefined : `its ${field} is another`;
}

function judge(job: Job, report: TaskReport): NamedTask {
  const why = foreignTask(job, report);
  return why === undefined ? { kind: 'ours' } : { kind: 'not-ours', why };
}

/** A record that cannot be read owns its task all the same. */
async function ownerOf({ jobs }: Runtime, taskId: string): Promise<string | undefined> {
  try {
    return (await jobs.findByTask(taskId))?.id;
  } catch {
    return 'another';
  }
}

/** Undefined where nothing was learned. */
async function ask(
  runtime: Runtime,
  connection: Connection,
  taskId: string,
): Promise<TaskReport | undefined> {
  const { protocol } = connection.provider;
  const outcome = await runtime.send(connection, protocol.query(taskId), {
    timeoutMs: queryTimeoutMs,
    paced: true,
  });
  if (outcome.kind !== 'reply') return undefined;
  const { status, json } = outcome.reply;
  if (status >= 200 && status < 300) return protocol.readTask(json);
  // Where a service says so by its status; a gateway's page says nothing.
  return status === 404 && protocol.readRefusal(json) !== undefined
    ? { state: 'unknown', links: [] }
    : undefined;
}
