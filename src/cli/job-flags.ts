import { parseDuration } from '../core/duration.ts';
import { NotSavedError, UsageError } from '../core/errors.ts';
import type { Job, Saving } from '../core/job.ts';
import { isTemplate } from '../core/file-name.ts';
import { readSaving } from '../workflow/output-target.ts';
import type { Context } from './context.ts';
import type { Talk } from './talk.ts';
import type { Workbench } from './workbench.ts';
import { expandHome } from '../core/home-path.ts';

const defaultTimeout = '30m';

type WaitingFlags = { timeout?: string | undefined; pollInterval?: string | undefined };
type SavingFlags = { output?: string | undefined; outDir?: string | undefined; force: boolean };

/** Which profile's settings count, and whether it was named on the command line. */
type ProfileInUse = { profile: string | undefined; isExplicit: boolean };

/** How long to wait and how often to look, from flag, environment, profile or default. */
export function waitingOf(context: Context, bench: Workbench, inUse: ProfileInUse, flags: WaitingFlags) {
  const timeout = flags.timeout ?? bench.setting('timeout', inUse) ?? defaultTimeout;
  const interval = flags.pollInterval ?? bench.setting('poll_interval', inUse) ?? 'auto';
  const timeoutMs = parseDuration(timeout, '--timeout');
  const intervalMs =
    interval.trim().toLowerCase() === 'auto' ? undefined : parseDuration(interval, '--poll-interval');
  if (intervalMs !== undefined && intervalMs < 100) {
    throw new UsageError(`--poll-interval ${interval} is too short`, { hint: '--poll-interval 5s' });
  }
  return {
    deadlineMs: timeoutMs === 0 ? undefined : context.startedSteadyMs + timeoutMs,
    timeoutMs: timeoutMs === 0 ? undefined : timeoutMs,
    pollIntervalMs: intervalMs,
  };
}

/** Where a new video goes, from flag, environment, profile or default. */
export function savingOf(
  context: Context,
  bench: Workbench,
  inUse: ProfileInUse,
  flags: SavingFlags,
): Saving {
  const home = context.homeDirectory();
  const atHome = (text: string | undefined) => (text === undefined ? undefined : expandHome(text, home));
  return readSaving(
    {
      output: atHome(flags.output ?? bench.setting('output', inUse)),
      outDir: atHome(flags.outDir ?? bench.setting('out_dir', inUse)),
      force: flags.force,
    },
    context.cwd,
  );
}

/** Where the video of a job goes: as the command that started it wanted, unless flags say otherwise now. */
export function savingOfJob(
  context: Context,
  bench: Workbench,
  job: Job,
  flags: SavingFlags & { profile?: string | undefined },
): Saving {
  if (flags.output !== undefined || flags.outDir !== undefined) {
    return savingOf(context, bench, inUseOf(job.profile, flags), flags);
  }
  // Leave to replace a file was given for the first time only; what lies there since is somebody's.
  const isSaved = job.outputs.some((output) => output.path !== null);
  return { ...job.saving, force: flags.force || (job.saving.force && !isSaved) };
}

export function inUseOf(profile: string, flags: { profile?: string | undefined }): ProfileInUse {
  return { profile, isExplicit: flags.profile !== undefined };
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

/** One name cannot be that of several files. @throws {UsageError} */
export function refuseOneName({ output }: { output?: string | undefined }, jobs: number): void {
  if (jobs < 2 || output === undefined || (output !== '-' && isTemplate(output))) return;
  throw new UsageError(`--output ${output} is one file, and there are several videos`, {
    hint: '--output "{job}.{ext}", or --out-dir <dir>',
  });
}

/** How many streams a large download may have. @throws {UsageError} */
export function connectionsOf({ connections }: { connections?: number | undefined }): number | undefined {
  if (connections === undefined || (connections >= 1 && connections <= 16)) return connections;
  throw new UsageError(`--connections ${connections} is not a number of streams`, {
    hint: connections < 1 ? '--connections 1' : '--connections 16',
  });
}

/** Copies a verified file to stdout. @throws {NotSavedError} when the reader goes away */
export function stdoutWriter(context: Context): (file: string) => Promise<void> {
  return async (file) => {
    const [{ createReadStream }, { pipeline }] = await Promise.all([
      import('node:fs'),
      import('node:stream/promises'),
    ]);
    try {
      await pipeline(createReadStream(file), context.io.stdout, { end: false, signal: context.signal });
    } catch (error) {
      context.signal.throwIfAborted();
      throw new NotSavedError('whoever reads stdout went away before the video was written', {
        cause: error,
      });
    }
  };
}
