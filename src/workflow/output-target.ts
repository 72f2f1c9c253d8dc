import { constants } from 'node:fs';
import { access, lstat, mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../core/errors.ts';
import {
  dateAndTime,
  defaultTemplate,
  fillTemplate,
  isTemplate,
  parseTemplate,
  slugOf,
} from '../core/file-name.ts';
import type { Job, JobOutput, Saving } from '../core/job.ts';
import { isSameFile } from '../store/file-hash.ts';
import { findObstacle } from '../store/find-obstacle.ts';

export type OutputFlags = {
  output: string | undefined;
  outDir: string | undefined;
  force: boolean;
};

/**
 * What the flags say of saving, with every path made absolute.
 * @throws {UsageError} for a template that cannot be filled in
 */
export function readSaving({ output, outDir, force }: OutputFlags, cwd: string): Saving {
  const directory = path.resolve(cwd, outDir ?? '.');
  if (output === undefined || output === '-') return { output: output ?? null, directory, force };
  if (output === '') throw new UsageError('--output is empty', { hint: '--output clip.mp4' });
  // Resolving would drop the slash, and with it the wish for a directory.
  if (output.endsWith('/') || output.endsWith(path.sep)) {
    throw new UsageError(`--output ${output} is a directory`, { hint: `--out-dir ${output}` });
  }
  if (isTemplate(output)) {
    parseTemplate(output);
    return { output, directory, force };
  }
  return { output: path.resolve(directory, output), directory, force };
}

/**
 * Looks at the place before anything is spent: a name that is taken, a directory that cannot be written to.
 * `own` is what this very job downloaded before: a file that equals it is no stranger.
 * @throws {UsageError}
 */
export async function checkTarget(saving: Saving, own?: JobOutput): Promise<void> {
  const { output, force } = saving;
  if (output === '-') return;
  if (output !== null && !isTemplate(output)) {
    const obstacle = await findObstacle(output);
    if (obstacle !== undefined) {
      throw new UsageError(`--output ${output} is ${obstacle}`, {
        hint:
          obstacle === 'a directory'
            ? `--out-dir ${output}`
            : 'choose another name; `-o -` writes the video to stdout',
      });
    }
    const found = await lstat(output).catch(() => undefined);
    const isOurs = (await isSameFile(output, own)) || (await isOwnClaim(output, own));
    if (found !== undefined && !force && !isOurs) {
      throw new UsageError(`${output} is there already`, {
        hint: 'choose another name, or --force to replace it',
      });
    }
    await checkWritable(path.dirname(output));
    await checkLength(output);
    return;
  }
  await checkWritable(fixedDirectory(saving));
  if (output !== null) await checkLength(path.resolve(saving.directory, fillTemplate(output, longValues)));
}

/**
 * Whether an empty file is what a run left that was killed while it gave its video a name on a disk without hard
 * links: it had noted what it fetched, and all of that lies beside the name.
 */
export async function isOwnClaim(file: string, own: JobOutput | undefined): Promise<boolean> {
  if (own === undefined || own.sha256 === null) return false;
  const sizes = await Promise.all([file, `${file}.part`].map((name) => stat(name).catch(() => undefined)));
  const [claim, part] = sizes;
  return claim?.isFile() === true && claim.size === 0 && part?.size === own.bytes;
}

/** What the fields of a template may well become. */
const longValues = {
  job: 'x'.repeat(12),
  task_id: 'x'.repeat(36),
  mode: 'i2v',
  model: 'x'.repeat(24),
  seed: '2147483647',
  date: '2026-11-20',
  time: '14-03-09',
  slug: 'x'.repeat(40),
  index: '1',
  ext: 'mp4',
};

/** While it arrives, the file has a longer name than in the end. */
async function checkLength(file: string): Promise<void> {
  const error = await stat(`${file}-2.part.json`).catch((reason: NodeJS.ErrnoException) => reason);
  if (!('code' in error) || error.code !== 'ENAMETOOLONG') return;
  throw new UsageError(`--output: the name is too long for the disk: ${path.basename(file)}`, {
    hint: 'give a shorter name with --output',
  });
}

/** Where a job's file goes. Templates number themselves on collision, so only a literal name may refuse. */
export function targetOf(job: Job, saving: Saving): { path: string; isLiteral: boolean } {
  const { output, directory } = saving;
  if (output !== null && !isTemplate(output)) return { path: output, isLiteral: true };
  const name = fillTemplate(output ?? defaultTemplate, {
    job: job.id,
    task_id: job.task_id ?? 'unknown',
    mode: job.mode ?? 'video',
    model: job.model ?? 'unknown',
    seed: job.request?.seed === undefined || job.request.seed < 0 ? 'random' : String(job.request.seed),
    ...dateAndTime(Date.parse(job.submitted_at ?? job.created_at)),
    slug: slugOf(job.request?.prompt ?? '', job.mode ?? 'video'),
    index: String(job.index ?? 1),
    ext: 'mp4',
  });
  return { path: path.resolve(directory, name), isLiteral: false };
}

/** The part of a template's path that is known before the job is. */
function fixedDirectory({ output, directory }: Saving): string {
  if (output === null) return directory;
  const first = output.indexOf('{');
  return path.resolve(directory, path.dirname(`${output.slice(0, first)}x`));
}

/** Directories are made when saving, so the nearest one that is there must take new entries. */
async function checkWritable(directory: string): Promise<void> {
  for (let place = directory; ; place = path.dirname(place)) {
    const found = await stat(place).catch((error: NodeJS.ErrnoException) => error);
    if (!(found instanceof Error)) {
      if (!found.isDirectory()) {
        throw new UsageError(`${place} is not a directory`, { hint: 'choose another place with --out-dir' });
      }
      await tryWriting(place).catch((error: NodeJS.ErrnoException) => {
        throw new UsageError(`cannot write to ${place}: ${error.code}`, {
          hint: 'choose another place with --out-dir',
        });
      });
      return;
    }
    if ((await lstat(place).catch(() => undefined)) !== undefined) {
      throw new UsageError(`${place} is a link to a place that is not there`, {
        hint: 'choose another place with --out-dir, or mount what it leads to',
      });
    }
    if (found.code !== 'ENOENT' && found.code !== 'ENOTDIR') {
      throw new UsageError(`cannot look at ${place}: ${found.message}`, {
        hint: 'choose another place with --out-dir',
      });
    }
    if (place === path.dirname(place)) return;
  }
}

/** The rights say all, but where the system itself makes the entries, as in `/proc`: there, root may and yet cannot. */
async function tryWriting(place: string): Promise<void> {
  await access(place, constants.W_OK | constants.X_OK);
  const disk = await statfs(place).catch(() => undefined);
  if (disk !== undefined && disk.blocks === 0) await rmdir(await mkdtemp(path.join(place, '.wan-')));
}
