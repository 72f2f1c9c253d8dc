import { formatDuration } from '../core/duration.ts';
import type { Job } from '../core/job.ts';
import { localMinute } from '../core/local-time.ts';
import { foldHanging } from '../core/fold-text.ts';
import { breakAllCommands, oneLine, shorten } from '../core/plain-text.ts';
import { cutLinks } from '../core/shown-link.ts';
import { fit, pad, textWidth } from '../core/text-width.ts';

// `wan list` for people: a table that fits the terminal, and columns for programs.

type Cells = {
  job: string;
  status: string;
  at: string;
  made: string;
  mode: string;
  model: string;
  video: string;
};
type Column = keyof Cells;

const titles: Cells = {
  job: 'JOB',
  status: 'STATUS',
  at: 'AT',
  made: 'MADE',
  mode: 'MODE',
  model: 'MODEL',
  video: 'VIDEO',
};
const gap = '  ';
/** A prompt cut shorter tells nothing. */
const leastPrompt = 12;
/** What a narrow terminal goes without, one after the other. */
const dispensable: readonly Column[] = ['mode', 'made', 'model'];

/** More of a reason stands in `wan show`. */
const reasonLines = 2;

/** Colours a status, and what is to be said of it. */
export type Paint = (status: Job['status'], text: string) => string;

/** One job a line below a header, at most so many columns wide; below a job that failed, why. */
export function jobTable(
  jobs: readonly Job[],
  nowMs: number,
  width: number,
  paint: Paint = (_status, text) => text,
): string[] {
  if (jobs.length === 0) return [];
  const rows = [titles, ...jobs.map((job) => tableCells(job, nowMs))];
  const prompts = ['PROMPT', ...jobs.map((job) => breakAllCommands(job.request?.prompt ?? ''))];
  const widths = widthsOf(rows);
  let columns = (Object.keys(titles) as Column[]).filter((column) =>
    rows.some((cells) => cells !== titles && cells[column] !== ''),
  );
  const taken = () => columns.reduce((sum, column) => sum + widths[column] + gap.length, 0);
  for (const column of dispensable) {
    if (width - taken() >= leastPrompt) break;
    columns = columns.filter((name) => name !== column);
  }
  if (taken() - gap.length > width) columns = columns.filter((name) => name !== 'at');
  const room = width - taken();
  return rows.flatMap((cells, index) => {
    const job = jobs[index - 1];
    const prompt = room < 4 ? '' : fit(prompts[index] ?? '', room);
    const shown = columns.map((column) => {
      const cell = pad(cells[column], widths[column]);
      return column === 'status' && job !== undefined ? paint(job.status, cell) : cell;
    });
    const line = [...shown, prompt].join(gap).trimEnd();
    return job === undefined
      ? [line]
      : [line, ...reasonBelow(job, width).map((text) => paint(job.status, text))];
  });
}

/** Why a job failed, below its line. */
function reasonBelow(job: Job, width: number): string[] {
  const reason = reasonOf(job);
  if (reason === '') return [];
  const lines = foldHanging(`  ${reason}`, width);
  if (lines.length <= reasonLines) return lines;
  const rest = lines.slice(reasonLines - 1).map((line) => line.trim());
  return [...lines.slice(0, reasonLines - 1), `    ${fit(rest.join(' '), width - 4)}`];
}

function reasonOf({ error }: Job): string {
  if (error === null) return '';
  return oneLine(`${error.code === null ? '' : `${error.code}: `}${cutLinks(error.message)}`);
}

/** The same job for a table: a job of the sandbox is marked, and a link's time is short. */
function tableCells(job: Job, nowMs: number): Cells {
  return { ...cellsOf(job, nowMs), video: videoOf(job, nowMs, shortTime) };
}

function shortTime(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes >= 180 ? `${Math.floor(minutes / 60)} h` : `${minutes} min`;
}

function widthsOf(rows: readonly Cells[]): Record<Column, number> {
  const widths = { job: 0, status: 0, at: 0, made: 0, mode: 0, model: 0, video: 0 };
  for (const cells of rows) {
    for (const column of Object.keys(widths) as Column[]) {
      widths[column] = Math.max(widths[column], textWidth(cells[column]));
    }
  }
  return widths;
}

/** The same with tabs between, every column in every line: for `cut`, `awk` and their kin. Times are UTC. */
export function jobColumns(jobs: readonly Job[], nowMs: number): string[] {
  return jobs.map((job) => {
    const { status, mode, model, video } = cellsOf(job, nowMs);
    const path = job.outputs[0]?.path ?? '';
    const prompt = shorten(breakAllCommands(job.request?.prompt ?? ''), 100);
    return [job.id, status, job.created_at, mode, model, video, oneLine(path), prompt].join('\t');
  });
}

function cellsOf(job: Job, nowMs: number): Cells {
  return {
    job: job.id,
    status: job.status,
    at: job.region === 'sandbox' ? 'sandbox' : '',
    made: localMinute(Date.parse(job.created_at)),
    mode: job.mode ?? '',
    model: oneLine(job.model ?? ''),
    video: videoOf(job, nowMs),
  };
}

/** What became of the video: saved, or how long its link is still good. */
function videoOf(job: Job, nowMs: number, timeOf = formatDuration): string {
  const path = job.outputs[0]?.path ?? null;
  if (path !== null) return 'saved';
  if (job.status !== 'succeeded') return '';
  if (job.expires_at === null) return 'not saved';
  const leftMs = Date.parse(job.expires_at) - nowMs;
  return leftMs > 0 ? `${timeOf(leftMs)} left` : 'link expired';
}
