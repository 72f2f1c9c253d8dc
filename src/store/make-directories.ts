import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode } from '../core/error-code.ts';

/**
 * Makes a directory and its missing parents, one after the other. Node's own way tries for ever below a link to a place
 * that is not there, and below `/proc`.
 * @returns the topmost that was made; undefined when it was there already. Throws the file system's error.
 */
export async function makeDirectories(directory: string, mode = 0o777): Promise<string | undefined> {
  const place = resolve(directory);
  const parent = dirname(place);
  if (await makeOne(place, mode, parent === place ? 'needed' : 'missing')) return place;
  if (await isDirectory(place)) return undefined;
  const top = await makeDirectories(parent, mode);
  const isNew = await makeOne(place, mode, 'needed');
  return top ?? (isNew ? place : undefined);
}

/** False when it is there, or when its parent is missing and may be. */
async function makeOne(place: string, mode: number, parent: 'needed' | 'missing'): Promise<boolean> {
  try {
    await mkdir(place, mode);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' && parent === 'missing') return false;
    if (await isDirectory(place)) return false;
    if (code !== 'EEXIST') throw error;
    const reason = await stat(place).then(
      () => 'is not a directory',
      () => 'is a link to a place that is not there',
    );
    throw Object.assign(new Error(`${place} ${reason}`), { code });
  }
}

function isDirectory(place: string): Promise<boolean> {
  return stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
