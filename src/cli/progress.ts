import { formatBytes } from '../core/bytes.ts';
import { formatDuration } from '../core/duration.ts';
import type { Job } from '../core/job.ts';
import { oneLine } from '../core/plain-text.ts';
import type { JobEvent } from '../workflow/runtime.ts';
import type { Context } from './context.ts';
import type { TalkFlags } from './talk-flags.ts';

/** Shows a job's way to people: a spinner on a terminal, a few plain lines anywhere else. */
export type Progress = {
  event: (event: Exclude<JobEvent, { event: 'notice' }>) => void;
  notice: (message: string) => void;
  /** A line of its own, past the spinner. */
  line: (text: string) => void;
  stop: () => void;
};

const heartbeatMs = 60_000;

export function createProgress(context: Context, flags: TalkFlags): Progress {
  // A terminal that nobody gave a size has no columns, and the spinner would divide by them, for ever.
  const { columns } = context.io.stderr as Partial<NodeJS.WriteStream>;
  const isTerminal = context.io.stderrIsTerminal && columns !== 0;
  const isAnimated = isTerminal && !context.env['CI'] && !flags.verbose;
  return isAnimated ? spinner(context) : plainLines(context);
}

function plainLines({ io, clock }: Context): Progress {
  let lastText = '';
  let lastAt = -Infinity;
  return {
    event: (event) => {
      const text = headline(event);
      const now = clock.now();
      const isNews = text !== lastText;
      if (text === '' || (!isNews && now - lastAt < heartbeatMs)) return;
      io.err(isNews ? text : `${text} ${detail(event)}`.trim());
      lastText = text;
      lastAt = now;
    },
    notice: (message) => io.err(`note: ${message}`),
    line: (text) => io.err(text),
    stop: () => {},
  };
}

type Spinner = { text: string; start: () => void; stop: () => void };

function spinner(context: Context): Progress {
  const { io, clock } = context;
  let shown: Spinner | undefined;
  let isStopped = false;
  let base = '';
  let suffix = '';
  let since: number | undefined;
  const text = () =>
    [base, since === undefined ? '' : formatDuration(clock.now() - since), suffix]
      .filter((part) => part !== '')
      .join(' · ');
  // Once a second the elapsed time moves on, also between looks.
  const timer = setInterval(() => {
    if (shown !== undefined) shown.text = text();
  }, 1000);
  timer.unref();
  // Loaded here: most commands never spin.
  void import('ora').then(({ default: ora }) => {
    if (isStopped) return;
    shown = ora({ stream: io.stderr as NodeJS.WriteStream, discardStdin: false, text: text() }).start();
  });
  const line = (message: string) => {
    shown?.stop();
    io.err(message);
    if (!isStopped) shown?.start();
  };
  return {
    event: (event) => {
      base = headline(event);
      suffix = detail(event);
      since = event.job.submitted_at === null ? undefined : Date.parse(event.job.submitted_at);
      if (event.event === 'downloading' || event.event === 'saved') since = undefined;
      if (shown !== undefined) shown.text = text();
    },
    notice: (message) => line(`note: ${message}`),
    line,
    stop: () => {
      isStopped = true;
      clearInterval(timer);
      shown?.stop();
    },
  };
}

function headline(told: Exclude<JobEvent, { event: 'notice' }>): string {
  const { job } = told;
  switch (told.event) {
    case 'prepared':
      return '';
    case 'submitting':
      return `submitting ${job.id}`;
    case 'submitted':
      return `submitted: job ${job.id}, task ${job.task_id}`;
    case 'status':
      return statusWord(job);
    case 'uploading':
      return oneLine(`uploading ${told.file}`);
    case 'downloading':
      return 'downloading';
    case 'saved':
      return 'saved';
  }
}

function statusWord(job: Job): string {
  return job.status === 'queued' ? 'queued at the service' : job.status;
}

function detail(event: Exclude<JobEvent, { event: 'notice' }>): string {
  if (event.event === 'status') return `task ${event.job.task_id}`;
  if (event.event === 'uploading')
    return `${formatBytes(event.sentBytes)} of ${formatBytes(event.totalBytes)}`;
  if (event.event !== 'downloading') return '';
  const { receivedBytes, totalBytes } = event;
  const total = totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`;
  return `${formatBytes(receivedBytes)}${total}`;
}
