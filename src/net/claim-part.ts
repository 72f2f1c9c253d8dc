import { open, lstat, rm } from 'node:fs/promises';
import { NotSavedError } from '../core/errors.ts';
import { errorCode } from '../core/error-code.ts';
import { ByteRanges } from './byte-ranges.ts';
import { diskError } from './disk-error.ts';
import { PartFile, type PartCare } from './part-file.ts';
import {
  createPartRecord,
  partNames,
  readPartRecord,
  recordPath,
  type PartRecord,
} from '../store/part-record.ts';

/**
 * Opens this owner's `.part`, or makes one. A file of another owner, or without a readable record, is never touched:
 * then the name is numbered (`video-2.part`).
 * @throws NotSavedError when the disk refuses or every name is taken
 */
export async function claimPart(wanted: string, owner: string, care: PartCare): Promise<PartFile> {
  const names = partNames(wanted);
  try {
    const states = await Promise.all(
      names.map(async (path) => ({ path, found: await inspect(path, owner) })),
    );
    // An own part behind a foreign one still counts, also after the foreign one has gone.
    for (const { path, found } of states) {
      if (typeof found === 'object') return await openOwn(path, found, care);
    }
    for (const { path, found } of states) {
      const part = found === 'free' ? await createPart(path, owner, care) : undefined;
      if (part !== undefined) return part;
    }
  } catch (error) {
    throw diskError(error, wanted);
  }
  throw new NotSavedError(`${wanted} and its numbered names belong to other downloads`);
}

async function inspect(path: string, owner: string): Promise<PartRecord | 'free' | 'foreign'> {
  const [record, part] = await Promise.all([readPartRecord(path), lstat(path).catch(() => undefined)]);
  if (record === 'none') return part === undefined ? 'free' : 'foreign';
  if (record === 'unreadable' || record.owner !== owner) return 'foreign';
  if (part === undefined) return { ...record, ranges: [] };
  // A record is claimed before its part is made; one that was never begun vouches for an empty file only.
  const isOurs = part.isFile() && (record.remote !== undefined || part.size === 0);
  if (!isOurs) return 'foreign';
  // Under another name as well it is somebody's: whole it may be placed, but nothing is written into it.
  const isWhole =
    part.size === record.remote?.totalBytes && new ByteRanges(record.ranges).bytes === part.size;
  if (part.nlink > 1 && !isWhole) return 'foreign';
  const limit = Math.min(part.size, record.remote?.totalBytes ?? Infinity);
  return new ByteRanges(record.ranges).end <= limit ? record : { ...record, ranges: [] };
}

async function openOwn(path: string, record: PartRecord, care: PartCare): Promise<PartFile> {
  const file = await open(path, 'r+').catch(async (error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
    await care.stillOurs?.('lately');
    return open(path, 'wx+');
  });
  return new PartFile(path, file, record, care);
}

async function createPart(path: string, owner: string, care: PartCare): Promise<PartFile | undefined> {
  const record: PartRecord = { owner, remote: undefined, ranges: [] };
  try {
    await createPartRecord(path, record, () => care.stillOurs?.('lately') ?? Promise.resolve());
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  // Whoever has taken over meanwhile goes on with that record.
  await care.stillOurs?.('lately');
  try {
    return new PartFile(path, await open(path, 'wx+'), record, care);
  } catch (error) {
    await rm(recordPath(path), { force: true });
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
}
