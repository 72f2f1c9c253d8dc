import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Crc64 } from './crc64.ts';
import type { RemoteFile } from '../store/part-record.ts';

/** Checksums of a whole file: hexadecimal, base64, and decimal where it was asked for. */
export type Checksums = { sha256: string; md5: string | undefined; crc64: string | undefined };

/** What the server sent a checksum of, to compare: beside SHA-256 only those are made. */
export type SentChecksums = Partial<Pick<RemoteFile, 'md5' | 'crc64'>>;

/** Makes the checksums of a file that is still growing, also where its bytes come out of order. */
export type Digest = {
  /** Bytes were written at an offset. */
  add: (offset: number, chunks: readonly Uint8Array[]) => void;
  /** Everything before `end` is in the file now. */
  reach: (end: number) => void;
  /** Takes what an earlier run left, so that the rest can be taken while it arrives. */
  catchUp: (end: number, signal: AbortSignal) => Promise<void>;
  /** The checksums of the first `end` bytes: call once. */
  finish: (end: number, signal: AbortSignal) => Promise<Checksums>;
  close: () => Promise<void>;
};

const blockBytes = 1024 * 1024;

/** The running checksums of bytes in their order. */
export class Sums {
  readonly #sha256 = createHash('sha256');
  readonly #md5: Hash | undefined;
  readonly #crc64: Crc64 | undefined;

  constructor(sent: SentChecksums) {
    this.#md5 = sent.md5 === undefined ? undefined : createHash('md5');
    this.#crc64 = sent.crc64 === undefined ? undefined : new Crc64();
  }

  update(bytes: Uint8Array): void {
    this.#sha256.update(bytes);
    this.#md5?.update(bytes);
    this.#crc64?.update(bytes);
  }

  finish(): Checksums {
    return {
      sha256: this.#sha256.digest('hex'),
      md5: this.#md5?.digest('base64'),
      crc64: this.#crc64?.digest(),
    };
  }
}

/** On this thread: bytes that pass by in order are taken as they come, others are read back. */
export class FileDigest implements Digest {
  readonly #file: FileHandle;
  readonly #sums: Sums;
  #position = 0;

  constructor(file: FileHandle, sent: SentChecksums = {}) {
    this.#file = file;
    this.#sums = new Sums(sent);
  }

  add(offset: number, chunks: readonly Uint8Array[]): void {
    if (offset !== this.#position) return;
    for (const chunk of chunks) {
      this.#sums.update(chunk);
      this.#position += chunk.length;
    }
  }

  reach(): void {}

  /** Memory stays at one block. */
  async catchUp(end: number, signal: AbortSignal): Promise<void> {
    if (this.#position >= end) return;
    const block = Buffer.allocUnsafe(Math.min(blockBytes, end - this.#position));
    while (this.#position < end) {
      signal.throwIfAborted();
      const wanted = Math.min(block.length, end - this.#position);
      const { bytesRead } = await this.#file.read(block, 0, wanted, this.#position);
      if (bytesRead === 0) throw new Error('the file became shorter while it was read');
      this.add(this.#position, [block.subarray(0, bytesRead)]);
    }
  }

  async finish(end: number, signal: AbortSignal): Promise<Checksums> {
    await this.catchUp(end, signal);
    return this.#sums.finish();
  }

  async close(): Promise<void> {}
}
