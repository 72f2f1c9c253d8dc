import { lstat, type FileHandle } from 'node:fs/promises';
import { NotSavedError } from '../core/errors.ts';

/**
 * Asks whether the download is still this process's; `lately` without the disk, unless the process was stopped.
 * @throws {TakenOverError}
 */
export type StillOurs = (how: 'now' | 'lately') => Promise<void>;

/** Stands before everything that changes a `.part`: one that was taken over may be a finished video by now. */
export class PartGuard {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #stillOurs: StillOurs;
  #hasWritten = false;

  constructor(path: string, file: FileHandle, stillOurs: StillOurs = async () => {}) {
    this.#path = path;
    this.#file = file;
    this.#stillOurs = stillOurs;
  }

  /** Before bytes: the first ones want all that a truncation wants. */
  async beforeBytes(): Promise<void> {
    if (this.#hasWritten) return this.#stillOurs('lately');
    await this.#requireAlone();
    this.#hasWritten = true;
  }

  beforeRecord(): Promise<void> {
    return this.#stillOurs('now');
  }

  /** It takes a while to write one: again before it gets its name. */
  beforeRecordsName(): Promise<void> {
    return this.#stillOurs('lately');
  }

  async truncate(bytes: number): Promise<void> {
    await this.#requireAlone();
    await this.#file.truncate(bytes);
  }

  /** @throws {NotSavedError} when the open file is not the one of its name, and of no other */
  async #requireAlone(): Promise<void> {
    await this.#stillOurs('now');
    const [own, named] = await Promise.all([
      this.#file.stat({ bigint: true }),
      lstat(this.#path, { bigint: true }).catch(() => undefined),
    ]);
    const isSame = named !== undefined && named.ino === own.ino && named.dev === own.dev;
    if (!isSame || own.nlink > 1n)
      throw new NotSavedError(`${this.#path} was moved, or has got another name: its bytes are left alone`);
  }
}
