import { WanError } from '../core/errors.ts';
import { jobSchema, recordVersion, type Job } from '../core/job.ts';
import { asTaskId } from '../core/untrusted.ts';
import { readPlainFile } from './plain-file.ts';

/** What lies under a record's name. */
export type Reading =
  | { kind: 'none' }
  | { kind: 'job'; job: Job }
  /** Not ours, or not whole: why, and the task it may lead to. */
  | { kind: 'damaged'; reason: string; taskId: string | undefined }
  /** There, and not for us to read or move: of a newer version, or not permitted. */
  | { kind: 'closed'; error: WanError };

/** Reads a record. Never throws. */
export async function readRecord(file: string, id: string): Promise<Reading> {
  try {
    const text = await readPlainFile(file);
    if (text === undefined) return { kind: 'none' };
    if (text === null) return { kind: 'damaged', reason: 'it is no plain file', taskId: undefined };
    return parseRecord(text, id, file);
  } catch (error) {
    return { kind: 'closed', error: unreadable(file, error) };
  }
}

/** @param file as it may be shown */
export function parseRecord(text: string, id: string, file: string): Reading {
  const damaged = (reason: string): Reading => ({ kind: 'damaged', reason, taskId: taskIdIn(text) });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return damaged('it is not JSON');
  }
  const version = (data as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > recordVersion) {
    const error = new WanError(`the job record ${file} was written by a newer wan`, {
      hint: 'npm install -g wan-cli@latest',
    });
    return { kind: 'closed', error };
  }
  const job = jobSchema.safeParse(data);
  if (!job.success) return damaged(`not a job at ${job.error.issues[0]?.path.join('.') || 'the top'}`);
  if (job.data.id !== id) return damaged(`it is of the job ${job.data.id}`);
  return { kind: 'job', job: job.data };
}

export function unreadable(file: string, error: unknown): WanError {
  return new WanError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, {
    hint: 'point WAN_STATE_DIR to a directory of your own',
    cause: error,
  });
}

/** What is left of a record may still name its task, and that leads to what was paid for. */
export function taskIdIn(text: string): string | undefined {
  return asTaskId(/"task_id"\s*:\s*"([^"\\]+)"/u.exec(text)?.[1]);
}
