import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatBytes } from '../core/bytes.ts';
import { NotSavedError } from '../core/errors.ts';

const mostBytes = 256 * 1024 * 1024;
const shareOfDisk = 20;
/** A short video finds room on a disk that is nearly full, too. */
const shareOfFree = 4;
/** So many looks at the disk before the reserve itself could be gone. */
const looks = 8;

/** Keeps some room free on the disk of a file that may have no end. */
export class DiskReserve {
  readonly #directory: string;
  /** Settled by the first look. */
  #reserve: number | undefined;
  /** Bytes that may still come before the next look. */
  #unseen = 0;

  constructor(path: string) {
    this.#directory = dirname(path);
  }

  /** @throws NotSavedError when what is about to be written would leave less than the reserve */
  async keep(chunks: readonly Uint8Array[]): Promise<void> {
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    this.#unseen -= bytes;
    if (this.#unseen >= 0) return;
    const disk = await statfs(this.#directory).catch(() => undefined);
    // Some network and FUSE disks answer with zeros; others cannot tell at all.
    if (disk === undefined || disk.blocks === 0) return;
    const freeBytes = disk.bavail * disk.bsize;
    const diskBytes = disk.blocks * disk.bsize;
    const reserve = (this.#reserve ??= Math.min(mostBytes, diskBytes / shareOfDisk, freeBytes / shareOfFree));
    if (freeBytes > 0 && freeBytes - bytes < reserve) {
      throw new NotSavedError(
        `the server does not say how long the file is, and it leaves ${formatBytes(freeBytes)} in ${this.#directory}`,
        { hint: 'free some space or choose another directory', retryable: true },
      );
    }
    this.#unseen = Math.floor(reserve / looks);
  }
}
