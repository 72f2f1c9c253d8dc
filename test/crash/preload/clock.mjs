import { onWake, tellPassed } from './points.mjs';

let aheadMs = 0;

/** Sets the program's clock ahead, once it is about to read it for the first time. */
export function setClock(ms) {
  const now = Date.now;
  aheadMs = ms;
  Date.now = () => now() + aheadMs;
}

/** Lets time pass on it: a download through a slow line, without the waiting. */
export function pass(ms) {
  aheadMs += ms;
  tellPassed(ms);
}

/** Lets a stop have been a long one: on every clock, and for the timers, which are overdue when it ends. */
export function stopFor(ms) {
  const steady = performance.now.bind(performance);
  const { bigint } = process.hrtime;
  const wait = globalThis.setTimeout;
  const timers = new Map();
  let stoppedMs = 0;
  performance.now = () => steady() + stoppedMs;
  process.hrtime.bigint = () => bigint() + BigInt(stoppedMs) * 1_000_000n;
  globalThis.setTimeout = Object.assign((work, delay = 0, ...rest) => {
    const timer = wait(
      (...values) => {
        timers.delete(timer);
        work(...values);
      },
      delay,
      ...rest,
    );
    timers.set(timer, performance.now() + delay);
    return timer;
  }, wait);
  onWake(() => {
    stoppedMs += ms;
    aheadMs += ms;
    for (const [timer, dueMs] of timers) {
      // What was cleared does not come back. Node has no other way to make a timer overdue.
      // oxlint-disable no-underscore-dangle
      if (timer._destroyed || dueMs > performance.now()) continue;
      timer._idleTimeout = 1;
      timer.refresh();
    }
    // Node counts from now: only when that is past do they come before the sockets, as they do after a real stop.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  });
}
