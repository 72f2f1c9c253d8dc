import { NetworkError, UnconfirmedError, UsageError, WanError } from '../core/errors.ts';
import { isOpenSubmit, type Job } from '../core/job.ts';
import { withoutSend } from '../core/lost-send.ts';
import { describePurchase } from '../core/purchase.ts';
import type { Lock } from '../store/lock.ts';
import { adopt, checkTask } from './adopt.ts';
import { finishJob, type FinishOptions } from './finish-job.ts';
import { requireTask, wasNeverAccepted } from './job-state.ts';
import { reconcile } from './reconcile.ts';
import type { Connection, Runtime } from './runtime.ts';
import type { SearchMemory } from './search-memory.ts';
import { settleNamed } from './settle-named.ts';
import { planOfRecord, sendJob, type JobSink } from './start-job.ts';

/** How far a command goes for a job that has no task yet. */
export type Attention = {
  /** Send what was prepared and never sent. */
  sends: boolean;
  /** Find out what became of a submit that nobody answered. */
  reconciles: boolean;
  /** The user's word: this task is it. */
  adopt?: string | undefined;
  /** The user's word: send it again, unless it turns out to be there. */
  resubmits?: boolean | undefined;
  /** What this run has read for other jobs. */
  memory?: SearchMemory | undefined;
  /** Leave once the service has it. */
  stopsAtTask?: boolean | undefined;
};

/** Looks after a job, whatever state it was left in, until its video is saved. The caller holds its lock. */
export async function attend(
  runtime: Runtime,
  connection: Connection,
  stored: Job,
  options: FinishOptions & Attention,
  { lock, sink }: { lock: Lock; sink: JobSink },
): Promise<Job> {
  const job = await withTask(runtime, connection, stored, options, { lock, sink });
  requireTask(job, runtime.clock.now(), options.asks);
  if (options.stopsAtTask === true) return job;
  return finishJob(runtime, connection, job, options, sink);
}

/** @throws {UsageError} for a task that is to be adopted by a job of which it is no question what became */
export function requireOpen(job: Job, { adopt: taskId }: Pick<Attention, 'adopt'>): void {
  if (taskId === undefined || isOpenSubmit(job)) return;
  throw new UsageError(`job ${job.id} is ${job.status}: there is nothing to adopt a task for`, {
    hint: `wan show ${job.id}`,
  });
}

async function withTask(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  options: FinishOptions & Attention,
  { lock, sink }: { lock: Lock; sink: JobSink },
): Promise<Job> {
  const search = { deadlineMs: options.deadlineMs, pollIntervalMs: options.pollIntervalMs };
  const onChange = async (next: Job) => {
    await runtime.jobs.save(next);
    sink.job(next);
  };
  const send = async (from: Job, world = runtime) => {
    const plan = planOfRecord(connection, from);
    runtime.emit({ event: 'notice', job: from, message: describePurchase(plan.request, plan.model) });
    const own = { ...from, fingerprint: connection.fingerprint };
    return sendJob(world, { ...plan, search }, own, lock, sink.job);
  };

  // Its owner is gone, or we would not hold the lock.
  const isOpen = isOpenSubmit(job);
  requireOpen(job, options);
  if (job.status === 'prepared') {
    // Another key may pay than the one that was there then.
    return options.sends ? send(job) : job;
  }
  if (options.adopt !== undefined) {
    await checkTask(runtime, connection, job, options.adopt);
    // The user's word outranks what the task tells of itself.
    return adopt(runtime, connection, { ...job, named_tasks: undefined }, options.adopt, { onChange });
  }
  const left = await takeLeft();
  if (left !== undefined) return left;
  if (isOpen && options.reconciles) {
    try {
      const settled = await settleNamed(runtime, connection, job, { isPatient: false, onChange });
      if (settled.kind === 'adopted') return settled.job;
      return await reconcile(runtime, connection, job, { ...search, memory: options.memory, onChange });
    } catch (error) {
      if (options.resubmits !== true || !maySendAgain(connection, error)) throw error;
      const late = await takeLeft();
      if (late !== undefined) return late;
      if (error instanceof UnconfirmedError) {
        const message = `${error.message}; it is sent again now, as you say, and both may be billed`;
        runtime.emit({ event: 'notice', job, message });
      }
    }
  } else if (isOpen) {
    return { ...job, status: 'unconfirmed' };
  } else if (options.resubmits !== true || !wasNeverAccepted(job)) {
    return job;
  }
  return sendAgain(runtime, job, sink, send);

  /** What a process that had lost the job was answered after all. */
  async function takeLeft(): Promise<Job | undefined> {
    if (job.task_id !== null || !(isOpen || wasNeverAccepted(job))) return undefined;
    const taskId = await runtime.jobs.findLeftTask(job.id);
    if (taskId === undefined) return undefined;
    if (!isOpen) await runtime.jobs.reopen({ ...job, status: 'unconfirmed' });
    return adopt(runtime, connection, job, taskId, { onChange });
  }
}

/**
 * Sends a job once more whose first send came to nothing, or is still open. Until the new send is on record, the
 * record goes on telling of the first: what stops the new one must not hide a task that the first may have made.
 */
async function sendAgain(
  runtime: Runtime,
  job: Job,
  sink: JobSink,
  send: (from: Job, world: Runtime) => Promise<Job>,
): Promise<Job> {
  const stored = (await runtime.jobs.find(job.id)) ?? job;
  const isCertain = wasNeverAccepted(stored);
  const before: Job = isCertain ? stored : { ...job, status: 'unconfirmed' };
  if (isCertain) await runtime.jobs.reopen({ ...job, status: 'unconfirmed' });
  const tellsOfNoSend = ({ status, task_id: taskId }: Job) =>
    taskId === null && ['prepared', 'canceled', 'failed'].includes(status);
  const save = (next: Job) => runtime.jobs.save(tellsOfNoSend(next) ? before : next);
  const again: Job = { ...withoutSend(job), status: 'prepared', finished_at: null, error: null };
  try {
    return await send(again, { ...runtime, jobs: { ...runtime.jobs, save } });
  } catch (error) {
    const now = (await runtime.jobs.find(job.id)) ?? before;
    sink.job(now);
    if (isCertain || now.sent_at !== job.sent_at || !(error instanceof WanError)) throw error;
    throw new UnconfirmedError(`${error.message}; it stays open whether the first send was accepted`, {
      hint: `wan resume ${job.id}`,
      code: error.code,
      requestId: error.requestId,
    });
  }
}

/**
 * Whether the user's word is enough: where it is certain that the first send was not accepted, or where no list will ever
 * tell. Anything less is no reason to pay twice.
 */
function maySendAgain(connection: Connection, error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  return error instanceof UnconfirmedError && connection.provider.protocol.list?.isPromised !== true;
}
