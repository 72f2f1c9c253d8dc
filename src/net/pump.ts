import type { Answer } from './open-link.ts';
import type { PartFile } from './part-file.ts';
import type { StallWatch } from './stall-watch.ts';
import type { Claim } from './work-list.ts';

export type Pump = {
  answer: Answer;
  part: PartFile;
  watch: StallWatch;
  claim: Claim;
  /** What has been taken out of the body already. */
  first: Buffer[] | undefined;
  /** Where the answer says that its bytes end; undefined where it does not. */
  end: number | undefined;
  /** Asked when the claim is fulfilled; true when it was made longer. */
  extend: () => boolean;
  report: () => void;
};

/** Writes a body into the part, from the claim's position to its end; both may move meanwhile. Says what went wrong. */
export async function pump(options: Pump): Promise<{ why: string } | undefined> {
  const { answer, part, watch, claim, end, extend, report } = options;
  let chunks = options.first;
  let came = claim.position;
  for (;;) {
    if (chunks === undefined) {
      // The end of a body that has all its bytes is waited for, too: its connection can be used again then.
      if (came !== end && claim.position >= claim.end && !extend()) return undefined;
      watch.wait();
      // One reader, one batch after the other.
      // oxlint-disable-next-line no-await-in-loop
      chunks = await answer.body.take();
      watch.pause(bytesIn(chunks ?? []));
      if (chunks === undefined) break;
    }
    came += bytesIn(chunks);
    if (end !== undefined && came > end) {
      part.doubt();
      return { why: 'the server sent more bytes than it announced' };
    }
    while (chunks.length > 0 && (claim.position < claim.end || extend())) {
      const offset = claim.position;
      const [now, later] = splitAt(chunks, claim.end - offset);
      // Before the write: these bytes are nobody else's now.
      claim.position = came - bytesIn(later);
      // oxlint-disable-next-line no-await-in-loop
      await part.write(offset, now);
      report();
      chunks = later;
    }
    chunks = undefined;
  }
  if (claim.position >= claim.end) return undefined;
  const isShort = end !== undefined && came < end;
  // Without an announced length the end of the body is the end of the file.
  if (!isShort && claim.end === Infinity) return undefined;
  return { why: `the connection ended ${(isShort ? end : claim.end) - came} bytes early` };
}

function bytesIn(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

/** The first so many bytes of chunks, and what is behind them. */
function splitAt(chunks: Buffer[], bytes: number): [Buffer[], Buffer[]] {
  let left = bytes;
  for (const [index, chunk] of chunks.entries()) {
    if (chunk.length > left) {
      const before = left === 0 ? [] : [chunk.subarray(0, left)];
      return [
        [...chunks.slice(0, index), ...before],
        [chunk.subarray(left), ...chunks.slice(index + 1)],
      ];
    }
    left -= chunk.length;
  }
  return [chunks, []];
}
