/** Time, handed in so that tests own it. */
export type Clock = {
  /** Milliseconds since 1970. */
  now: () => number;
  /** @throws the signal's reason, at once, when it aborts */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** One that also tells how much time has passed, whatever is done to the clock on the wall. */
export type SteadyClock = Clock & {
  /**
   * Milliseconds from some fixed moment; never goes back. Whether it counts while the machine sleeps is the
   * system's choice.
   */
  monotonic: () => number;
};
