import { existsSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { slots, type DigestOrder } from './digest-order.ts';
import { FileDigest, type Checksums, type Digest, type SentChecksums } from './file-digest.ts';

/**
 * On a thread of its own, which reads the file back out of the system's cache: on a quick line the checksums are what
 * takes longest, and of several connections most bytes come out of order anyway. Where the thread fails, this one
 * makes the checksums in the end.
 */
export class DistantDigest implements Digest {
  readonly #file: FileHandle;
  readonly #sent: SentChecksums;
  readonly #worker: Worker;
  readonly #state: BigInt64Array;
  readonly #sums: Promise<Checksums>;

  constructor(file: FileHandle, sent: SentChecksums, workerUrl: URL) {
    this.#file = file;
    this.#sent = sent;
    const shared = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT);
    this.#state = new BigInt64Array(shared);
    this.#state[slots.end] = -1n;
    this.#worker = new Worker(workerUrl, {
      workerData: { fd: file.fd, sent, shared } satisfies DigestOrder,
      // It holds one block, and nothing that grows.
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 32 },
    });
    this.#worker.unref();
    this.#sums = new Promise((resolve, reject) => {
      this.#worker.on('message', resolve).on('error', reject);
      this.#worker.on('exit', () => reject(new Error('the thread for checksums has ended')));
    });
    this.#sums.catch(() => {}); // whoever finishes is told
  }

  add(): void {}

  reach(end: number): void {
    this.#tell(slots.reached, end);
  }

  catchUp(end: number): Promise<void> {
    this.reach(end);
    return Promise.resolve();
  }

  async finish(end: number, signal: AbortSignal): Promise<Checksums> {
    this.reach(end);
    this.#tell(slots.end, end);
    this.#worker.ref();
    try {
      return await untilAborted(this.#sums, signal);
    } catch {
      signal.throwIfAborted();
      return await new FileDigest(this.#file, this.#sent).finish(end, signal);
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(slot: number, value: number): void {
    Atomics.store(this.#state, slot, BigInt(value));
    Atomics.add(this.#state, slots.turn, 1n);
    Atomics.notify(this.#state, slots.turn);
  }
}

/** The way to make checksums of a file of this length. Only a built program has the thread's file. */
export function openDigest(
  file: FileHandle,
  sent: SentChecksums,
  {
    isLarge,
    workerUrl = new URL('./digest-worker.js', import.meta.url),
  }: { isLarge: boolean; workerUrl?: URL | undefined },
): Digest {
  return isLarge && existsSync(workerUrl)
    ? new DistantDigest(file, sent, workerUrl)
    : new FileDigest(file, sent);
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
