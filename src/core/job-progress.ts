import { errorOfClass, type WanError } from './errors.ts';
import { hasEnded, hasLink, isDoubted, toStoredError, type Job, type JobOutput } from './job.ts';
import { linkEndMs } from './link-expiry.ts';
import { shorten } from './plain-text.ts';
import { describeRefusal } from './refusal.ts';
import { resolveLink } from './result-link.ts';
import { cutQuery } from './shown-link.ts';
import { hasReason, type TaskReport } from './task.ts';

const dayMs = 24 * 60 * 60 * 1000;
const graceMs = 60_000;
/** Two sightings of nothing that are closer together are one. */
const apartMs = 60_000;

/** What one look at a task means for its job. */
export type Progress =
  /** The job as it stands now; its record should say so. */
  | { kind: 'update'; job: Job }
  /** It ended, it is said, but without what makes an end believable: to be looked at again before it counts. */
  | { kind: 'doubt'; job: Job }
  /** Not there yet: the service shows a new task only after a moment. */
  | { kind: 'not-visible-yet' }
  /** The service knows no such task: another key or region, or too old. The job holds when that was first said. */
  | { kind: 'not-found'; job: Job };

export type ReadingContext = {
  /** Our own clock: never a reason to give anything up. */
  nowMs: number;
  /** The service's clock, where its answer told it. */
  serviceMs: number | undefined;
  /** The API's address: what links without a host mean. */
  base: string;
  /** The same key, region and address as the submit. */
  isSameAccount: boolean;
  /** Hours until the link expires, from the model's row; null where none is known. */
  linkHours: number | null;
  /** Whether the service promises that a failed task costs nothing. */
  failuresAreFree: boolean;
  /** What a failure's code means. */
  classOf: (
    code: string | undefined,
    message: string,
  ) => { class: WanError['class']; hint?: string; retryable?: boolean };
};

/** Reads one report of a service into a job. Pure: the caller writes the record. */
export function readProgress(job: Job, report: TaskReport, context: ReadingContext): Progress {
  if (report.state === 'unknown') return readUnknown(job, context);
  const url = report.state === 'succeeded' ? linkOf(report, context.base) : undefined;
  // A link that is there, and a file even more, is the best end there is: only a newer link says more.
  if (hasLink(job) && url === undefined) return { kind: 'update', job };
  const requestId = report.requestId ?? job.request_id;
  const seen: Job = { ...job, request_id: requestId, error: null };
  delete seen.first_unknown_at;
  delete seen.unreasoned;
  if (report.state === 'queued' || report.state === 'running') {
    const running: Job = { ...seen, status: report.state, outputs: [], finished_at: null, expires_at: null };
    return { kind: 'update', job: running };
  }
  const ended: Job = {
    ...seen,
    finished_at: report.finishedAt ?? job.finished_at ?? new Date(context.nowMs).toISOString(),
    usage: report.usage ?? job.usage,
    model: job.model ?? report.model ?? null,
  };
  if (report.state === 'succeeded') {
    return url === undefined
      ? { kind: 'doubt', job: withoutLink(ended, report) }
      : { kind: 'update', job: withLink({ ...ended, status: 'succeeded' }, report, url, context) };
  }
  const error = toStoredError(failureOf(report, requestId, context));
  if (report.state === 'canceled') {
    return { kind: 'update', job: { ...ended, status: 'canceled', error } };
  }
  const failed: Job = { ...ended, status: 'failed', error };
  return hasReason(report) ? { kind: 'update', job: failed } : readDoubted(failed, job, context);
}

/** A failure that may still turn out to be none. A day after the first such answer it is the end all the same. */
function readDoubted(failed: Job, before: Job, { serviceMs }: ReadingContext): Progress {
  const at = before.unreasoned?.at ?? isoOf(serviceMs);
  const settled = before.unreasoned?.settled ?? false;
  if (settled && at !== null && serviceMs !== undefined && serviceMs - Date.parse(at) > dayMs) {
    const job = { ...failed };
    delete job.unreasoned;
    return { kind: 'update', job };
  }
  return { kind: 'doubt', job: { ...failed, unreasoned: { at, settled } } };
}

/** Whether a report says an end and what makes it believable: a cancel, a failure's reason, a link that leads anywhere. */
export function isEnd(report: TaskReport, base: string): boolean {
  if (report.state === 'succeeded') return linkOf(report, base) !== undefined;
  return report.state === 'canceled' || (report.state === 'failed' && hasReason(report));
}

