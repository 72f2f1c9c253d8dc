import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Crc64 } from './crc64.ts';

/** Checksums of a whole file: hexadecimal, base64, and decimal where it was asked for. */
export type Checksums = { sha256: string; md5: string; crc64: string | undefined };

const blockBytes = 1024 * 1024;

/** Checksums of a file that is still growing: bytes that pass by in order are taken as they come, others read back. */
export class FileDigest {
  readonly #sha256 = createHash('sha256');
  readonly #md5 = createHash('md5');
  readonly #crc64: Crc64 | undefined;
  #position = 0;

  /** A CRC-64 costs more than both others, so it is made only where the server sent one to compare. */
  constructor(options: { crc64: boolean }) {
    this.#crc64 = options.crc64 ? new Crc64() : undefined;
  }

  /** Takes bytes just written at an offset; ignored unless they are the next ones. */
  add(offset: number, bytes: Uint8Array): void {
    if (offset !== this.#position) return;
    this.#sha256.update(bytes);
    this.#md5.update(bytes);
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
      md5: this.#md5.digest('base64'),
      crc64: this.#crc64?.digest(),
    };
  }
}
