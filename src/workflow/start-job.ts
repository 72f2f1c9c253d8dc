import { pathToFileURL } from 'node:url';
import { assumedModel, findModel, modelsFor } from '../catalog/index.ts';
import { NetworkError, UsageError, WanError } from '../core/errors.ts';
import { makeJobId } from '../core/job-id.ts';
import { recordVersion, toStoredError, type Job, type Saving } from '../core/job.ts';
import type { Model } from '../core/model.ts';
import type { GenerationRequest } from '../core/request.ts';
import type { Lock } from '../store/lock.ts';
import { composeCall } from './compose-call.ts';
import type { SearchOptions } from './find-lost-task.ts';
import { withRegionHint } from './region-hint.ts';
import type { Connection, Runtime } from './runtime.ts';
import { submitJob } from './submit.ts';
import { leaveIfAsked } from './leave-if-asked.ts';
import { checkUploads, uploadInputs, type UploadedRequest } from './upload-inputs.ts';

/** What is bought, of whom, and under which name. */
export type Plan = {
  connection: Connection;
  request: GenerationRequest;
  model: Model;
  others: readonly Model[];
  saving: Saving;
  search: SearchOptions;
  jobKey?: string | undefined;
  /** Notes that the record is there; before anything is sent. */
  onRecorded?: ((jobId: string) => Promise<void>) | undefined;
  /** Which of several that one command makes, from 1. */
  index?: number | undefined;
  /** It was prepared by an earlier command. */
  isResumed?: boolean | undefined;
};

export type JobSink = {
  /** Hears every state the job is written in, so that a failure can still tell of it. */
  job: (job: Job) => void;
  toStdout: (file: string) => Promise<void>;
};

/** A job that is on its way, and the lock that makes it ours. */
export type Started = { job: Job; lock: Lock };

/**
 * One paid job from nothing to its task id.
 * @param reserved the id that a job key was claimed with, and the lock of it
 */
export async function startJob(
  runtime: Runtime,
  plan: Plan,
  sink: JobSink,
  reserved?: { id: string; lock: Lock },
): Promise<Started> {
  const id = reserved?.id ?? (await freeId(runtime));
  const lock = reserved?.lock ?? (await runtime.jobs.tryLock(id));
  if (lock === undefined) throw new WanError(`the new job ${id} is held by another process`);
  try {
    await checkUploads(runtime, plan.connection, plan.request, plan.model);
    const prepared = prepare(runtime, plan, id);
    await runtime.jobs.save(prepared);
    sink.job(prepared);
    await runtime.jobs.requireHeld(id);
    await plan.onRecorded?.(id);
    runtime.emit({ event: 'prepared', job: prepared });
    return { job: await sendJob(runtime, plan, prepared, lock, sink.job), lock };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Five random characters a second may be the same twice, and a record is never written over. */
async function freeId(runtime: Runtime): Promise<string> {
  for (let later = 0; ; later += 1000) {
    const id = makeJobId(runtime.clock.now() + later, runtime.random);
    // oxlint-disable-next-line no-await-in-loop -- once, as good as always
    if ((await runtime.jobs.find(id)) === undefined) return id;
  }
}

/** Sends a job that was prepared, once. The caller holds its lock. */
export async function sendJob(
  runtime: Runtime,
  plan: Omit<Plan, 'saving'>,
  job: Job,
  lock: Lock,
  onChange: (job: Job) => void,
): Promise<Job> {
  const { sent, kept } = await uploadOrLeave(runtime, plan, job, onChange);
  const order = { ...plan, call: composeCall(plan.connection, sent, plan.model), stillOurs: lock.stillHeld };
  return submitJob(runtime, plan.connection, { ...job, request: kept }, order, onChange);
}

/**
 * What a record says was to be bought, for sending it now. Files of this machine are read from it again: an upload
 * of theirs may be gone by now. @throws {WanError} for a record without a request
 */
export function planOfRecord(connection: Connection, job: Job): Omit<Plan, 'saving' | 'search'> {
  const stored = job.request as GenerationRequest | null;
  if (stored === null) throw new WanError(`the record of job ${job.id} does not say what to send`);
  const media = stored.media.map((input) =>
    input.file === undefined ? input : { ...input, url: pathToFileURL(input.file.path).href },
  );
  const { mode, model } = stored;
  const { id: provider } = connection.provider;
  const region = connection.region === 'sandbox' ? undefined : connection.region;
  return {
    connection,
    request: { ...stored, media },
    model: findModel(provider, model) ?? assumedModel(provider, model, mode),
    others: modelsFor(provider, mode, region),
    isResumed: true,
  };
}

/** Uploads what only this machine has. Nothing has been bought yet, whatever goes wrong. */
async function uploadOrLeave(
  runtime: Runtime,
  { connection, request, model, isResumed }: Omit<Plan, 'saving'>,
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
    await leaveIfAsked(runtime, write, { id: job.id, isResumed });
    if (!(thrown instanceof WanError)) throw thrown;
    const error = await withRegionHint(runtime, connection, thrown);
    // A network that fails now may work later, a file that was changed since may come back: it stays prepared.
    const mayWorkLater = error instanceof NetworkError || (isResumed === true && error instanceof UsageError);
    if (!mayWorkLater) await write({ status: 'failed', error: toStoredError(error) });
    throw error;
  }
}

function prepare(runtime: Runtime, plan: Plan, id: string): Job {
  const { connection, request, saving, jobKey, index } = plan;
  return {
    version: recordVersion,
    id,
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
    created_at: new Date(runtime.clock.now()).toISOString(),
    sent_at: null,
    submitted_at: null,
    finished_at: null,
    expires_at: null,
    task_id: null,
    request_id: null,
    saving,
    ...(jobKey === undefined ? {} : { job_key: jobKey }),
    ...(index === undefined ? {} : { index }),
    outputs: [],
    usage: null,
    error: null,
  };
}
