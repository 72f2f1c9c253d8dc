import type { Context } from '../cli/context.ts';
import { readFlags, videoShape } from '../cli/flags.ts';
import type { TypedMedia } from '../cli/media-flags.ts';
import { rereadInput } from '../cli/reread-media.ts';
import type { Talk } from '../cli/talk.ts';
import { openWorkbench } from '../cli/workbench.ts';
import { NotFoundError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import { wordsOf } from '../core/media-rule.ts';
import { isOverridden, type GenerationRequest, type MediaInput } from '../core/request.ts';
import { rerunWish } from '../core/rerun-wish.ts';
import { cutQuery } from '../core/shown-link.ts';
import type { Wish } from '../core/wish.ts';
import { providers } from '../providers/index.ts';
import type { JobStore } from '../store/jobs.ts';
import { settleLostSubmit } from '../workflow/job-state.ts';
import { findNamed } from '../workflow/lookup.ts';
import { rerunModel } from '../workflow/rerun-model.ts';
import type { Runtime } from '../workflow/runtime.ts';
import { findByFile, refuseForeignFile } from './find-by-file.ts';
import { makeVideos } from './make-videos.ts';
import { readWish } from './read-wish.ts';
import { flagsForMode, plainFlags } from './rerun-flags.ts';
import { rerunPlace } from './rerun-place.ts';
import { expandHome } from '../core/home-path.ts';

export type RerunInput = {
  task: string;
  prompt: string | undefined;
  flags: Record<string, unknown>;
  media: readonly TypedMedia[];
  params: readonly string[];
};

/** `wan rerun`: the request of a job once more, with changes, as a new job. */
export async function runRerun(context: Context, talk: Talk, input: RerunInput): Promise<number> {
  const flags = readFlags(videoShape, plainFlags(input.flags));
  const bench = await openWorkbench(context, talk);
  try {
    const { job, request } = await findRequest(
      bench.runtime,
      expandHome(input.task, context.homeDirectory()),
      context.cwd,
    );
    const { mode } = request;
    const typed = flagsForMode(mode, input, job.id);
    const { mode: _mode, ...changes } = await readWish(
      context,
      { ...input, mode, vaceFunction: undefined, media: typed.media, isAgain: true },
      flags,
      typed.extras,
    );
    const place = rerunPlace(bench, job, flags);
    const { model, ...models } = rerunModel(job, request, { provider: place.provider, model: flags.model });
    const wish = rerunWish(request, changes, models);
    const recorded = new Set(request.media);
    const media: MediaInput[] = [];
    for (const one of wish.media) {
      const options = { mode, jobId: job.id, signal: context.signal, notice: talk.notice };
      // oxlint-disable-next-line no-await-in-loop -- each may be a hundred megabytes
      media.push(recorded.has(one) ? await rereadInput(one, options) : one);
    }
    tellOfFirst(talk, job);
    tellOfUploads(
      talk,
      job,
      media.filter((one) => recorded.has(one)),
      context.clock.now(),
    );
    // A service that chose the model chooses it again.
    const setting: typeof bench.setting = (name, sources) =>
      name.startsWith('model.') ? undefined : bench.setting(name, sources);
    return await makeVideos(
      context,
      talk,
      { ...place.bench, setting },
      { wish: { ...wish, media }, flags: { ...flags, model }, notes: seedNotes(job, request, wish) },
    );
  } finally {
    await bench.close();
  }
}

/** @throws {NotFoundError} where no record says what was asked */
async function findRequest(
  { jobs }: Runtime,
  task: string,
  cwd: string,
): Promise<{ job: Job; request: GenerationRequest }> {
  const stored =
    (await findByFile(jobs, task, { cwd, command: 'rerun' })) ?? (await findJobNamed(jobs, task, cwd));
  const request = (stored?.request ?? null) as GenerationRequest | null;
  if (stored === undefined || request === null) {
    throw new NotFoundError(`the record of ${task} does not say what was asked`, { hint: 'wan list' });
  }
  return { job: await settleLostSubmit(stored, jobs), request };
}

async function findJobNamed(jobs: JobStore, task: string, cwd: string): Promise<Job | undefined> {
  try {
    await refuseForeignFile(task, cwd);
    const named = await findNamed(jobs, { task, taskId: undefined, command: 'rerun' });
    return named.kind === 'job' ? named.job : undefined;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw error.with({ hint: '`wan list` shows the jobs; only a record says what was asked' });
  }
}

/** What becomes of the first job, where it is not over: a second one costs as much again. */
function tellOfFirst(talk: Talk, { id, status }: Job): void {
  const words: Partial<Record<Job['status'], string>> = {
    unconfirmed: `job ${id} is unconfirmed: it may exist, and be billed besides the new one; \`wan resume ${id}\` finds out`,
    submitting: `job ${id} is being sent right now, and is billed besides the new one`,
    queued: `job ${id} is still queued, and is billed besides the new one if it succeeds; \`wan wait ${id}\``,
    running: `job ${id} is still running, and is billed besides the new one if it succeeds; \`wan wait ${id}\``,
    prepared: `job ${id} was prepared and never sent; \`wan resume ${id}\` sends it`,
  };
  const text = words[status];
  if (text !== undefined) talk.notice(text);
}

/** A seed that was drawn is no wish: the video once more, as another. Who wants that very one names it. */
function seedNotes({ id }: Job, { seed, filled = [] }: GenerationRequest, wish: Wish): string[] {
  if (!filled.includes('seed') || wish.seed !== undefined || isOverridden(wish, 'seed')) return [];
  return [`the seed of job ${id} was drawn, and a new one is now; --seed ${seed} makes its video again`];
}

/** An upload of which no file is known cannot be renewed, and the service may have dropped it since. */
function tellOfUploads(talk: Talk, job: Job, kept: readonly MediaInput[], nowMs: number): void {
  const { upload } = providers[job.provider];
  if (upload.kind !== 'policy' || nowMs - Date.parse(job.created_at) < upload.lifetimeMs) return;
  const dead = kept.find(({ url, file }) => file === undefined && url.startsWith(upload.scheme));
  if (dead === undefined || job.mode === null) return;
  const { flag } = wordsOf(dead.role, { mode: job.mode });
  talk.notice(`${flag} ${cutQuery(dead.url)} is older than uploads live: the service may refuse it`);
}
