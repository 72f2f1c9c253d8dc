import type { Dirent } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { UsageError } from '../core/errors.ts';
import { makePrivateDirectory, syncDirectory } from './atomic-file.ts';
import { idOfRecord } from './job-files.ts';
import { readRecord } from './job-record.ts';
import { readSecret } from './lock-socket.ts';

// The state directory is one that we made, or nothing is done in it: names as plain as `open` and `keys` may be
// somebody else's, whose files are not ours to move and whose directory is not ours to close.

/** The first file of a state directory. Not hidden, so that whoever looks in sees whose it is. */
const markerName = 'wan-state';
const markerText =
  'Here wan keeps its jobs. Without this file it would not know the directory for its own.\n';

/** What earlier versions, which made no marker, had at the top. */
const ownNames = new Set(
  'open done by-task by-file keys locks secret set-aside stdout uploads run-times.json sandbox'.split(' '),
);
/** On the top of every disk of its own. */
const ofEveryDisk = new Set(['lost+found', '.DS_Store']);

/**
 * Makes the directory, or makes sure that it is ours; its mode stays.
 * @throws {UsageError} when it is somebody else's; the file system's error
 */
export async function prepareStateDirectory(directory: string): Promise<void> {
  if (await isMarked(directory)) return;
  await makePrivateDirectory(directory, { narrows: false });
  await requireOwn(directory);
  await mark(directory);
}

/** The same for those who only look: nothing is made. @throws {UsageError} when it is somebody else's */
export async function requireStateDirectory(directory: string): Promise<void> {
  if (await isMarked(directory)) return;
  await requireOwn(directory).catch((error: unknown) => {
    // What is not there, or cannot be looked into, is told by whoever needs it.
    if (error instanceof UsageError) throw error;
  });
}

export function isMarked(directory: string): Promise<boolean> {
  return lstat(path.join(directory, markerName)).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function requireOwn(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.map(({ name }) => name).filter((name) => !ofEveryDisk.has(name));
  if (names.length === 0 || (await isOfEarlierVersion(directory, entries))) return;
  // Made by another process between the two looks.
  if (await isMarked(directory)) return;
  throw new UsageError(
    `${directory} is in use, and not by wan (${names.toSorted().slice(0, 3).join(', ')}): nothing was changed there`,
    { hint: 'point WAN_STATE_DIR to a new directory, or to an empty one' },
  );
}

/** One that was made before there were markers, known by what nobody else would write. */
async function isOfEarlierVersion(directory: string, entries: readonly Dirent[]): Promise<boolean> {
  const isAllOurs = entries.every(
    ({ name }) => ownNames.has(name) || ofEveryDisk.has(name) || /^\.wan-[0-9a-f]{16}\.tmp$/u.test(name),
  );
  if (isAllOurs && (await hasSecret(directory))) return true;
  return (await hasSecret(path.join(directory, 'locks'))) || hasRecord(path.join(directory, 'open'));
}

function hasSecret(directory: string): Promise<boolean> {
  return readSecret(directory).then(
    (secret) => secret !== undefined,
    () => false,
  );
}

async function hasRecord(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((): string[] => []);
  for (const name of names) {
    const id = idOfRecord(name);
    // oxlint-disable-next-line no-await-in-loop -- the first one is as good as all
    if (id !== undefined && (await readRecord(path.join(directory, name), id)).kind === 'job') return true;
  }
  return false;
}

async function mark(directory: string): Promise<void> {
  try {
    const file = await open(path.join(directory, markerName), 'wx', 0o600);
    try {
      await file.writeFile(markerText);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    // By another process just now.
    if (errorCode(error) !== 'EEXIST' || !(await isMarked(directory))) throw error;
  }
  await syncDirectory(directory);
}
