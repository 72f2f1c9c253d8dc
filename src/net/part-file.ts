import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import { ByteRanges, type Stretch } from './byte-ranges.ts';
import { diskError, isFullDisk, requireSpace } from './disk-error.ts';
import { DiskReserve } from './disk-reserve.ts';
import { openDigest } from './distant-digest.ts';
import type { Checksums, Digest } from './file-digest.ts';
import { PartGuard, type StillOurs } from './part-guard.ts';
import { strongValidator } from './remote-file.ts';
import { freeBuffers } from './free-buffers.ts';
import { writeAll } from './write-all.ts';
import { savePartRecord, type PartRecord, type RemoteFile } from '../store/part-record.ts';

// How much may have to be fetched again after a kill or a power cut: whichever of the two comes first.
const checkpointBytes = 16 * 1024 * 1024;
const checkpointMs = 2_000;
// Chunks lie outside of the engine's heap, which sees no reason to collect them until there are dozens of megabytes.
const freeEveryBytes = 4 * 1024 * 1024;
/** More than a record needs, on disks of large blocks as well. */
const roomBytes = 64 * 1024;
/** From here on a file is fetched over several connections, and its checksums get a thread of their own. */
export const largeBytes = 64_000_000;

/** How a part is looked after. */
export type PartCare = {
  clock: Clock;
  /** The thread that makes checksums of large files; beside this code unless told. */
  digestWorker?: URL | undefined;
  /** What is large. */
  split?: { fileBytes: number } | undefined;
  stillOurs?: StillOurs | undefined;
};

/** A `.part` that belongs to this job, open for writing, with its record. One process at a time. */
export class PartFile {
  readonly path: string;
  /** How often bytes that were there had to be given up. */
  restarts = 0;
  readonly #file: FileHandle;
  readonly #record: PartRecord;
  readonly #care: PartCare;
  readonly #guard: PartGuard;
  #ranges: ByteRanges;
  #digest: Digest | undefined;
  readonly #reserve: DiskReserve;
  #isDoubted = false;
  /** Bytes whose buffers may still lie around. */
  #unfreed = 0;
  #saved: { bytes: number; at: number };
  /** One after the other: the record has one temporary name. Never rejects. */
  #saves: Promise<void> = Promise.resolve();
  #isSavingAside = false;
  /** What went wrong with the disk while nobody waited for it. */
  #fault: { error: unknown } | undefined;

  constructor(path: string, file: FileHandle, record: PartRecord, care: PartCare) {
    this.path = path;
    this.#file = file;
    this.#record = record;
    this.#care = care;
    this.#guard = new PartGuard(path, file, care.stillOurs);
    this.#ranges = new ByteRanges(record.ranges);
    this.#reserve = new DiskReserve(path);
    this.#saved = { bytes: this.bytes, at: care.clock.now() };
  }

  get remote(): RemoteFile | undefined {
    return this.#record.remote;
  }

  /** Bytes that are there, on disk or on their way to it. */
  get bytes(): number {
    return this.#ranges.bytes;
  }

  get isComplete(): boolean {
    return !this.#isDoubted && this.bytes > 0 && this.bytes === this.remote?.totalBytes;
  }

  /** What `If-Range` may say, or undefined when the bytes that are there cannot be continued. */
  get validator(): string | undefined {
    return this.bytes === 0 || this.#isDoubted ? undefined : strongValidator(this.remote);
  }

  get isDoubted(): boolean {
    return this.#isDoubted;
  }

