/** How fast bytes come, over the last seconds only: what counts is what the line does now. */
export type TransferRate = {
  /** Hears how many bytes there are in all. Fewer than before means that it has started over. */
  add: (bytes: number, nowMs: number) => void;
  /** Undefined until a second has been seen. */
  bytesPerSecond: (nowMs: number) => number | undefined;
};

const windowMs = 5000;
const leastMs = 1000;

export function createTransferRate(): TransferRate {
  let samples: { bytes: number; atMs: number }[] = [];
  return {
    add: (bytes, nowMs) => {
      if (bytes < (samples.at(-1)?.bytes ?? 0)) samples = [];
      samples.push({ bytes, atMs: nowMs });
      // The newest of the old ones stays: from there the window is counted.
      const firstNew = samples.findIndex(({ atMs }) => atMs > nowMs - windowMs);
      samples = samples.slice(Math.max(0, firstNew - 1));
    },
    bytesPerSecond: (nowMs) => {
      const [first, last] = [samples[0], samples.at(-1)];
      if (first === undefined || last === undefined || nowMs - first.atMs < leastMs) return undefined;
      return ((last.bytes - first.bytes) * 1000) / (nowMs - first.atMs);
    },
  };
}
