import { setImmediate as nextTurn } from 'node:timers/promises';

const highWaterBytes = 256 * 1024;

/** What can stop and restart the flow of a body. */
export type Flow = { pause: () => void; resume: () => void };

/**
 * Bytes between a connection and their reader, little of them at a time. A stream that fails forgets what it has
 * buffered; this hands out every byte that arrived before it tells of the failure, because they are kept for later.
 */
export class BodyQueue {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #paused: Flow | undefined;
  #end: { error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param flow undefined where it cannot be stopped */
  push(chunk: Buffer, flow: Flow | undefined): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (flow !== undefined && this.#bytes >= highWaterBytes) {
      this.#paused = flow;
      flow.pause();
    }
    this.#wake?.();
  }

  /** No more bytes: all came, or an error ended it. */
  finish(error?: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** Everything that has come since the last time, at least one chunk; undefined at the end. For one reader. */
  async take(): Promise<Buffer[] | undefined> {
    while (this.#chunks.length === 0) {
      if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return undefined;
      }
      // oxlint-disable-next-line no-await-in-loop
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    // What the system has ready comes in small pieces, one after the other: a disk likes them together.
    await nextTurn();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    const flow = this.#paused;
    this.#paused = undefined;
    flow?.resume();
    return chunks;
  }
}
