import { NetworkError, WanError } from '../core/errors.ts';
import { makeJobId } from '../core/job-id.ts';
import { fromStoredError, recordVersion, toStoredError, type Job, type Saving } from '../core/job.ts';
import type { Model } from '../core/model.ts';
import type { GenerationRequest } from '../core/request.ts';
import { forgetDeadUploads } from './cached-upload.ts';
import { composeCall } from './compose-call.ts';
import { withRegionHint } from './region-hint.ts';
import type { Connection, Runtime } from './runtime.ts';
import { saveResult } from './save.ts';
import { leaveIfAsked, submitJob } from './submit.ts';
import { checkUploads, uploadInputs, type UploadedRequest } from './upload-inputs.ts';
import { waitForTask } from './wait.ts';

export type Plan = {
  connection: Connection;
  request: GenerationRequest;
  model: Model;
  others: readonly Model[];
  saving: Saving;
  noWait: boolean;
  deadlineMs: number | undefined;
  pollIntervalMs: number | undefined;
};

export type JobSink = {
  /** Hears every state the job is written in, so that a failure can still tell of it. */
  job: (job: Job) => void;
  toStdout: (file: string) => Promise<void>;
};

/** One paid job from nothing to a saved file; or up to its task id with `noWait`. */
export async function generate(runtime: Runtime, plan: Plan, sink: JobSink): Promise<Job> {
  await checkUploads(runtime, plan.connection, plan.request, plan.model);
  const prepared = prepare(runtime, plan);
  const lock = await runtime.jobs.tryLock(prepared.id);
  if (lock === undefined) throw new WanError(`the new job ${prepared.id} is held by another process`);
  try {
    await runtime.jobs.save(prepared);
    sink.job(prepared);
    runtime.emit({ event: 'prepared', job: prepared });
    const { sent, kept } = await uploadOrLeave(runtime, plan, prepared, sink.job);
    const call = composeCall(plan.connection, sent, plan.model);
    const submitted = await submitJob(
      runtime,
      plan.connection,
      { ...prepared, request: kept },
      { ...plan, call, stillOurs: lock.stillHeld },
      sink.job,
    );
    if (plan.noWait) return submitted;
    return await finishJob(
      runtime,
      plan.connection,
      submitted,
      { ...plan, linkHours: plan.model.linkHours, lookNow: false, handle: submitted.id },
      sink,
    );
  } finally {
    await lock.release();
  }
}

/** Uploads what only this machine has. Nothing has been bought yet, whatever goes wrong. */
async function uploadOrLeave(
  runtime: Runtime,
  { connection, request, model }: Plan,
  job: Job,
  onChange: (job: Job) => void,
): Promise<UploadedRequest> {
  const write = async (patch: Partial<Job>) => {
    const next = { ...job, ...patch };
    onChange(next);
    await runtime.jobs.save(next);
  };
  try {
    return await uploadInputs(runtime, connection, { job, request, model });
  } catch (thrown) {
    await leaveIfAsked(runtime, write);
    if (!(thrown instanceof WanError)) throw thrown;
    const error = await withRegionHint(runtime, connection, thrown);
    // A network that fails now may work later, and the job is still as it was prepared.
    if (!(error instanceof NetworkError)) await write({ status: 'failed', error: toStoredError(error) });
    throw error;
  }
}

export type FinishOptions = {
  saving: Saving;
  linkHours: number | null;
  deadlineMs: number | undefined;
  pollIntervalMs: number | undefined;
  lookNow: boolean;
  /** The job on a command line: its id, or `--task-id …`. */
  handle: string;
};

/** Waits for a submitted job and saves it. The caller holds the job's lock. */
export async function finishJob(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  options: FinishOptions,
  sink: JobSink,
): Promise<Job> {
  const onChange = async (next: Job) => {
    await runtime.jobs.save(next);
    sink.job(next);
  };
  const { task_id: taskId } = job;
  if (taskId === null) throw new WanError(`the job ${job.id} has no task at the service`);
  const ended =
    job.status === 'succeeded'
      ? job
      : await waitForTask(runtime, connection, job, taskId, {
          ...options,
          continueHint: `wan wait ${options.handle}`,
          onChange,
        });
  await forgetDeadUploads(runtime, ended);
  if (ended.error !== null) throw fromStoredError(ended.error);
  return saveResult(runtime, connection, ended, {
    saving: options.saving,
    linkHours: options.linkHours,
    retryHint: `wan download ${options.handle}`,
    onChange,
    toStdout: sink.toStdout,
  });
}

function prepare(runtime: Runtime, plan: Plan): Job {
  const { connection, request, saving } = plan;
  const nowMs = runtime.clock.now();
  return {
    version: recordVersion,
    id: makeJobId(nowMs, runtime.random),
    provider: connection.provider.id,
    region: connection.region ?? null,
    profile: connection.profile,
    custom_base: connection.isCustomBase && connection.region !== 'sandbox' ? connection.base : null,
    workspace: connection.workspace ?? null,
    fingerprint: connection.fingerprint,
    mode: request.mode,
    model: request.model,
    request,
    status: 'prepared',
    created_at: new Date(nowMs).toISOString(),
    sent_at: null,
    submitted_at: null,
    finished_at: null,
    expires_at: null,
    task_id: null,
    request_id: null,
    saving,
    outputs: [],
    usage: null,
    error: null,
  };
}
