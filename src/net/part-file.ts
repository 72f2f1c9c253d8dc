import { open, lstat, rm, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import { NotSavedError } from '../core/errors.ts';
import { errorCode } from '../core/error-code.ts';
import { diskError, requireSpace } from './disk-error.ts';
import { FileDigest, type Checksums } from './file-digest.ts';
import { createPartRecord, readPartRecord, recordPath, savePartRecord } from '../store/part-record.ts';
import type { PartRecord, RemoteFile } from '../store/part-record.ts';

// How much may have to be fetched again after a kill or a power cut.
const checkpointBytes = 4 * 1024 * 1024;
const checkpointMs = 5_000;
const maxNames = 9;

/** A `.part` that belongs to this job, open for writing, with its record. One process at a time: the job's lock. */
export class PartFile {
  readonly path: string;
  /** Bytes from the start of the file that are there, on disk or on their way to it. */
  bytes: number;
  /** How often bytes that were there had to be given up. */
  restarts = 0;
  readonly #file: FileHandle;
  readonly #record: PartRecord;
  readonly #clock: Clock;
  #digest: FileDigest;
  #isDoubted = false;
  #saved: { bytes: number; at: number };

  constructor(path: string, file: FileHandle, record: PartRecord, clock: Clock) {
    this.path = path;
    this.#file = file;
    this.#record = record;
    this.#clock = clock;
    this.bytes = finishedBytes(record);
    this.#saved = { bytes: this.bytes, at: clock.now() };
    this.#digest = new FileDigest(record.remote);
  }

  get remote(): RemoteFile | undefined {
    return this.#record.remote;
  }

  get isComplete(): boolean {
    return !this.#isDoubted && this.bytes > 0 && this.bytes === this.remote?.totalBytes;
  }

  /** What `If-Range` may say, or undefined when the bytes that are there cannot be continued. */
  get validator(): string | undefined {
    if (this.bytes === 0 || this.#isDoubted || this.remote === undefined) return undefined;
    const { etag, lastModified } = this.remote;
    return etag !== undefined && !/^W\//iu.test(etag) ? etag : lastModified;
  }

  /** The bytes that are there are not trusted any more: the next good answer replaces them, none continues them. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Begins the file anew. Only now, with a good answer in hand, are older bytes given up. */
  async begin(remote: RemoteFile): Promise<void> {
    if (this.bytes > 0) this.restarts += 1;
    await this.#onDisk(async () => {
      await requireSpace(this.path, (remote.totalBytes ?? 0) - this.bytes);
      this.bytes = 0;
      this.#isDoubted = false;
      this.#digest = new FileDigest(remote);
      this.#record.remote = remote;
      // The record gives the old bytes up before they go, so that it never promises what is not there.
      await this.#save();
      await this.#file.truncate(0);
    });
  }

  /** Makes ready to continue after the bytes that are there. */
  async resume(totalBytes: number | undefined): Promise<void> {
    const { remote } = this.#record;
    if (remote !== undefined) remote.totalBytes ??= totalBytes;
    await this.#onDisk(() => requireSpace(this.path, (totalBytes ?? 0) - this.bytes));
  }

  /** Hashes what an earlier run left, so that the rest can be hashed while it arrives. */
  async hashPresent(signal: AbortSignal): Promise<void> {
    await this.#onDisk(() => this.#digest.catchUp(this.#file, this.bytes, signal));
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#onDisk(async () => {
      let written = 0;
      while (written < chunk.length) {
        const at = this.bytes + written;
        written += (await this.#file.write(chunk, written, chunk.length - written, at)).bytesWritten;
      }
      this.#digest.add(this.bytes, chunk);
      this.bytes += chunk.length;
      const isDue =
        this.bytes - this.#saved.bytes >= checkpointBytes ||
        this.#clock.now() - this.#saved.at >= checkpointMs;
      if (isDue) await this.#save();
    });
  }

  /** Puts on record what has arrived. */
  async checkpoint(): Promise<void> {
    if (this.#saved.bytes === this.bytes || this.#isDoubted) return;
    await this.#onDisk(() => this.#save());
  }

  /** Everything is there: the checksums of the whole file. The digest starts over after it. */
  async checksums(signal: AbortSignal): Promise<Checksums> {
    await this.hashPresent(signal);
    const sums = this.#digest.finish();
    this.#digest = new FileDigest(this.remote);
    return sums;
  }

  /** Cuts off what does not belong, flushes, and records the file as whole. */
  async complete(): Promise<void> {
    await this.#onDisk(async () => {
      await this.#file.truncate(this.bytes);
      if (this.#record.remote !== undefined) this.#record.remote.totalBytes = this.bytes;
      await this.#save();
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #save(): Promise<void> {
    // Bytes first, then the record that promises them.
    await this.#file.sync();
    this.#record.ranges = this.bytes === 0 ? [] : [[0, this.bytes]];
    await savePartRecord(this.path, this.#record);
    this.#saved = { bytes: this.bytes, at: this.#clock.now() };
  }

  async #onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw diskError(error, this.path);
    }
  }
}

