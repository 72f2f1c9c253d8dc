const delaysMs = [1_000, 2_000, 4_000, 8_000, 15_000] as const;
const maxRetryAfterMs = 60_000;
const maxIdleAttempts = 5;
const maxRestarts = 5;

/** What a failed attempt changed. Bytes are counted from the start of the file. */
export type Progress = { bytesBefore: number; bytesAfter: number; restarts: number };

/** Decides whether another attempt is worth it: patience lasts as long as new bytes arrive. */
export class RetryBudget {
  #failures = 0;
  #idle = 0;

  /** True when the last failed attempt brought bytes nobody had before. */
  get isMoving(): boolean {
    return this.#idle === 0;
  }

  /** Milliseconds to wait before the next attempt, or undefined to give up. */
  afterFailure(
    { bytesBefore, bytesAfter, restarts }: Progress,
    retryAfter: number | undefined,
  ): number | undefined {
    // Also after starting over only bytes beyond those there were are new: a server that always cuts at the same
    // place would else be asked for ever.
    const hasMoved = bytesAfter > bytesBefore;
    this.#failures = hasMoved ? 1 : this.#failures + 1;
    this.#idle = hasMoved ? 0 : this.#idle + 1;
    if (this.#idle >= maxIdleAttempts || restarts > maxRestarts) return undefined;
    const delay = delaysMs[Math.min(this.#failures, delaysMs.length) - 1] ?? 0;
    return Math.max(delay, Math.min(retryAfter ?? 0, maxRetryAfterMs));
  }
}
