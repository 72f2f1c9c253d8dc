import { errorOfClass, type WanError } from './errors.ts';
import { toStoredError, type Job } from './job.ts';
import { describeRefusal } from './refusal.ts';
import type { TaskReport } from './task.ts';

const dayMs = 24 * 60 * 60 * 1000;
const graceMs = 60_000;

/** What one look at a task means for its job. */
export type Progress =
  /** The job as it stands now; its record should say so. */
  | { kind: 'update'; job: Job }
  /** Not there yet: the service shows a new task only after a moment. */
  | { kind: 'not-visible-yet' }
  /** The service knows no such task: another key or region, or too old. The record stays as it is. */
  | { kind: 'not-found' };

export type ReadingContext = {
  nowMs: number;
  /** The same key, region and address as the submit. */
  isSameAccount: boolean;
  /** Hours until the link expires, from the model's row; null where none is known. */
  linkHours: number | null;
  /** What a failure's code means. */
  classOf: (
    code: string | undefined,
    message: string,
  ) => { class: WanError['class']; hint?: string; retryable?: boolean };
};

/** Reads one report of a service into a job. Pure: the caller writes the record. */
export function readProgress(job: Job, report: TaskReport, context: ReadingContext): Progress {
  if (report.state === 'unknown') return readUnknown(job, context);
  const requestId = report.requestId ?? job.request_id;
  if (report.state === 'queued' || report.state === 'running') {
    return { kind: 'update', job: { ...job, status: report.state, request_id: requestId } };
  }
  const ended: Job = {
    ...job,
    request_id: requestId,
    finished_at: report.finishedAt ?? job.finished_at ?? new Date(context.nowMs).toISOString(),
    usage: report.usage ?? job.usage,
    model: job.model ?? report.model ?? null,
  };
  if (report.state === 'succeeded' && report.links.length > 0) {
    return {
      kind: 'update',
      job: withLinks({ ...ended, status: 'succeeded', error: null }, report, context),
    };
  }
  const error = failureOf(report, requestId, context);
  return {
    kind: 'update',
    job: {
      ...ended,
      status: report.state === 'canceled' ? 'canceled' : 'failed',
      error: toStoredError(error),
    },
  };
}

function readUnknown(job: Job, { nowMs, isSameAccount }: ReadingContext): Progress {
  const since = job.submitted_at === null ? undefined : nowMs - Date.parse(job.submitted_at);
  if (since !== undefined && since <= graceMs) return { kind: 'not-visible-yet' };
  // Only the account that made the task can be told that it is gone for good.
  if (since === undefined || since <= dayMs || !isSameAccount) return { kind: 'not-found' };
  const error = errorOfClass(
    'not_found',
    'the service no longer knows the task: it keeps tasks for 24 hours',
    {
      hint: 'wan list',
    },
  );
  return { kind: 'update', job: { ...job, status: 'expired', error: toStoredError(error) } };
}

function failureOf(report: TaskReport, requestId: string | null, { classOf }: ReadingContext): WanError {
  const details = { requestId: requestId ?? undefined, code: report.code };
  if (report.state === 'canceled') {
    return errorOfClass('generation_failed', 'the task was cancelled', { ...details, hint: 'run it again' });
  }
  if (report.state === 'succeeded') {
    return errorOfClass(
      'generation_failed',
      'the task succeeded, but the service gave no link to the video',
      {
        ...details,
        hint: 'give the request id to the service’s support',
      },
    );
  }
  const meaning = classOf(report.code, report.message ?? '');
  const reason = describeRefusal({ code: report.code, message: report.message ?? '' });
  // Whatever the reason, the task ran: only the content filter has a code of its own.
  const name = meaning.class === 'content_filter' ? 'content_filter' : 'generation_failed';
  return errorOfClass(
    name,
    reason === undefined || reason === ''
      ? 'the task failed, and the service gave no reason'
      : `the task failed: ${reason}`,
    {
      ...details,
      hint: meaning.hint ?? 'run it again; failed tasks are not billed',
      retryable: meaning.retryable,
    },
  );
}

function withLinks(job: Job, report: TaskReport, context: ReadingContext): Job {
  return {
    ...job,
    outputs: report.links.map((url, index) => {
      const before = job.outputs[index];
      return before === undefined
        ? {
            url,
            path: null,
            bytes: null,
            sha256: null,
            width: report.width ?? null,
            height: report.height ?? null,
            seconds: report.usage?.outputSeconds ?? null,
            has_audio: null,
          }
        : { ...before, url };
    }),
    expires_at: expiryOf(report.links[0] ?? '', job.finished_at, context.linkHours),
  };
}

/** The link's own `Expires` in Unix seconds where it has one, else the end and the row's life of a link. */
export function expiryOf(link: string, finishedAt: string | null, linkHours: number | null): string | null {
  const seconds = Number(/[?&]Expires=(\d{9,11})(?:&|#|$)/iu.exec(link)?.[1]);
  if (Number.isFinite(seconds) && seconds > 0) return new Date(seconds * 1000).toISOString();
  if (finishedAt === null || linkHours === null) return null;
  return new Date(Date.parse(finishedAt) + linkHours * 60 * 60 * 1000).toISOString();
}
