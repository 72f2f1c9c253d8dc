import { statfs } from 'node:fs/promises';
import { formatBytes } from '../core/bytes.ts';
import { dirname } from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { NotSavedError, WanError } from '../core/errors.ts';

const fullCodes: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than this disk or account allows',
};

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOENT: 'no such directory',
  ENOTDIR: 'no such directory',
  EIO: 'the disk reports an error',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
};

/** A file system's error as the program's own; errors that already are one pass through. */
export function diskError(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (error instanceof WanError || code === undefined) return error;
  const full = fullCodes[code];
  const reason = full ?? reasons[code];
  return new NotSavedError(`cannot write ${path}: ${reason === undefined ? code : `${reason} (${code})`}`, {
    hint:
      full === undefined
        ? undefined
        : 'free some space or choose another directory; what has arrived is kept',
    retryable: full !== undefined,
    cause: error,
  });
}

/** Whether a failure of `diskError` is one that more room would mend. */
export function isFullDisk(error: unknown): boolean {
  return error instanceof NotSavedError && (errorCode(error.cause) ?? '') in fullCodes;
}

/** @throws NotSavedError when the disk of a path has less room than the bytes still to come */
export async function requireSpace(path: string, neededBytes: number): Promise<void> {
  const disk = await statfs(dirname(path)).catch(() => undefined); // not every file system can tell: then try
  // Some network and FUSE disks answer with zeros.
  if (disk === undefined || disk.blocks === 0) return;
  const freeBytes = disk.bavail * disk.bsize;
  if (freeBytes >= neededBytes) return;
  throw new NotSavedError(
    `not enough disk space in ${dirname(path)}: ${formatBytes(neededBytes)} needed, ${formatBytes(freeBytes)} free`,
    { hint: 'free some space or choose another directory', retryable: true },
  );
}
