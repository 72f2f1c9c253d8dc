/** Time, handed in so that tests own it. */
export type Clock = {
  /** Milliseconds since 1970. */
  now: () => number;
  /** @throws the signal's reason, at once, when it aborts */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};
