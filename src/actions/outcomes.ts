import type { Talk } from '../cli/talk.ts';
import { errorDocument, jobDocument } from '../core/documents.ts';
import { errorOfClass, SomeFailedError, WanError } from '../core/errors.ts';
import { toStoredError, type Job } from '../core/job.ts';

/** How one of several jobs ended for this command. */
export type Outcome = {
  /** As it stands now; undefined where there is none. */
  job: Job | undefined;
  isForeign?: boolean;
  /** What people call it. */
  name: string;
  /** Of its job, where one was found or made. */
  id: string | undefined;
  error: WanError | undefined;
};

/** Each holds a lock, a connection or two, and files: all of a few hundred at once would run out of descriptors. */
const atOnce = 8;

/** The same for each, some at once, in order; a failure is told when it happens and ends only its own. */
export async function forEachJob<Item>(
  talk: Talk,
  items: readonly Item[],
  options: {
    nameOf: (item: Item) => string;
    /** Its job's id, if that is not its name; asked when its work is over. */
    idOf?: (item: Item) => string | undefined;
  },
  work: (item: Item) => Promise<Job>,
): Promise<Outcome[]> {
  const { default: limited } = await import('p-limit');
  const { nameOf, idOf = nameOf } = options;
  const limit = limited(atOnce);
  const isTold = items.length > 1;
  if (isTold) talk.expectSeveral();
  return Promise.all(
    items.map((item) =>
      limit(async () => {
        const outcome = await settle(talk, nameOf(item), isTold, () => work(item));
        return { ...outcome, id: idOf(item) };
      }),
    ),
  );
}

/** What became of one job; with `isTold` a failure is told at once. Only what nobody expected is thrown. */
export async function settle(
  talk: Talk,
  name: string,
  isTold: boolean,
  work: () => Promise<Job>,
): Promise<Outcome> {
  try {
    const job = await work();
    return { job, name, id: job.id, error: undefined };
  } catch (error) {
    if (!(error instanceof WanError)) throw error;
    // One Ctrl-C ends them all, and is told once.
    if (isTold && !isStop(error)) talk.problem(name, error);
    return { job: undefined, name, id: name, error };
  }
}

/** The documents of several jobs, each with how it ended here, the saved files, and one exit code. */
export function finishSeveral(
  talk: Talk,
  outcomes: readonly Outcome[],
  {
    lineOf = savedPath,
    hint,
    stopHint,
  }: { lineOf?: (job: Job) => string | null; hint: string; stopHint?: string },
): number {
  const error = commonError(outcomes, 'did not end with a video', hint, stopHint);
  const lines = outcomes.flatMap(({ job, error: failure }) => {
    const line = job === undefined || failure !== undefined ? null : lineOf(job);
    return line === null ? [] : [line];
  });
  const value = outcomes.map((outcome) => documentOf(talk, outcome)).filter((job) => job !== null);
  const jobs = outcomes.flatMap(({ job, error: failure }) => (failure === undefined ? (job ?? []) : []));
  return talk.finish({ value, lines, jobs, error });
}

function documentOf(talk: Talk, { job, id, isForeign, error }: Outcome) {
  const document =
    job === undefined ? talk.documentOf(id ?? '') : jobDocument(job, { isForeign: isForeign ?? false });
  if (document === null || error === undefined) return document;
  return { ...document, error: errorDocument(toStoredError(error)) };
}

export function savedPath(job: Job): string | null {
  const path = job.outputs[0]?.path ?? null;
  return path === '-' ? null : path;
}

/**
 * One error for all: the stop that ended them, the common one, or "some failed".
 * @param what became of those that failed, in words
 * @param stopHint the way on after a stop, where that is another one
 */
export function commonError(
  outcomes: readonly Outcome[],
  what: string,
  hint: string,
  stopHint = hint,
): WanError | undefined {
  const failed = outcomes.filter(({ error }) => error !== undefined);
  const errors = failed.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  if (first === undefined) return undefined;
  const stop = errors.find(isStop);
  if (stop !== undefined) return stop.with({ hint: stopHint });
  if (outcomes.length === 1) return first;
  const names = failed.map(({ name }) => name).join(', ');
  const message = `${failed.length} of ${outcomes.length} jobs ${what}: ${names}`;
  const isCommon =
    failed.length === outcomes.length && errors.every(({ class: kind }) => kind === first.class);
  return isCommon ? errorOfClass(first.class, message, { hint }) : new SomeFailedError(message, { hint });
}

/** Ctrl-C or SIGTERM: one ends them all, and is told once. */
export function isStop({ class: kind }: WanError): boolean {
  return kind === 'interrupted' || kind === 'terminated';
}

/** The one job of a command, brought home. */
export function tell(talk: Talk, job: Job, isForeign: boolean, line = savedPath(job)): number {
  return talk.finish({
    value: jobDocument(job, { isForeign }),
    lines: line === null ? [] : [line],
    jobs: [job],
  });
}
