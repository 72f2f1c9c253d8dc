import { fromStoredError, hasLink, type Job, type Saving } from '../core/job.ts';
import { WanError } from '../core/errors.ts';
import { lookForSecond } from './adopt.ts';
import { forgetDeadUploads } from './cached-upload.ts';
import { failureOf } from './job-state.ts';
import { writeProgress } from './learn.ts';
import { withTaskNamed } from './leave-task.ts';
import type { Connection, Runtime } from './runtime.ts';
import { saveResult } from './save.ts';
import type { JobSink } from './start-job.ts';
import { waitForTask } from './wait.ts';

export type FinishOptions = {
  saving: Saving;
  linkHours: number | null;
  deadlineMs: number | undefined;
  pollIntervalMs: number | undefined;
  /** Streams of one download, where the file is large. */
  connections: number | undefined;
  lookNow: boolean;
  /** Ask the service whatever the record says. */
  asks?: boolean | undefined;
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
  const { task_id: taskId } = job;
  if (taskId === null) throw new WanError(`the job ${job.id} has no task at the service`);
  return finishTask(runtime, connection, job, taskId, options, sink).catch((error: unknown) => {
    throw withTaskNamed(error, taskId);
  });
}

async function finishTask(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  taskId: string,
  options: FinishOptions,
  sink: JobSink,
): Promise<Job> {
  let recorded = job;
  const onChange = async (next: Job) => {
    await writeProgress(runtime, recorded, next);
    recorded = next;
    sink.job(next);
  };
  const ended =
    hasLink(job) && options.asks !== true
      ? job
      : await waitForTask(runtime, connection, job, taskId, {
          ...options,
          continueHint: `wan wait ${options.handle}`,
          onChange,
        });
  await forgetDeadUploads(runtime, ended);
  if (ended.error !== null) throw failureOf(ended, options.handle) ?? fromStoredError(ended.error);
  const saved = await saveResult(runtime, connection, ended, {
    saving: options.saving,
    linkHours: options.linkHours,
    connections: options.connections,
    retryHint: `wan download ${options.handle}`,
    onChange,
    toStdout: sink.toStdout,
  });
  const settled = await lookForSecond(runtime, connection, saved);
  if (settled !== saved) await onChange(settled);
  return settled;
}
