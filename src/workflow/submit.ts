import { TakenOverError, UnconfirmedError, WanError } from '../core/errors.ts';
import { toStoredError, type Job } from '../core/job.ts';
import type { Model } from '../core/model.ts';
import type { GenerationRequest } from '../core/request.ts';
import { judgeSubmit } from '../core/submit-answer.ts';
import { serviceMs, type SendOutcome } from '../core/http.ts';
import type { HttpCall } from '../providers/protocol.ts';
import { keptAnswer } from '../core/kept-answer.ts';
import { sendForAnswer } from './await-answer.ts';
import { claimAnswered } from './adopt.ts';
import { forgetDeadUploads } from './cached-upload.ts';
import type { SearchOptions } from './find-lost-task.ts';
import { leaveIfAsked } from './leave-if-asked.ts';
import { handleOf } from './job-state.ts';
import { leaveTask } from './leave-task.ts';
import { glanceAtList, momentOf, type Moment } from './list-tasks.ts';
import { nextModel } from './pick-model.ts';
import { reconcile } from './reconcile.ts';
import { withRegionHint } from './region-hint.ts';
import type { Connection, Runtime } from './runtime.ts';
import { namedHint, settleNamed, stillOpenAfter } from './settle-named.ts';

/** Waits before another try of what certainly was not accepted, in milliseconds. */
const retryDelays = { neverSent: [1_000, 3_000], refused: [2_000, 4_000, 8_000, 15_000, 30_000] };
/** A service that asks for more is told good-bye rather than knocked at too early. */
const maxRetryAfterMs = 600_000;

/** What is bought. */
export type Order = {
  /** What the protocol made of the request. */
  call: HttpCall;
  request: GenerationRequest;
  model: Model;
  /** The mode's other models there, for the hint when this one turns out not to be. */
  others: readonly Model[];
  /** How long to look for a task that the service did not speak of. */
  search: SearchOptions;
  /** It was prepared by an earlier command. */
  isResumed?: boolean | undefined;
  /** Whether the job's lock is still ours. */
  stillOurs: () => Promise<boolean>;
};

/**
 * Sends a prepared job, once. The record says `submitting` before the first byte leaves and holds the task id
 * before this returns. Something is sent again only when it certainly was not accepted.
 * @throws {WanError} with the record already telling the same story
 */