  /** What is missing. Without an announced length the last stretch has no end: `Infinity`. */
  get gaps(): Stretch[] {
    return this.#ranges.gaps(this.remote?.totalBytes ?? Infinity);
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
      await this.#dropDigest();
      this.#ranges = new ByteRanges();
      this.#isDoubted = false;
      this.#record.remote = remote;
      // The record gives the old bytes up before they go, so that it never promises what is not there.
      await this.#save();
      await this.#guard.truncate(0);
    });
  }

  /** Makes ready to continue with the bytes that are there. */
  async resume(totalBytes: number | undefined): Promise<void> {
    const { remote } = this.#record;
    if (remote !== undefined) remote.totalBytes ??= totalBytes;
    await this.#onDisk(() => requireSpace(this.path, (totalBytes ?? 0) - this.bytes));
  }

  /** Hashes what an earlier run left, so that the rest can be hashed while it arrives. */
  async hashPresent(signal: AbortSignal): Promise<void> {
    const { prefix } = this.#ranges;
    if (prefix > 0) await this.#onDisk(() => this.#openDigest().catchUp(prefix, signal));
  }

  /** Writes bytes that belong behind one another at an offset. May be called for several offsets at once. */
  async write(offset: number, chunks: readonly Uint8Array[]): Promise<void> {
    await this.#onDisk(async () => {
      if (this.#fault !== undefined) throw this.#fault.error;
      if (this.remote?.totalBytes === undefined) await this.#reserve.keep(chunks);
      await this.#guard.beforeBytes();
      const end = await writeAll(this.#file, offset, chunks);
      this.#ranges.add(offset, end);
      const digest = this.#openDigest();
      digest.add(offset, chunks);
      digest.reach(this.#ranges.prefix);
      this.#unfreed += end - offset;
      if (this.#unfreed >= freeEveryBytes) {
        this.#unfreed = 0;
        freeBuffers();
      }
    });
    const isDue =
      this.bytes - this.#saved.bytes >= checkpointBytes ||
      this.#care.clock.now() - this.#saved.at >= checkpointMs;
    if (!isDue || this.#isSavingAside) return;
    this.#isSavingAside = true;
    // Nobody waits for it: bytes go on coming meanwhile.
    void this.#save()
      .catch((error: unknown) => {
        this.#fault ??= { error };
      })
      .finally(() => {
        this.#isSavingAside = false;
      });
  }

  /** Puts on record what has arrived. */
  async checkpoint(): Promise<void> {
    await this.#saves;
    if (this.#saved.bytes === this.bytes || this.#isDoubted) return;
    await this.#onDisk(() => this.#save());
  }

  /** The same at the end of a run that failed: on a full disk the last bytes make room for the record of all others. */
  async keep(): Promise<void> {
    try {
      await this.checkpoint();
    } catch (error) {
      if (!isFullDisk(error)) throw error;
      const end = Math.max(0, this.#ranges.end - roomBytes);
      await this.#guard.truncate(end);
      this.#ranges = new ByteRanges(this.#ranges.list.map(([first, last]) => [first, Math.min(last, end)]));
      await this.checkpoint();
    }
  }

  /** Everything is there: the checksums of the whole file, while the disk takes it in. */
  async checksums(signal: AbortSignal): Promise<Checksums> {
    const flushed = this.checkpoint();
    flushed.catch(() => {}); // told below
    const sums = await this.#onDisk(() => this.#openDigest().finish(this.bytes, signal));
    await this.#dropDigest();
    await flushed;
    return sums;
  }

  /** Cuts off what does not belong, flushes, and records the file as whole. */
  async complete(): Promise<void> {
    await this.#saves;
    await this.#onDisk(async () => {
      const { remote } = this.#record;
      const isKnown = remote?.totalBytes === this.bytes && this.#saved.bytes === this.bytes;
      if (isKnown && (await this.#file.stat()).size === this.bytes) return;
      await this.#guard.truncate(this.bytes);
      if (remote !== undefined) remote.totalBytes = this.bytes;
      await this.#save();
    });
  }

  async close(): Promise<void> {
    await this.#saves;
    await this.#dropDigest();
    await this.#file.close();
  }

  #openDigest(): Digest {
    const isLarge = (this.remote?.totalBytes ?? 0) >= (this.#care.split?.fileBytes ?? largeBytes);
    const workerUrl = this.#care.digestWorker;
    this.#digest ??= openDigest(this.#file, this.remote ?? {}, { isLarge, workerUrl });
    return this.#digest;
  }

  async #dropDigest(): Promise<void> {
    const digest = this.#digest;
    this.#digest = undefined;
    await digest?.close();
  }

  #save(): Promise<void> {
    const save = this.#saves.then(() => this.#saveNow());
    this.#saves = save.catch(() => {}); // whoever asked for it is told
    return save;
  }

  async #saveNow(): Promise<void> {
    const ranges = this.#ranges.list;
    const before = this.#saved;
    this.#saved = { bytes: this.bytes, at: this.#care.clock.now() };
    try {
      // Bytes first, then the record that promises them.
      await this.#file.sync();
      this.#record.ranges = ranges;
      await this.#guard.beforeRecord();
      await savePartRecord(this.path, this.#record, () => this.#guard.beforeRecordsName());
    } catch (error) {
      this.#saved = before;
      throw error;
    }
  }

  async #onDisk<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw diskError(error, this.path);
    }
  }
}
