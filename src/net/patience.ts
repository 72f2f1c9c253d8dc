/** Later than this, a timer says that the process was stopped, and not only busy. Milliseconds. */
const lateMs = 250;
/** For an answer that came, or was still on its way, while nobody could read. */
const secondLookMs = 5_000;

/**
 * Calls once `ms` have passed in which we could listen. A process that was stopped (Ctrl-Z, a frozen container) wakes
 * with its timers overdue and the answer in its socket: that is read first.
 */
export function afterListening(ms: number, onOver: () => void): { cancel: () => void } {
  let isCancelled = false;
  let timer: NodeJS.Timeout;
  const arm = (waitMs: number) => {
    const dueMs = performance.now() + waitMs;
    timer = setTimeout(() => {
      if (performance.now() - dueMs > lateMs) return arm(Math.min(secondLookMs, ms));
      // Timers come before sockets in a turn of the event loop: after two, what was there has been read.
      setImmediate(() => setImmediate(() => isCancelled || onOver()));
    }, waitMs);
  };
  arm(ms);
  return {
    cancel: () => {
      isCancelled = true;
      clearTimeout(timer);
    },
  };
}
