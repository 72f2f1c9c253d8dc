import { afterListening } from './patience.ts';

/** When a connection counts as dead: nothing for so long, or, over a longer while, less than it takes to matter. */
export type StallRules = { silentMs: number; slow: { ms: number; bytes: number } };

/** Less than 1 KiB a second for a minute. */
const slowStream: StallRules['slow'] = { ms: 60_000, bytes: 60 * 1024 };

/** Aborts its signal when waiting for the other side takes too long. Time spent on our own disk does not count. */
export class StallWatch {
  readonly #controller = new AbortController();
  readonly #rules: StallRules;
  #timer: { cancel: () => void } | undefined;
  #isOver = false;
  /** Of the present while: how long was waited, since when, and for how many bytes. */
  #waitedMs = 0;
  #since: number | undefined;
  #bytes = 0;

  constructor(silentMs: number, slow = slowStream) {
    this.#rules = { silentMs, slow };
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it aborted; undefined when it did not. */
  get stalled(): string | undefined {
    return this.signal.aborted ? (this.signal.reason as Error).message : undefined;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Waiting begins, anew if it had begun. */
  wait(): void {
    this.#stopWaiting();
    if (this.#isOver) return;
    this.#since = performance.now();
    const { silentMs } = this.#rules;
    this.#timer = afterListening(silentMs, () => this.#abort(`no byte for ${silentMs / 1000} s`));
  }

  /** Something came: so many bytes of a body, where it is one. */
  pause(bytes = 0): void {
    this.#stopWaiting();
    this.#bytes += bytes;
    const { slow } = this.#rules;
    if (this.#bytes >= slow.bytes) this.#waitedMs = this.#bytes = 0;
    else if (this.#waitedMs >= slow.ms && !this.#isOver) {
      this.#abort(`less than ${slow.bytes / 1024} KiB in ${slow.ms / 1000} s`);
    }
  }

  /** Nobody waits any more, whoever still comes by: a timer would keep the process from ending. */
  stop(): void {
    this.#isOver = true;
    this.#stopWaiting();
  }

  #stopWaiting(): void {
    this.#timer?.cancel();
    // A process that was stopped meanwhile did not wait all that time.
    const elapsed = this.#since === undefined ? 0 : performance.now() - this.#since;
    this.#waitedMs += Math.min(elapsed, this.#rules.silentMs);
    this.#since = undefined;
  }

  #abort(why: string): void {
    this.#controller.abort(new Error(why));
  }
}