/**
 * Opens this owner's `.part`, or makes one. A file of another owner, or without a readable record, is never touched:
 * then the name is numbered (`video-2.part`).
 * @throws NotSavedError when the disk refuses or every name is taken
 */
export async function claimPart(wanted: string, owner: string, clock: Clock): Promise<PartFile> {
  const names = Array.from({ length: maxNames }, (_, index) => numbered(wanted, index + 1));
  try {
    const states = await Promise.all(
      names.map(async (path) => ({ path, found: await inspect(path, owner) })),
    );
    // An own part behind a foreign one still counts, also after the foreign one has gone.
    for (const { path, found } of states) {
      if (typeof found === 'object') return await openOwn(path, found, clock);
    }
    for (const { path, found } of states) {
      const part = found === 'free' ? await createPart(path, owner, clock) : undefined;
      if (part !== undefined) return part;
    }
  } catch (error) {
    throw diskError(error, wanted);
  }
  throw new NotSavedError(`${wanted} and its numbered names belong to other downloads`);
}

function numbered(path: string, number: number): string {
  return number === 1 ? path : path.replace(/(\.part)?$/u, (ending) => `-${number}${ending}`);
}

async function inspect(path: string, owner: string): Promise<PartRecord | 'free' | 'foreign'> {
  const [record, part] = await Promise.all([readPartRecord(path), lstat(path).catch(() => undefined)]);
  if (record === 'none') return part === undefined ? 'free' : 'foreign';
  if (record === 'unreadable' || record.owner !== owner) return 'foreign';
  if (part === undefined) return { ...record, ranges: [] };
  // A record is claimed before its part is made; one that was never begun vouches for an empty file only.
  const isOurs = part.isFile() && (record.remote !== undefined || part.size === 0);
  if (!isOurs) return 'foreign';
  return finishedBytes(record) <= part.size ? record : { ...record, ranges: [] };
}

async function openOwn(path: string, record: PartRecord, clock: Clock): Promise<PartFile> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return open(path, 'wx+');
    throw error;
  });
  return new PartFile(path, file, record, clock);
}

async function createPart(path: string, owner: string, clock: Clock): Promise<PartFile | undefined> {
  const record: PartRecord = { owner, remote: undefined, ranges: [] };
  try {
    await createPartRecord(path, record);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  try {
    return new PartFile(path, await open(path, 'wx+'), record, clock);
  } catch (error) {
    await rm(recordPath(path), { force: true });
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
}

/** Bytes finished from the start on: later stretches do not help a single stream. */
function finishedBytes({ ranges }: PartRecord): number {
  return ranges.find(([first]) => first === 0)?.[1] ?? 0;
}
