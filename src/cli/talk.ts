import { Chalk } from 'chalk';
import { ExitCode } from '../core/exit-code.ts';
import type { WanError } from '../core/errors.ts';
import { toStoredError, type Job } from '../core/job.ts';
import { foldHanging } from '../core/fold-text.ts';
import { errorDocument, jobDocument, totalsOf, type JobDocument } from '../core/documents.ts';
import { escapeJson, oneLine } from '../core/plain-text.ts';
import { at } from '../core/untrusted.ts';
import type { JobEvent } from '../workflow/runtime.ts';
import type { Context } from './context.ts';
import type { TalkFlags } from './talk-flags.ts';
import { printedValues } from './print-field.ts';
import { createProgress, type Progress } from './progress.ts';
import { savedLine } from './saved-line.ts';
import { useColor } from './use-color.ts';
import { jobsSubject, jobSubject, type Subject } from './subject.ts';

export type Talk = {
  flags: TalkFlags;
  /** Something worth knowing, on stderr. */
  notice: (message: string) => void;
  /** Details for `--verbose`. */
  trace: (message: string) => void;
  event: (event: JobEvent) => void;
  /** A job that this command is about, as it stands: failures are told with it, or with all of them. */
  setJob: (job: Job, options?: { isForeign?: boolean }) => void;
  /** The document of a job that was set, as it stands. */
  documentOf: (id: string) => ReturnType<typeof jobDocument> | null;
  /** Several jobs are to come: their lines carry ids from the first one on. */
  expectSeveral: () => void;
  /** Ids of the jobs that were set. */
  spokenOf: () => ReadonlySet<string>;
  /**
   * The result: the document for machines, the lines for people; on a terminal a word on each saved video among `jobs`.
   * Gives the exit code.
   */
  finish: (result: {
    value: unknown;
    lines: readonly string[];
    jobs?: readonly Job[];
    /** The lines are something to read: too many for the screen go through the pager. */
    isPage?: boolean;
    /** The lines are sentences, and no values that anybody copies: a terminal gets them folded. */
    isProse?: boolean;
    error?: WanError | undefined;
    /** The lines say it all: the error is for machines and for the exit code. */
    isQuiet?: boolean;
  }) => number;
  /** How one of several jobs ended, told at once; the command goes on with the others. */
  problem: (name: string, error: WanError) => void;
  /** The failure, told once. Gives the exit code. */
  fail: (error: WanError) => number;
  close: () => void;
};

