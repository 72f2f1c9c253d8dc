import { Chalk } from 'chalk';
import * as z from 'zod';
import type { Context } from '../cli/context.ts';
import { readFlags, wholeNumber } from '../cli/flags.ts';
import { learnAllKeys } from '../cli/known-keys.ts';
import type { Talk } from '../cli/talk.ts';
import { useColor } from '../cli/use-color.ts';
import { jobDocument } from '../core/documents.ts';
import { UsageError } from '../core/errors.ts';
import { readFilter } from '../core/job-filter.ts';
import type { Job } from '../core/job.ts';
import { parseSince } from '../core/since.ts';
import { createJobStore } from '../store/jobs.ts';
import { settleLostSubmit } from '../workflow/job-state.ts';
import { jobColumns, jobTable } from './list-lines.ts';

const some = z.array(z.string()).optional();
const shape = {
  status: some,
  mode: some,
  model: some,
  provider: some,
  since: z.string().optional(),
  limit: wholeNumber('20'),
  all: z.boolean().default(false),
};

/** `wan list`: local jobs, newest first, the unfinished among them. Reads no more records than it takes. */
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
  const now = context.clock.now();
  const filter = readFilter(flags);
  const since = flags.since === undefined ? undefined : parseSince(flags.since, now);
  await learnAllKeys(context, talk.notice);
  let isLeftOut = false;
  const notice = (message: string) => {
    isLeftOut = true;
    talk.notice(message);
  };
  const store = createJobStore(context.stateDirectory(), notice, context.clock.now);
  const jobs: Job[] = [];
  let hasMore = false;
  for await (const found of store.newest({ only: filter.only, sinceMs: since ?? 0 })) {
    const job = await settleLostSubmit(found, store);
    if (!filter.fits(job)) continue;
    hasMore = jobs.length >= limit;
    if (hasMore) break;
    jobs.push(job);
  }
  if (jobs.length === 0) {
    const isFiltered = !filter.isEmpty || since !== undefined;
    // Where a record cannot be read there may well be one.
    if (!isLeftOut) talk.notice(isFiltered ? 'no job is like that' : 'no jobs yet; `wan t2v "…"` makes one');
  }
  if (hasMore) talk.notice(`the newest ${jobs.length}; more with --limit or --all`);
  const { io } = context;
  const color = new Chalk({ level: useColor(context, talk.flags, 'stdout') ? 1 : 0 });
  return talk.finish({
    value: jobs.map((job) => jobDocument(job)),
    isPage: true,
    lines: io.stdoutIsTerminal
      ? jobTable(jobs, now, io.outWidth(), (status, text) => color[colors[status]](text))
      : jobColumns(jobs, now),
  });
}

const colors = {
  prepared: 'dim',
  submitting: 'cyan',
  unconfirmed: 'yellow',
  queued: 'cyan',
  running: 'cyan',
  succeeded: 'green',
  failed: 'red',
  canceled: 'dim',
  expired: 'red',
} as const satisfies Record<Job['status'], string>;
