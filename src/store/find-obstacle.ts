import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { oddKind } from '../core/file-kind.ts';

const maxHops = 40;

/**
 * What stands under a name and may not be replaced by a file, in words that complete "it is "; undefined for a file, a
 * link to one, and nothing at all. A rename would take the place of a device or a pipe that others use.
 */
export async function findObstacle(name: string): Promise<string | undefined> {
  const entry = await lstat(name).catch(() => undefined);
  if (entry === undefined) return undefined;
  if (!entry.isSymbolicLink()) return oddKind(entry);
  if (await leadsToProcess(name)) return 'a link to what a process has open';
  const target = await stat(name).catch(() => undefined);
  return target === undefined ? 'a link to a place that is not there' : oddKind(target);
}

/** `/dev/stdout` may be a file today: that of whoever redirected it. */
async function leadsToProcess(name: string): Promise<boolean> {
  let here = path.resolve(name);
  for (let hop = 0; hop < maxHops; hop += 1) {
    /* oxlint-disable no-await-in-loop -- where a link leads, only the one before tells */
    const directory = await realpath(path.dirname(here)).catch(() => path.dirname(here));
    if (directory === '/proc' || directory.startsWith('/proc/')) return true;
    const next = await readlink(here).catch(() => undefined);
    /* oxlint-enable no-await-in-loop */
    if (next === undefined) return false;
    here = path.resolve(directory, next);
  }
  return false;
}
