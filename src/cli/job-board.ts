import type { SteadyClock } from '../core/clock.ts';
import { formatBytes } from '../core/bytes.ts';
import { formatDuration } from '../core/duration.ts';
import { describeOutlook } from '../core/outlook.ts';
import { oneLine } from '../core/plain-text.ts';
import { createTransferRate, type TransferRate } from '../core/transfer-rate.ts';
import type { JobEvent } from '../workflow/runtime.ts';

export type ShownEvent = Exclude<JobEvent, { event: 'notice' }>;

/** Where all jobs of this command stand, in words. */
export type JobBoard = {
  hear: (event: ShownEvent) => void;
  /** More than one job has been heard of, or is to come. */
  isShared: () => boolean;
  /** What a job is at; the same until something changes. */
  headline: (event: ShownEvent) => string;
  /** Everything there is to say now: of the one job at length, of several in numbers. */
  text: () => string;
  /** The same for a log, where several jobs are named. */
  heartbeat: () => string;
};

type Seen = { event: ShownEvent; atMs: number; rate: TransferRate };

/** @param isExpected whether several jobs were announced, so that the first line already names its own */
export function createJobBoard(
  clock: Pick<SteadyClock, 'monotonic'>,
  isExpected: () => boolean = () => false,
): JobBoard {
  const jobs = new Map<string, Seen>();
  let startMs: number | undefined;
  let latest: Seen | undefined;
  const isShared = () => jobs.size > 1 || isExpected();
  const describe = (isNamed: boolean) => {
    if (latest === undefined || startMs === undefined) return '';
    const nowMs = clock.monotonic();
    return isShared()
      ? `${countsOf([...jobs.values()], isNamed)} · ${formatDuration(nowMs - startMs)}`
      : [headlineOf(latest.event, false), ...detailsOf(latest, nowMs)].join(' · ');
  };
  return {
    hear: (event) => {
      const atMs = clock.monotonic();
      startMs ??= atMs;
      const rate = jobs.get(event.job.id)?.rate ?? createTransferRate();
      if (event.event === 'downloading') rate.add(event.receivedBytes, atMs);
      latest = { event, atMs, rate };
      jobs.set(event.job.id, latest);
    },
    isShared,
    headline: (event) => headlineOf(event, isShared()),
    text: () => describe(false),
    heartbeat: () => describe(true),
  };
}

function headlineOf(told: ShownEvent, isShared: boolean): string {
  const { job } = told;
  switch (told.event) {
    case 'prepared':
      return '';
    case 'submitting':
      return isShared ? 'submitting' : `submitting ${job.id}`;
    case 'submitted':
      return isShared ? `submitted: task ${job.task_id}` : `submitted: job ${job.id}, task ${job.task_id}`;
    case 'status':
      return job.status === 'queued' ? 'queued at the service' : job.status;
    case 'uploading':
      return oneLine(`uploading ${told.file}`);
    case 'downloading':
    case 'saved':
      return told.event;
  }
}

function detailsOf({ event, atMs, rate }: Seen, nowMs: number): string[] {
  const sinceMs = nowMs - atMs;
  switch (event.event) {
    case 'submitted':
      return [formatDuration(sinceMs)];
    case 'status': {
      const { outlook, elapsedMs, job } = event;
      const runningMs = outlook?.runningMs === undefined ? undefined : outlook.runningMs + sinceMs;
      return [
        formatDuration(elapsedMs + sinceMs),
        ...(outlook === undefined ? [] : [describeOutlook({ ...outlook, runningMs })]),
        `task ${job.task_id}`,
      ];
    }
    case 'uploading':
      return [`${formatBytes(event.sentBytes)} of ${formatBytes(event.totalBytes)}`];
    case 'downloading':
      return describeDownload(event, rate.bytesPerSecond(nowMs));
    case 'prepared':
    case 'submitting':
    case 'saved':
      return [];
  }
}

function describeDownload(
  { receivedBytes, totalBytes }: { receivedBytes: number; totalBytes: number | undefined },
  perSecond: number | undefined,
): string[] {
  const total = totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`;
  const bytes = `${formatBytes(receivedBytes)}${total}`;
  if (perSecond === undefined) return [bytes];
  const isMoving = totalBytes !== undefined && perSecond >= 1;
  const left = isMoving ? [`${formatDuration(((totalBytes - receivedBytes) / perSecond) * 1000)} left`] : [];
  return [bytes, `${formatBytes(Math.round(perSecond))}/s`, ...left];
}

/** In the order of what is worth knowing first. */
const order = ['running', 'queued', 'submitting', 'uploading', 'downloading', 'saved', 'failed'] as const;

/** More ids than these make a heartbeat a page. */
const maxNamed = 4;

function countsOf(jobs: readonly Seen[], isNamed: boolean): string {
  return order
    .flatMap((name) => {
      const members = jobs.filter(({ event }) => groupOf(event) === name);
      if (members.length === 0) return [];
      const share = name === 'downloading' ? shareOf(members) : undefined;
      const names = isNamed ? ` (${namesOf(members)})` : '';
      return [`${members.length} ${name}${share === undefined ? '' : ` ${share} %`}${names}`];
    })
    .join(', ');
}

function namesOf(jobs: readonly Seen[]): string {
  const ids = jobs.slice(0, maxNamed).map(({ event }) => event.job.id);
  return [...ids, ...(jobs.length > maxNamed ? ['…'] : [])].join(' ');
}

function groupOf({ event, job }: ShownEvent): (typeof order)[number] {
  switch (event) {
    case 'prepared':
    case 'submitting':
      return 'submitting';
    case 'submitted':
      return 'queued';
    case 'status': {
      const { status } = job;
      if (status === 'succeeded') return 'downloading';
      return status === 'running' || status === 'queued' ? status : 'failed';
    }
    case 'uploading':
    case 'downloading':
    case 'saved':
      return event;
  }
}

/** Percent of all bytes, once the size of every file is known. */
function shareOf(jobs: readonly Seen[]): number | undefined {
  let [received, total] = [0, 0];
  for (const { event } of jobs) {
    if (event.event !== 'downloading' || event.totalBytes === undefined) return undefined;
    received += event.receivedBytes;
    total += event.totalBytes;
  }
  return total === 0 ? undefined : Math.floor((received / total) * 100);
}
