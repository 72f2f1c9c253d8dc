import { lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateDirectory, syncDirectory } from './atomic-file.ts';
import { placeFile } from './place-file.ts';

const hourMs = 3_600_000;

/**
 * Moves what is no record out of the way, with its bytes, under its own name, numbered where that is taken.
 * @returns where it lies now; undefined where it could not be moved, or was gone already. Never throws
 */
export async function setAside(file: string, directory: string): Promise<string | undefined> {
  const wanted = path.join(directory, path.basename(file));
  try {
    const isDirectory = (await lstat(file)).isDirectory();
    await makePrivateDirectory(path.dirname(directory));
    await makePrivateDirectory(directory);
    if (!isDirectory) return await placeFile(file, wanted, { onCollision: 'number', replace: false });
    const target = await freeName(wanted);
    await rename(file, target);
    await syncDirectory(directory);
    return target;
  } catch {
    return undefined;
  }
}

/** Where the record of a job lies that was set aside. Never throws. */
export async function findSetAside(id: string, directory: string): Promise<string | undefined> {
  const names = await readdir(directory).catch(() => []);
  const own = names.filter(
    (name) => name === `${id}.json` || new RegExp(`^${id}-\\d+\\.json$`, 'u').test(name),
  );
  const last = own.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1);
  return last === undefined ? undefined : path.join(directory, last);
}

/** Jobs whose records were set aside, the newest first. Never throws. */
export async function listSetAside(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  const ids = names.flatMap((name) => /^([0-9A-HJKMNP-TV-Z]{12})(?:-\d+)?\.json$/u.exec(name)?.[1] ?? []);
  return ids.toSorted().toReversed();
}

/** Removes a temporary file of ours, once nobody can be writing it any more. Never throws. */
export async function removeLeftover(file: string, nowMs: number): Promise<void> {
  try {
    if (nowMs - (await stat(file)).mtimeMs > hourMs) await rm(file);
  } catch {
    // It does no harm.
  }
}

/** Links to directories do not exist, so a name is looked for first. */
async function freeName(wanted: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const target = number === 1 ? wanted : `${wanted}-${number}`;
    // oxlint-disable-next-line no-await-in-loop -- one name after the other
    if (
      !(await lstat(target).then(
        () => true,
        () => false,
      ))
    )
      return target;
  }
}
