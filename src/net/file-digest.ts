import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Crc64 } from './crc64.ts';
import type { RemoteFile } from '../store/part-record.ts';

/** Checksums of a whole file: hexadecimal, base64, and decimal where it was asked for. */
export type Checksums = { sha256: string; md5: string | undefined; crc64: string | undefined };

const blockBytes = 1024 * 1024;

/** Checksums of a file that is still growing: bytes that pass by in order are taken as they come, others read back. */
export class FileDigest {
  readonly #sha256 = createHash('sha256');
  readonly #md5: Hash | undefined;
  readonly #crc64: Crc64 | undefined;
  #position = 0;

  /** Beside SHA-256 only those are made that the server sent one of, to compare. */
  constructor(sent: Partial<Pick<RemoteFile, 'md5' | 'crc64'>> = {}) {
    this.#md5 = sent.md5 === undefined ? undefined : createHash('md5');
    this.#crc64 = sent.crc64 === undefined ? undefined : new Crc64();
  }

  /** Takes bytes just written at an offset; ignored unless they are the next ones. */
  add(offset: number, bytes: Uint8Array): void {
    if (offset !== this.#position) return;
    this.#sha256.update(bytes);
    this.#md5?.update(bytes);
    this.#crc64?.update(bytes);
    this.#position += bytes.length;
  }

  /** Reads what was missed, up to an offset. Memory stays at one block. */
  async catchUp(file: FileHandle, end: number, signal: AbortSignal): Promise<void> {
    if (this.#position >= end) return;
    const block = Buffer.allocUnsafe(Math.min(blockBytes, end - this.#position));
    while (this.#position < end) {
      signal.throwIfAborted();
      const wanted = Math.min(block.length, end - this.#position);
      const { bytesRead } = await file.read(block, 0, wanted, this.#position);
      if (bytesRead === 0) throw new Error('the file became shorter while it was read');
      this.add(this.#position, block.subarray(0, bytesRead));
    }
  }

  /** Ends the digest: call once. */
  finish(): Checksums {
    return {
      sha256: this.#sha256.digest('hex'),
      md5: this.#md5?.digest('base64'),
      crc64: this.#crc64?.digest(),
    };
  }
}