/** The first link that leads anywhere. */
function linkOf({ links }: TaskReport, base: string): string | undefined {
  return links.map((link) => resolveLink(link, base)).find((url) => url !== undefined);
}

function readUnknown(job: Job, context: ReadingContext): Progress {
  const { nowMs, serviceMs, isSameAccount } = context;
  // Not to know it any more is no news of a task whose end is known.
  if (isDoubted(job)) {
    return job.status === 'succeeded' ? { kind: 'doubt', job } : readDoubted(job, job, context);
  }
  if (hasEnded(job)) return { kind: 'update', job };
  const submittedMs = timeOf(job.service_submitted_at);
  const localMs = job.submitted_at === null ? undefined : nowMs - Date.parse(job.submitted_at);
  const ageMs =
    serviceMs === undefined || submittedMs === undefined ? localMs : Math.max(0, serviceMs - submittedMs);
  if (ageMs !== undefined && ageMs <= graceMs) return { kind: 'not-visible-yet' };
  // Only the account that made the task can be told that it is gone, and only by the service's own clock.
  if (!isSameAccount || serviceMs === undefined) return { kind: 'not-found', job };
  const firstMs = timeOf(job.first_unknown_at) ?? serviceMs;
  const sinceMs = serviceMs - Math.min(submittedMs ?? firstMs, firstMs);
  if (sinceMs <= dayMs || serviceMs - firstMs < apartMs) {
    return { kind: 'not-found', job: { ...job, first_unknown_at: new Date(firstMs).toISOString() } };
  }
  const error = errorOfClass(
    'not_found',
    'the service no longer knows the task: it keeps tasks for 24 hours',
    {
      hint: 'wan list',
    },
  );
  return { kind: 'update', job: { ...job, status: 'expired', error: toStoredError(error) } };
}

function isoOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function timeOf(written: string | undefined): number | undefined {
  return written === undefined ? undefined : Date.parse(written);
}

function withoutLink(ended: Job, { written }: TaskReport): Job {
  const gave =
    written === undefined
      ? 'the service gave no link to the video'
      : `the link that the service gave is no address: ${shorten(cutQuery(written), 80)}`;
  const error = errorOfClass('not_saved', `the task succeeded, but ${gave}`, {
    hint: `wan resume ${ended.id}`,
    requestId: ended.request_id ?? undefined,
    retryable: true,
  });
  const job: Job = {
    ...ended,
    status: 'succeeded',
    outputs: [],
    expires_at: null,
    error: toStoredError(error),
  };
  delete job.link_as_written;
  return written === undefined ? job : { ...job, link_as_written: written };
}

function failureOf(report: TaskReport, requestId: string | null, context: ReadingContext): WanError {
  const details = { requestId: requestId ?? undefined, code: report.code };
  if (report.state === 'canceled') {
    return errorOfClass('generation_failed', 'the task was cancelled', { ...details, hint: 'run it again' });
  }
  const meaning = context.classOf(report.code, report.message ?? '');
  const reason = describeRefusal({ code: report.code, message: report.message ?? '' });
  // Whatever the reason, the task ran: only the content filter has a code of its own.
  const name = meaning.class === 'content_filter' ? 'content_filter' : 'generation_failed';
  const isFree = context.failuresAreFree && hasReason(report);
  return errorOfClass(
    name,
    reason === undefined || reason === ''
      ? 'the task failed, and the service gave no reason'
      : `the task failed: ${reason}`,
    {
      ...details,
      hint: meaning.hint ?? (isFree ? 'run it again; failed tasks are not billed' : 'run it again'),
      retryable: meaning.retryable,
    },
  );
}

function withLink(job: Job, report: TaskReport, url: string, context: ReadingContext): Job {
  const before = job.outputs[0];
  const output: JobOutput =
    before === undefined
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
  const linked: Job = {
    ...job,
    outputs: [output],
    expires_at: expiryOf(url, job.finished_at, context.linkHours),
  };
  delete linked.link_as_written;
  const written = report.written ?? report.links[0];
  return written === undefined || written === url ? linked : { ...linked, link_as_written: written };
}

/** The link's own end where it names one, else the end and the row's life of a link. */
export function expiryOf(link: string, finishedAt: string | null, linkHours: number | null): string | null {
  const ownMs = linkEndMs(link);
  if (ownMs !== undefined) return new Date(ownMs).toISOString();
  if (finishedAt === null || linkHours === null) return null;
  return new Date(Date.parse(finishedAt) + linkHours * 60 * 60 * 1000).toISOString();
}
