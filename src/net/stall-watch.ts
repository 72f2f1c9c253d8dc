/** Aborts its signal when waiting for the other side takes too long. Time spent on our own disk does not count. */
export class StallWatch {
  readonly #controller = new AbortController();
  readonly #limitMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasStalled(): boolean {
    return this.#controller.signal.aborted;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Waiting begins, anew if it had begun. */
  wait(): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Error(`no byte for ${this.#limitMs / 1000} s`));
    }, this.#limitMs);
  }

  /** Something came. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Nobody waits any more, whoever still comes by: a timer would keep the process from ending. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
