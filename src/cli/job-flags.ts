import { parseDuration } from '../core/duration.ts';
import { NotSavedError, UsageError } from '../core/errors.ts';
import type { Saving } from '../core/job.ts';
import { readSaving } from '../workflow/output-target.ts';
import type { Context } from './context.ts';
import type { Talk } from './talk.ts';
import type { Workbench } from './workbench.ts';

const defaultTimeout = '30m';

type WaitingFlags = { timeout?: string | undefined; pollInterval?: string | undefined };
type SavingFlags = { output?: string | undefined; outDir?: string | undefined; force: boolean };

/** How long to wait and how often to look, from flag, environment, profile or default. */
export function waitingOf(
  context: Context,
  bench: Workbench,
  profile: string | undefined,
  flags: WaitingFlags,
) {
  const defaults = bench.defaults(profile);
  const timeout = flags.timeout ?? nonEmpty(bench.env['WAN_TIMEOUT']) ?? defaults.timeout ?? defaultTimeout;
  const interval = flags.pollInterval ?? defaults.poll_interval ?? 'auto';
  const timeoutMs = parseDuration(timeout, '--timeout');
  const intervalMs =
    interval.trim().toLowerCase() === 'auto' ? undefined : parseDuration(interval, '--poll-interval');
  if (intervalMs !== undefined && intervalMs < 100) {
    throw new UsageError(`--poll-interval ${interval} is too short`, { hint: '--poll-interval 5s' });
  }
  return {
    deadlineMs: timeoutMs === 0 ? undefined : context.startedMs + timeoutMs,
    pollIntervalMs: intervalMs,
  };
}

/** Where the video goes, from flag, environment, profile or default. Undefined flags leave a record's own wish. */
export function savingOf(
  context: Context,
  bench: Workbench,
  profile: string | undefined,
  flags: SavingFlags,
  recorded?: Saving,
): Saving {
  const isAsked = flags.output !== undefined || flags.outDir !== undefined;
  if (recorded !== undefined && !isAsked) return { ...recorded, force: recorded.force || flags.force };
  const defaults = bench.defaults(profile);
  return readSaving(
    {
      output: flags.output ?? defaults.output,
      outDir: flags.outDir ?? nonEmpty(bench.env['WAN_OUT_DIR']) ?? defaults.out_dir,
      force: flags.force,
    },
    context.cwd,
  );
}

/** @throws {UsageError} where the video would meet a document, a person, or nobody */
export function checkStdout(context: Context, talk: Talk, saving: Saving, noWait: boolean): void {
  if (saving.output !== '-') return;
  const { json, jsonl, print } = talk.flags;
  const flag = json
    ? '--json'
    : jsonl
      ? '--jsonl'
      : print !== undefined
        ? '--print'
        : noWait
          ? '--no-wait'
          : undefined;
  if (flag !== undefined) {
    throw new UsageError(`--output - and ${flag} contradict each other`, { hint: `leave out ${flag}` });
  }
  if (context.io.stdoutIsTerminal) {
    throw new UsageError('--output - would write a video to the terminal', { hint: 'wan … -o - > clip.mp4' });
  }
}

/** Copies a verified file to stdout. @throws {NotSavedError} when the reader goes away */
export function stdoutWriter(context: Context): (file: string) => Promise<void> {
  return async (file) => {
    const [{ createReadStream }, { pipeline }] = await Promise.all([
      import('node:fs'),
      import('node:stream/promises'),
    ]);
    try {
      await pipeline(createReadStream(file), context.io.stdout, { end: false });
    } catch (error) {
      throw new NotSavedError('whoever reads stdout went away before the video was written', {
        cause: error,
      });
    }
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
