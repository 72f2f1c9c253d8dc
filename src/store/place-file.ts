import { randomBytes } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { copyFile, link, lstat, open, rename, stat } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import { NotSavedError } from '../core/errors.ts';
import { discard, lacksLinks, syncDirectory } from './atomic-file.ts';
import { hashFile, isSameFile } from './file-hash.ts';
import { findObstacle } from './find-obstacle.ts';
import { errorCode } from '../core/error-code.ts';

export type PlaceOptions = {
  /** What to do about a file that is there already: number the name (`clip-2.mp4`), or refuse. */
  onCollision: 'number' | 'refuse';
  /** Put it over a file that is there: the user's own word, `--force`. */
  replace: boolean;
};

const maxNames = 10_000;

const reasons: Record<string, string> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'no such directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENAMETOOLONG: 'the name is too long',
};

/**
 * Gives a finished part its final name. Nothing is replaced unasked, and at no moment does an incomplete file stand
 * under a final name. The part is gone when this resolves, and untouched when it throws.
 * @returns the absolute path that the file got
 * @throws NotSavedError when the name is taken and may not be numbered, or the disk refuses
 */
export async function placeFile(
  partPath: string,
  wantedPath: string,
  options: PlaceOptions,
): Promise<string> {
  const wanted = resolve(wantedPath);
  try {
    const placed = await place(resolve(partPath), wanted, options);
    await syncDirectory(dirname(placed));
    return placed;
  } catch (error) {
    throw asNotSaved(error, wanted);
  }
}

/**
 * The name that a file got which was placed before the run was killed: the one that was wanted, or the numbered one
 * that it had to take. Undefined where it stands under none of them.
 */
export async function findPlaced(
  wanted: { path: string; isLiteral: boolean },
  known: { bytes: number | null; sha256: string | null },
): Promise<string | undefined> {
  const lastName = wanted.isLiteral ? 1 : maxNames;
  for (let number = 1; number <= lastName; number += 1) {
    const path = numbered(wanted.path, number);
    // Numbers are taken in order: behind the first free one there is nothing of ours.
    /* oxlint-disable no-await-in-loop */
    if ((await findEntry(path)) === undefined) return undefined;
    if (await isSameFile(path, known)) return path;
    /* oxlint-enable no-await-in-loop */
  }
  return undefined;
}

/**
 * Keeps a file of full length that failed a check: as `<name>.unverified.mp4`, numbered when that is taken.
 * @returns the absolute path that the file got
 * @throws NotSavedError when the disk refuses
 */
export async function keepUnverified(partPath: string, wantedPath: string): Promise<string> {
  const { dir, name, ext } = parse(resolve(wantedPath));
  const unverified = join(dir, `${name}.unverified${ext}`);
  // Each run fetches the same again: one copy of it is enough.
  const kept = await findKept(partPath, unverified);
  if (kept === undefined) return placeFile(partPath, unverified, { onCollision: 'number', replace: false });
  await discard(partPath);
  return kept;
}

async function findKept(partPath: string, unverified: string): Promise<string | undefined> {
  try {
    if ((await findEntry(unverified)) === undefined) return undefined;
    const known = { bytes: (await stat(partPath)).size, sha256: await hashFile(partPath) };
    return await findPlaced({ path: unverified, isLiteral: false }, known);
  } catch {
    return undefined; // then it is kept once more
  }
}

async function place(part: string, wanted: string, options: PlaceOptions): Promise<string> {
  try {
    return options.replace ? await replaceFile(part, wanted) : await takeFreeName(part, wanted, options);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
  }
  // Another disk: a whole copy beside the target first, which then gets the name like any part.
  const copy = join(dirname(wanted), `.wan-${randomBytes(8).toString('hex')}.tmp`);
  try {
    await copyFile(part, copy, constants.COPYFILE_EXCL);
    await flush(copy);
    const placed = options.replace
      ? await replaceFile(copy, wanted)
      : await takeFreeName(copy, wanted, options);
    await syncDirectory(dirname(placed));
    await discard(part);
    return placed;
  } catch (error) {
    await discard(copy);
    throw error;
  }
}

async function replaceFile(part: string, wanted: string): Promise<string> {
  const obstacle = await findObstacle(wanted);
  if (obstacle !== undefined) throw new NotSavedError(`${wanted} is ${obstacle}`);
  await rename(part, wanted);
  return wanted;
}

async function takeFreeName(part: string, wanted: string, { onCollision }: PlaceOptions): Promise<string> {
  const own = await lstat(part, { bigint: true });
  const lastName = onCollision === 'number' ? maxNames : 1;
  for (let number = 1; number <= lastName; number += 1) {
    const path = numbered(wanted, number);
    // A name can only be tried after the one before it was taken.
    // oxlint-disable-next-line no-await-in-loop
    if (await takeName(part, path, own)) return path;
  }
  throw new NotSavedError(`${wanted} exists already`);
}

/** False when the name is taken by another file. */
async function takeName(part: string, path: string, own: BigIntStats): Promise<boolean> {
  try {
    await link(part, path);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (lacksLinks(error)) return renameOntoPlaceholder(part, path);
    if (code !== 'EEXIST') throw error;
    // Killed between link and unlink the last time: then the file under the name is this very one.
    const present = await findEntry(path);
    if (present === undefined || !isSameEntry(present, own)) return false;
  }
  await syncDirectory(dirname(path));
  await discard(part);
  return true;
}

/**
 * Without hard links: an empty file claims the name, and the part is renamed onto it. A kill in between leaves the
 * empty file, which nobody takes for a video, and the part.
 */
async function renameOntoPlaceholder(part: string, path: string): Promise<boolean> {
  const placeholder = await open(path, 'wx').catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (placeholder === undefined) return false;
  let claimed: BigIntStats;
  try {
    claimed = await placeholder.stat({ bigint: true });
  } finally {
    await placeholder.close();
  }
  // Somebody may have put a file of theirs over our claim: it is theirs then.
  if (!(await isStillEmpty(path, claimed))) return false;
  try {
    await rename(part, path);
  } catch (error) {
    if (await isStillEmpty(path, claimed)) await discard(path);
    throw error;
  }
  return true;
}

async function isStillEmpty(path: string, claimed: BigIntStats): Promise<boolean> {
  const present = await findEntry(path);
  return present !== undefined && present.size === 0n && isSameEntry(present, claimed);
}

function isSameEntry(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** `clip.mp4` -> `clip-2.mp4`. */
function numbered(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return number === 1 ? path : join(dir, `${name}-${number}${ext}`);
}

async function findEntry(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function asNotSaved(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (error instanceof NotSavedError || code === undefined) return error;
  const reason = reasons[code];
  return new NotSavedError(`cannot save ${path}: ${reason === undefined ? code : `${reason} (${code})`}`, {
    cause: error,
  });
}
