import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  ChecksumError,
  ExpiredLinkError,
  NotFoundError,
  NotSavedError,
  TakenOverError,
  WanError,
} from '../core/errors.ts';
import type { Job, JobOutput, Saving } from '../core/job.ts';
import { verifyMp4 } from '../media/mp4.ts';
import { forgetPart, removeParts } from '../store/part-record.ts';
import { isSameFile } from '../store/file-hash.ts';
import { makeDirectories } from '../store/make-directories.ts';
import { findPlaced, keepUnverified, placeFile } from '../store/place-file.ts';
import { withStdoutDirectory } from '../store/unkept.ts';
import { freshLink } from './fresh-link.ts';
import { checkTarget, isOwnClaim, targetOf } from './output-target.ts';
import type { Connection, Runtime } from './runtime.ts';

export type SaveOptions = {
  saving: Saving;
  linkHours: number | null;
  /** Streams of one download, where the file is large; the engine's own choice unless told. */
  connections?: number | undefined;
  /** The command that tries the download again. */
  retryHint: string;
  onChange: (job: Job) => Promise<void>;
  /** Takes the verified bytes when they go to stdout instead of a file. */
  toStdout: (file: string) => Promise<void>;
};

/**
 * Downloads a succeeded job's video, checks it, and gives it its name. A file under its final name is whole.
 * @throws {NotSavedError} with everything that was received kept for the next try
 */
export async function saveResult(
  runtime: Runtime,
  connection: Connection,
  start: Job,
  options: SaveOptions,
): Promise<Job> {
  if (options.saving.output !== '-') return saveIn(undefined, runtime, connection, start, options);
  return withStdoutDirectory(runtime.jobs.directory, (directory) =>
    saveIn(directory, runtime, connection, start, options),
  );
}

async function saveIn(
  stdoutDirectory: string | undefined,
  runtime: Runtime,
  connection: Connection,
  start: Job,
  options: SaveOptions,
): Promise<Job> {
  const { saving } = options;
  let job = start;
  const output = job.outputs[0];
  if (output === undefined)
    throw new NotSavedError('the job has no link to a video', { hint: options.retryHint });
  const toStdout = stdoutDirectory !== undefined;
  const owner = job.task_id ?? job.id;
  const requireOurs = (how?: 'now' | 'lately') => runtime.jobs.requireHeld(job.id, how);
  const target = toStdout
    ? { path: path.join(stdoutDirectory, `${job.id}.mp4`), isLiteral: false }
    : targetOf(job, saving);
  const partPath = `${target.path}.part`;
  try {
    // The name may have been taken while the job ran.
    const placed = toStdout ? undefined : await findPlaced(target, output);
    if (placed !== undefined) {
      await requireOurs();
      await removeParts(partPath, owner);
      return await record({ ...output, path: placed });
    }
    if (target.isLiteral) await checkTarget(saving, output);
    await requireOurs();
    if (await isOwnClaim(target.path, output)) await rm(target.path);
    if (!toStdout) await makeDirectories(path.dirname(target.path));
    runtime.emit({ event: 'downloading', job, receivedBytes: 0, totalBytes: undefined });
    const fetched = await fetchTo(target.path, {
      link: connection.region === 'sandbox' ? await fresh() : output.url,
      partPath,
      owner,
      freshLink: fresh,
      stillOurs: requireOurs,
      apiBase: connection.base,
      connections: options.connections,
      onTrouble: (message) => runtime.emit({ event: 'notice', job, message }),
      onProgress: (progress) => runtime.emit({ event: 'downloading', job, ...progress }),
    });
    const facts = await verify(fetched.partPath, target.path, requireOurs);
    warnOfLength(runtime, job, facts.seconds);
    const saved: JobOutput = {
      ...output,
      url: job.outputs[0]?.url ?? output.url,
      bytes: fetched.bytes,
      sha256: fetched.sha256,
      width: facts.width,
      height: facts.height,
      seconds: facts.seconds,
      has_audio: facts.hasAudio,
    };
    if (toStdout) {
      await options.toStdout(fetched.partPath);
      await requireOurs();
      await removeParts(partPath, owner);
      return await record({ ...saved, path: '-' });
    }
    // Killed between the next two steps, the next run knows its own file by this.
    await options.onChange({ ...job, outputs: [saved, ...job.outputs.slice(1)] });
    await requireOurs();
    const finalPath = await placeFile(fetched.partPath, target.path, {
      onCollision: target.isLiteral ? 'refuse' : 'number',
      replace: saving.force && target.isLiteral,
    });
    await removeParts(partPath, owner);
    return await record({ ...saved, path: finalPath });
  } catch (error) {
    // Where another process has the job by now, what went wrong with its files is no failure.
    await requireOurs('lately').catch((lost: unknown) => {
      if (lost instanceof TakenOverError) throw lost;
    });
    throw asNotSaved(asDead(error, job, options.retryHint), options.retryHint);
  }

  async function fresh(): Promise<string> {
    const link = await freshLink(runtime, connection, job, options.linkHours);
    const [first, ...others] = job.outputs;
    if (first === undefined || link.url === first.url) return link.url;
    job = { ...job, outputs: [{ ...first, url: link.url }, ...others], expires_at: link.expiresAt };
    await options.onChange(job);
    return link.url;
  }

  async function fetchTo(wantedPath: string, download: Parameters<Runtime['download']>[0]) {
    try {
      return await runtime.download(download);
    } catch (error) {
      if (error instanceof ChecksumError)
        throw await keepAside(error, error.partPath, wantedPath, requireOurs);
      throw error;
    }
  }

  async function record(saved: JobOutput): Promise<Job> {
    const next: Job = { ...job, outputs: [saved, ...job.outputs.slice(1)] };
    await options.onChange(next);
    runtime.emit({ event: 'saved', job: next });
    return next;
  }
}