export async function submitJob(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  { call, request, model, others, search, isResumed, stillOurs }: Order,
  onChange: (job: Job) => void,
): Promise<Job> {
  const { protocol } = connection.provider;
  let current = job;
  const write = async (patch: Partial<Job>) => {
    current = { ...current, ...patch };
    onChange(current);
    await runtime.jobs.save(current).catch(async (error: unknown) => {
      throw await leaveTask(runtime, current, error);
    });
  };
  const notice = (message: string) => runtime.emit({ event: 'notice', job: current, message });
  const fail = async (status: 'failed' | 'unconfirmed', error: WanError, more: Partial<Job> = {}) => {
    const told = { error: toStoredError(error), request_id: error.requestId ?? null };
    const writing = write({ status, ...told, ...more });
    await writing.catch((reason: unknown) => {
      throw status === 'unconfirmed' ? stillOpen(reason, job) : reason;
    });
    return error;
  };

  /** The service is asked for its time after an unclear answer: later on only that tells when it was sent. */
  const noteServiceTime = async (sent: Moment) => {
    const times = await glanceAtList(runtime, connection, sent);
    try {
      if (times.service_sent_at !== undefined) await write(times);
    } catch {
      // The job is as open without them.
    }
  };

  /** Stopped while asking: what was bought outranks who stopped it. */
  const unlessAborted = <Result>(open: WanError, work: () => Promise<Result>) =>
    work().catch((reason: unknown) => {
      throw runtime.signal.aborted ? open : reason;
    });

  /** Another model is never bought in its place; only the user may choose it. */
  const withNextModel = (error: WanError) => {
    const next = nextModel(others, model.id);
    return next === undefined
      ? error
      : error.with({ hint: `wan ${request.mode} -m ${next.id} …; ${error.hint}` });
  };

  for (const tries = { neverSent: 0, refused: 0 }; ;) {
    await leaveIfAsked(runtime, write, { id: job.id, isResumed });
    if (!(await stillOurs()))
      throw new TakenOverError(`another process has taken over the job ${job.id}`, { hint: 'wan list' });
    await writeSubmitting(runtime, write);
    await leaveIfAsked(runtime, write, { id: job.id, isResumed });
    runtime.emit({ event: 'submitting', job: current });
    // Flushing the record may have taken its time: this is the step that costs money.
    await runtime.jobs.requireHeld(job.id);
    const sent = await momentOf(runtime);
    const outcome = await sendForAnswer(runtime, connection, call, current);
    const verdict = judgeSubmit(outcome, protocol, runtime.clock.now(), call.body);
    const kept = outcome.kind === 'reply' ? { answer: keptAnswer(outcome.reply) } : {};
    switch (verdict.kind) {
      case 'accepted':
        await write({
          status: 'queued',
          task_id: verdict.taskId,
          request_id: verdict.requestId ?? null,
          submitted_at: nowIso(runtime),
          ...serviceTime(outcome),
        }).catch((error: unknown) => {
          throw stillOpen(error, current, verdict.taskId);
        });
        if (!(await claimAnswered(runtime, current, verdict.taskId))) {
          const message = `the service answered with task ${verdict.taskId}, which is another job’s already; it was not sent again`;
          const error = new UnconfirmedError(message, { hint: `wan resume ${job.id}` });
          throw await fail('unconfirmed', error, { task_id: null, submitted_at: null });
        }
        runtime.emit({ event: 'submitted', job: current });
        return current;
      case 'unconfirmed': {
        const error = verdict.error.with({ hint: `wan resume ${job.id}` });
        await fail('unconfirmed', error, kept);
        await noteServiceTime(sent);
        if (verdict.isLookedUp !== true) throw error;
        const found = await unlessAborted(error, () =>
          reconcile(runtime, connection, current, { ...search, onChange: write }),
        );
        runtime.emit({ event: 'submitted', job: found });
        return found;
      }
      case 'named': {
        const { taskIds, refusal } = verdict;
        const error = verdict.error.with({ hint: namedHint({ ...current, named_tasks: [...taskIds] }) });
        await fail('unconfirmed', error, { ...kept, named_tasks: [...taskIds] });
        if (taskIds.length === 1)
          notice(`the answer names task ${taskIds[0]} where none is documented; asking for it`);
        const settled = await unlessAborted(error, () =>
          settleNamed(runtime, connection, current, { isPatient: true, onChange: write }),
        );
        if (settled.kind === 'adopted') {
          runtime.emit({ event: 'submitted', job: settled.job });
          return settled.job;
        }
        if (settled.kind === 'none' && refusal !== undefined) throw await fail('failed', refusal);
        await noteServiceTime(sent);
        throw stillOpenAfter(error, settled.why, current);
      }
      case 'refused': {
        const error = verdict.isAboutModel ? withNextModel(verdict.error) : verdict.error;
        // First the refusal, which is certain, then what other regions say of the key.
        await fail('failed', error);
        await forgetDeadUploads(runtime, current);
        const hinted = await withRegionHint(runtime, connection, error);
        throw hinted === error ? error : await fail('failed', hinted);
      }
      case 'never-sent':
      case 'again': {
        const reason = verdict.kind === 'again' ? 'refused' : 'neverSent';
        const asked = verdict.kind === 'again' ? verdict.afterMs : undefined;
        const isTooLong = asked !== undefined && asked > maxRetryAfterMs;
        const delay = isTooLong ? undefined : retryDelays[reason][tries[reason]];
        await write({ status: 'prepared', sent_at: null });
        if (delay === undefined) {
          if (verdict.kind === 'again') throw await fail('failed', verdict.error);
          throw verdict.error;
        }
        tries[reason] += 1;
        notice(`${verdict.error.message}; trying again`);
        await pause(runtime, asked ?? delay);
      }
    }
  }
}

/**
 * The last step before the send. A disk that fails after the record has its name, as in the directory's flush, must
 * not leave one that looks as if something had been sent.
 */
async function writeSubmitting(
  runtime: Runtime,
  write: (patch: Partial<Job>) => Promise<void>,
): Promise<void> {
  // What an earlier send was answered with is not this one's.
  const fresh = { answer: undefined, named_tasks: undefined, error: null };
  try {
    const uptime = await runtime.uptime?.();
    await write({ ...fresh, status: 'submitting', sent_at: nowIso(runtime), sent_uptime: uptime });
  } catch (error) {
    await write({ status: 'prepared', sent_at: null }).catch(() => {});
    throw error instanceof WanError ? error.with({ message: `${error.message}; nothing was sent` }) : error;
  }
}

/** A disk that fails while it is open, or just known, what was bought must not hide that. */
function stillOpen(error: unknown, job: Job, taskId?: string): unknown {
  if (!(error instanceof WanError) || error instanceof TakenOverError) return error;
  const what =
    taskId === undefined
      ? 'the service may have accepted the job; it was not sent again'
      : `the service has accepted the job as task ${taskId}`;
  const place = taskId === undefined ? job.id : handleOf({ ...job, task_id: taskId }, true);
  return new UnconfirmedError(`${error.message}; ${what}`, {
    hint: taskId === undefined ? `wan resume ${place}` : `wan wait ${place}`,
    cause: error,
  });
}

/** Waits without throwing: an interruption is handled before the next send. */
async function pause(runtime: Runtime, ms: number): Promise<void> {
  await runtime.clock.sleep(ms, runtime.signal).catch(() => {});
}

/** When the service took it, by its own clock: what decides later whether it may have forgotten it. */
function serviceTime(outcome: SendOutcome): Partial<Job> {
  const ms = outcome.kind === 'reply' ? serviceMs(outcome.reply.headers) : undefined;
  return ms === undefined ? {} : { service_submitted_at: new Date(ms).toISOString() };
}

function nowIso(runtime: Runtime): string {
  return new Date(runtime.clock.now()).toISOString();
}
