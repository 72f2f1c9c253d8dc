import { formatDuration } from '../core/duration.ts';
import type { Job } from '../core/job.ts';
import { localMinute } from '../core/local-time.ts';
import { oneLine, shorten } from '../core/plain-text.ts';
import { fit, pad, textWidth } from '../core/text-width.ts';

// `wan list` for people: a table that fits the terminal, and columns for programs.

type Cells = { job: string; status: string; made: string; mode: string; model: string; video: string };
type Column = keyof Cells;

const titles: Cells = {
  job: 'JOB',
  status: 'STATUS',
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

/** One job a line below a header, at most so many columns wide. */
export function jobTable(jobs: readonly Job[], nowMs: number, width: number): string[] {
  if (jobs.length === 0) return [];
  const rows = [titles, ...jobs.map((job) => cellsOf(job, nowMs))];
  const prompts = ['PROMPT', ...jobs.map((job) => job.request?.prompt ?? '')];
  const widths = widthsOf(rows);
  let columns = (Object.keys(titles) as Column[]).filter((column) =>
    rows.some((cells) => cells !== titles && cells[column] !== ''),
  );
  const taken = () => columns.reduce((sum, column) => sum + widths[column] + gap.length, 0);
  for (const column of dispensable) {
    if (width - taken() >= leastPrompt) break;
    columns = columns.filter((name) => name !== column);
  }
  const room = width - taken();
  return rows.map((cells, index) => {
    const prompt = room < 4 ? '' : fit(prompts[index] ?? '', room);
    return [...columns.map((column) => pad(cells[column], widths[column])), prompt].join(gap).trimEnd();
  });
}

function widthsOf(rows: readonly Cells[]): Record<Column, number> {
  const widths = { job: 0, status: 0, made: 0, mode: 0, model: 0, video: 0 };
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
    const prompt = shorten(job.request?.prompt ?? '', 100);
    return [job.id, status, job.created_at, mode, model, video, oneLine(path), prompt].join('\t');
  });
}

function cellsOf(job: Job, nowMs: number): Cells {
  return {
    job: job.id,
    status: job.status,
    made: localMinute(Date.parse(job.created_at)),
    mode: job.mode ?? '',
    model: oneLine(job.model ?? ''),
    video: videoOf(job, nowMs),
  };
}

/** What became of the video: saved, or how long its link is still good. */
function videoOf(job: Job, nowMs: number): string {
  const path = job.outputs[0]?.path ?? null;
  if (path !== null) return 'saved';
  if (job.status !== 'succeeded') return '';
  if (job.expires_at === null) return 'not saved';
  const leftMs = Date.parse(job.expires_at) - nowMs;
  return leftMs > 0 ? `${formatDuration(leftMs)} left` : 'link expired';
}