export function createTalk(context: Context, flags: TalkFlags, subject: Subject): Talk {
  const { io, clock } = context;
  const hasColor = useColor(context, flags);
  const color = new Chalk({ level: hasColor ? 1 : 0 });
  const isMachine = flags.json || flags.jsonl || flags.print !== undefined;
  const current = new Map<string, ReturnType<typeof jobDocument>>();
  let progress: Progress | undefined;
  let isShared = false;
  const startMs = clock.monotonic();
  const savedAtMs = new Map<string, number>();
  let lastProgressMs = -Infinity;
  const isDue = (isLast: boolean) => {
    const now = clock.now();
    const due = isLast || Math.abs(now - lastProgressMs) >= 200;
    if (due) lastProgressMs = now;
    return due;
  };
  const show = () => (progress ??= createProgress(context, { ...flags, hasColor, isShared: () => isShared }));
  const say = (line: string) => {
    if (progress === undefined) io.err(line);
    else progress.line(line);
  };

  // Whoever leaves at once is told what is left behind, and how to come back to it.
  context.beforeLeaving?.(() => {
    progress?.stop();
    const left = [...current.values()].filter(isLeftBehind).flatMap(({ id }) => id ?? []);
    if (left.length === 0) return;
    io.err(
      `${color.red('error:')} left at once, with ${left.length === 1 ? 'job' : 'jobs'} ${left.join(', ')} open`,
    );
    io.err(`${color.cyan('hint:')} wan resume ${left.join(' ')}`);
  });

  function document(value: unknown, failure: WanError | undefined) {
    const error = failure === undefined ? null : errorDocument(toStoredError(failure));
    const isJob = subject === jobSubject && typeof value === 'object' && value !== null;
    return {
      schema: subject.schema,
      ok: failure === undefined || failure.exitCode === ExitCode.not_finished,
      // The job's own error and the document's are one and the same.
      [subject.noun]: isJob ? { ...value, error } : value,
      ...(subject === jobsSubject ? several(value) : {}),
      error,
    };
  }

  function writeEvent(event: string, fields: Record<string, unknown>): void {
    if (!flags.jsonl) return;
    const time = new Date(clock.now()).toISOString();
    io.out(toJson({ schema: 'wan.event/1', event, at: time, ...fields }));
  }

  function writeDocument(value: unknown, error: WanError | undefined, isResult: boolean): void {
    const whole = document(value, error);
    const id = at(value, 'id') ?? null;
    if (whole.error !== null) writeEvent('error', { job_id: id, error: whole.error });
    if (flags.jsonl) writeEvent('result', { job_id: id, result: whole });
    else if (flags.json) io.out(toJson(whole));
    else if (flags.print !== undefined && isResult) {
      printedValues(whole, flags.print, subject).forEach((found) => io.out(toLine(found)));
    }
  }

  /** The job that is spoken of, where there is just one. */
  function only(): ReturnType<typeof jobDocument> | null {
    return subject === jobsSubject && current.size > 1 ? null : ([...current.values()].at(-1) ?? null);
  }

  /** What was brought home, for somebody who has watched it. */
  function tellSaved(job: Job): void {
    if (flags.quiet || !io.stderrIsTerminal) return;
    const atMs = savedAtMs.get(job.id);
    const line = savedLine(job, context.cwd, atMs === undefined ? undefined : atMs - startMs);
    if (line !== undefined) io.err(`${isShared ? `${job.id}: ` : ''}${line}`);
  }

  function tellError(error: WanError, name = ''): void {
    const id = error.requestId === undefined ? '' : ` (request id ${oneLine(error.requestId)})`;
    say(`${color.red('error:')} ${name}${error.message}${id}`);
    const needsFile = context.envFile !== undefined && /\bwan [a-z]/u.test(error.hint ?? '');
    const file = needsFile ? ` (with --env-file ${context.envFile})` : '';
    if (error.hint !== undefined) say(`${color.cyan('hint:')} ${error.hint}${file}`);
    if (flags.verbose && error.cause instanceof Error) say(`cause: ${oneLine(error.cause.message)}`);
  }

  return {
    flags,
    notice: (message) => {
      writeEvent('notice', { job_id: only()?.id ?? null, message: oneLine(message) });
      if (!flags.quiet) say(`note: ${oneLine(message)}`);
    },
    trace: (message) => {
      if (flags.verbose) say(oneLine(message));
    },
    event: (event) => {
      if (event.event === 'notice') {
        writeEvent('notice', { job_id: event.job?.id ?? null, message: oneLine(event.message) });
        if (!flags.quiet) show().notice(oneLine(event.message), event.job);
        return;
      }
      // A line for each piece that arrives would be thousands.
      if (event.event === 'downloading' && !isDue(event.receivedBytes === event.totalBytes)) return;
      if (event.event === 'uploading' && !isDue(event.sentBytes === event.totalBytes)) return;
      const { event: name, job, ...rest } = event;
      if (name === 'saved') savedAtMs.set(job.id, clock.monotonic());
      writeEvent(name, {
        job_id: job.id,
        task_id: job.task_id,
        status: job.status,
        ...('elapsedMs' in rest ? { elapsed_seconds: Math.round(rest.elapsedMs / 1000) } : {}),
        ...('receivedBytes' in rest
          ? { received_bytes: rest.receivedBytes, total_bytes: rest.totalBytes ?? null }
          : {}),
        ...('sentBytes' in rest
          ? { file: rest.file, sent_bytes: rest.sentBytes, total_bytes: rest.totalBytes }
          : {}),
        ...(name === 'saved' ? { path: job.outputs[0]?.path ?? null } : {}),
      });
      if (!flags.quiet) show().event(event);
    },
    setJob: (job, options) => {
      current.set(job.id, jobDocument(job, options));
    },
    expectSeveral: () => {
      isShared = true;
    },
    spokenOf: () => new Set(current.keys()),
    documentOf: (id) => current.get(id) ?? null,
    problem: (name, error) => tellError(error, `${name}: `),
    finish: ({ value, lines, jobs = [], isPage = false, isProse = false, error, isQuiet = false }) => {
      progress?.stop();
      writeDocument(value, error, true);
      if (!isMachine && isPage) io.page(lines);
      else if (!isMachine) {
        const told = isProse ? lines.flatMap((line) => foldHanging(line, io.outWidth())) : lines;
        told.forEach((line) => io.out(line));
      }
      jobs.forEach(tellSaved);
      if (error === undefined) return ExitCode.ok;
      if (!isQuiet) tellError(error);
      return error.exitCode;
    },
    fail: (error) => {
      progress?.stop();
      writeDocument(subject === jobsSubject ? [...current.values()] : only(), error, false);
      tellError(error);
      return error.exitCode;
    },
    close: () => progress?.stop(),
  };
}

/** What several jobs come to together. */
function several(value: unknown) {
  const jobs = Array.isArray(value) ? (value as JobDocument[]) : [];
  return { count: jobs.length, totals: totalsOf(jobs) };
}

function isLeftBehind({ status, outputs }: ReturnType<typeof jobDocument>): boolean {
  const hasEnded = status === 'failed' || status === 'canceled' || status === 'expired';
  return !hasEnded && !outputs.some(({ path }) => path !== null);
}

/** A value as JSON that steers neither a terminal nor a CI runner. */
export function toJson(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}

/** A field of a document on a line, for shells. */
export function toLine(found: unknown): string {
  if (found === undefined || found === null) return '';
  if (typeof found !== 'string') return toJson(found);
  const line = printable(oneLine(found));
  // A CI runner takes a line that begins like this for a command to itself; quoted, it is data.
  return /^(?:::|##)/u.test(line) ? toJson(line) : line;
}

/** A link stays one: a second `#` in it is written as it should have been. */
function printable(text: string): string {
  return /^https?:/iu.test(text) ? text.replaceAll(/(?<=#)#/gu, '%23') : text;
}