/** True when the job's file is where it was saved, as it was verified. */
export async function isStillSaved(output: JobOutput | undefined): Promise<boolean> {
  if (output?.path === undefined || output.path === null || output.path === '-') return false;
  return isSameFile(output.path, output);
}

async function verify(partPath: string, wantedPath: string, requireOurs: () => Promise<void>) {
  try {
    return await verifyMp4(partPath);
  } catch (error) {
    throw await keepAside(error, partPath, wantedPath, requireOurs);
  }
}

/** Paid bytes are kept whatever a check thinks of them, but not under a name that promises a good file. */
async function keepAside(
  error: unknown,
  partPath: string,
  wantedPath: string,
  requireOurs: () => Promise<void>,
): Promise<NotSavedError> {
  await requireOurs();
  const kept = await keepUnverified(partPath, wantedPath);
  await forgetPart(partPath);
  const reason = error instanceof Error ? error.message : String(error);
  return new NotSavedError(`${reason}; what came is kept as ${kept}`, { cause: error });
}

/** An expired link for which the service has no other is gone, as far as can be known today. */
function asDead(error: unknown, job: Job, retryHint: string): unknown {
  if (!(error instanceof ExpiredLinkError)) return error;
  const { cause, endedMs } = error;
  // Where the service could not be asked, there may be a fresh one.
  const isAsked = cause === undefined || cause instanceof NotFoundError || cause instanceof NotSavedError;
  if (!isAsked) return error;
  const at = endedMs === undefined ? job.expires_at : new Date(endedMs).toISOString();
  return new NotFoundError(
    `the link to the video expired${at === null ? '' : ` at ${at}`}, and the service gives no other`,
    { hint: `${retryHint} asks once more` },
  );
}

function warnOfLength(runtime: Runtime, job: Job, seconds: number): void {
  const promised = job.usage?.outputSeconds;
  if (promised === undefined || promised === null || Math.abs(promised - seconds) <= 0.5) return;
  runtime.emit({
    event: 'notice',
    job,
    message: `the video is ${seconds.toFixed(1)} s long, the service speaks of ${promised} s`,
  });
}

/** Whatever went wrong here, the video is rendered and paid: one exit code, and the way to try again. */
function asNotSaved(error: unknown, retryHint: string): unknown {
  if (!(error instanceof Error) || error instanceof TakenOverError) return error;
  if (error instanceof WanError && (error.class === 'interrupted' || error.class === 'terminated')) {
    return error.with({
      message: `${error.message}; the video is rendered, but not saved yet`,
      hint: retryHint,
    });
  }
  if (error instanceof NotFoundError || error.cause instanceof NotFoundError) {
    return error instanceof NotFoundError ? error : error.cause;
  }
  const isExpected = error instanceof WanError || 'code' in error;
  if (!isExpected) return error;
  const hint =
    error instanceof WanError && error.hint !== undefined ? `${error.hint}; then ${retryHint}` : retryHint;
  return new NotSavedError(`the video was not saved: ${error.message}`, { hint, cause: error });
}
