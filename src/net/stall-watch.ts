import { afterListening } from './patience.ts';

/** Aborts its signal when waiting for the other side takes too long. Time spent on our own disk does not count. */
export class StallWatch {
  readonly #controller = new AbortController();
  readonly #limitMs: number;
  #timer: { cancel: () => void } | undefined;
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
    this.#timer?.cancel();
    if (this.#isOver) return;
    this.#timer = afterListening(this.#limitMs, () => {
      this.#controller.abort(new Error(`no byte for ${this.#limitMs / 1000} s`));
    });
  }

  /** Something came. */
  pause(): void {
    this.#timer?.cancel();
  }

  /** Nobody waits any more, whoever still comes by: a timer would keep the process from ending. */
  stop(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }
}
