import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { slots, type DigestOrder } from './digest-order.ts';
import { Sums } from './file-digest.ts';

// A block that stays in the processor's cache between the read and the checksums.
const blockBytes = 256 * 1024;

// The entry of the thread that follows a download: it reads back what is in the file, in order, as far as it is told.
// A failure is left unhandled on purpose: it ends the worker and reaches the other side as its 'error' event.
const { fd, sent, shared } = workerData as DigestOrder;
const state = new BigInt64Array(shared);
const sums = new Sums(sent);
const block = Buffer.allocUnsafeSlow(blockBytes);
let position = 0;
for (;;) {
  const turn = Atomics.load(state, slots.turn);
  const end = Number(Atomics.load(state, slots.end));
  const reached = Number(Atomics.load(state, slots.reached));
  if (position < reached) {
    const read = readSync(fd, block, 0, Math.min(blockBytes, reached - position), position);
    if (read === 0) throw new Error('the file became shorter while it was read');
    sums.update(block.subarray(0, read));
    position += read;
  } else if (end >= 0 && position >= end) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage(sums.finish());
    break;
  } else {
    Atomics.wait(state, slots.turn, turn);
  }
}
