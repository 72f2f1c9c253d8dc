import path from 'node:path';
import { formatBytes } from '../core/bytes.ts';
import { formatDuration } from '../core/duration.ts';
import type { Job } from '../core/job.ts';

/**
 * What a run has brought, in one line; undefined where no video was saved.
 * @param tookMs from the command's start until the video was there; undefined where it had been there before
 */
export function savedLine(job: Job, cwd: string, tookMs: number | undefined): string | undefined {
  const [output] = job.outputs;
  if (output === undefined || output.path === null) return undefined;
  const { bytes, seconds, width, height } = output;
  const billed = job.usage?.billedSeconds ?? null;
  const seed = job.request?.seed;
  return [
    output.path === '-' ? 'saved to stdout' : `saved ${shortPath(output.path, cwd)}`,
    ...(bytes === null ? [] : [formatBytes(bytes)]),
    ...(seconds === null ? [] : [`${Number(seconds.toFixed(2))} s`]),
    ...(width === null || height === null ? [] : [`${width}x${height}`]),
    ...(billed === null ? [] : [`${billed} s billed`]),
    ...(seed === undefined || seed < 0 ? [] : [`seed ${seed}`]),
    ...(tookMs === undefined ? [] : [`took ${formatDuration(tookMs)}`]),
  ].join(' · ');
}

/** As short as somebody in that directory can use it. */
function shortPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
