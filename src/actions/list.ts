import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { readFlags, wholeNumber } from '../cli/flags.ts';
import type { Talk } from '../cli/talk.ts';
import { jobDocument } from '../core/documents.ts';
import { describeExpiry } from '../core/duration.ts';
import { UsageError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { shorten } from '../core/plain-text.ts';
import { createJobStore } from '../store/jobs.ts';

const shape = { limit: wholeNumber('20'), all: z.boolean().default(false) };

/** `wan list`: local jobs, newest first, the unfinished among them. */
export async function runList(
  context: Context,
  talk: Talk,
  input: { flags: Record<string, unknown> },
): Promise<number> {
  const flags = readFlags(shape, input.flags);
  if (flags.limit !== undefined && flags.limit < 1) {
    throw new UsageError(`--limit ${flags.limit} shows nothing`, { hint: '--limit 20, or --all' });
  }
  const limit = flags.all ? Infinity : (flags.limit ?? 20);
  const store = createJobStore(context.stateDirectory(), talk.notice);
  const open = await store.listOpen();
  const done = await store.listDone(limit);
  const jobs = [...new Map([...open, ...done].map((job) => [job.id, job])).values()]
    .toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1))
    .slice(0, limit);
  const now = context.clock.now();
  if (jobs.length === 0) talk.notice('no jobs yet; `wan t2v "…"` makes one');
  return talk.finish({
    value: jobs.map((job) => jobDocument(job)),
    lines: jobs.map((job) => describe(job, now)),
  });
}

function describe(job: Job, now: number): string {
  const output = job.outputs[0];
  const place =
    output?.path ??
    (job.status === 'succeeded' && job.expires_at !== null ? describeExpiry(job.expires_at, now) : '');
  const prompt = shorten(job.request?.prompt ?? '', 40);
  return [
    job.id,
    job.status.padEnd(11),
    job.created_at.slice(0, 16).replace('T', ' '),
    (job.mode ?? '').padEnd(7),
    (job.model ?? '').padEnd(19),
    place,
    prompt,
  ]
    .filter((cell) => cell !== '')
    .join('  ');
}
