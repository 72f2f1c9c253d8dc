const highWaterBytes = 256 * 1024;

/** What can stop and restart the flow of a body: undici's controller. */
export type Flow = { pause: () => void; resume: () => void };

/**
 * Bytes between a connection and their reader, little of them at a time. A stream that fails forgets what it has
 * buffered; this hands out every byte that arrived before it tells of the failure, because they are kept for later.
 */
export class BodyQueue implements AsyncIterable<Buffer> {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #paused: Flow | undefined;
  #end: { error: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param flow undefined where it must not be stopped */
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

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#bytes -= chunk.length;
        if (this.#bytes < highWaterBytes) this.#flowAgain();
        yield chunk;
      } else if (this.#end === undefined) {
        // One reader, one chunk after the other.
        // oxlint-disable-next-line no-await-in-loop
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (this.#end.error === undefined) {
        return;
      } else {
        throw this.#end.error;
      }
    }
  }

  #flowAgain(): void {
    const flow = this.#paused;
    this.#paused = undefined;
    flow?.resume();
  }
}
