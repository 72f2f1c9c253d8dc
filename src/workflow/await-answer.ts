import type { SendOutcome } from '../core/http.ts';
import type { Job } from '../core/job.ts';
import type { HttpCall } from '../providers/protocol.ts';
import type { Connection, Runtime } from './runtime.ts';

const answerTimeoutMs = 120_000;
const graceMs = 5_000;
/** A sleep that is over so much later tells of a process that was stopped: then nobody was listening. */
const lateMs = 1_000;

/**
 * Sends the one call that costs money, on a connection of its own. An interruption is acknowledged at once, and leaves
 * the answer five seconds: it holds the id of what was bought.
 */
export async function sendForAnswer(
  runtime: Runtime,
  connection: Connection,
  call: HttpCall,
  job: Job,
): Promise<SendOutcome> {
  const controller = new AbortController();
  const finished = new AbortController();
  const onAbort = () => {
    const { message } = runtime.signal.reason as Error;
    runtime.emit({
      event: 'notice',
      job,
      message: `${message}; waiting ${graceMs / 1000} s for the answer to what was sent (a second time leaves at once)`,
    });
    void listenFor(runtime, graceMs, finished.signal).then(
      () => controller.abort(new Error('interrupted')),
      () => {},
    );
  };
  runtime.signal.addEventListener('abort', onAbort, { once: true });
  if (runtime.signal.aborted) onAbort();
  try {
    return await runtime.send(connection, call, {
      fresh: true,
      timeoutMs: answerTimeoutMs,
      signal: controller.signal,
    });
  } catch (error) {
    if (controller.signal.aborted) return { kind: 'lost', reason: 'interrupted' };
    throw error;
  } finally {
    runtime.signal.removeEventListener('abort', onAbort);
    finished.abort(new Error('finished'));
  }
}

/** A sleep that begins anew where the process was stopped meanwhile, so that what waits in the socket is read. */
async function listenFor({ clock }: Runtime, ms: number, signal: AbortSignal): Promise<void> {
  for (let isLate = true; isLate;) {
    const dueMs = clock.monotonic() + ms;
    // oxlint-disable-next-line no-await-in-loop -- once, as good as always
    await clock.sleep(ms, signal);
    isLate = clock.monotonic() - dueMs > lateMs;
  }
}
