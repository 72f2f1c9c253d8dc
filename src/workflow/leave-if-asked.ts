import type { WanError } from '../core/errors.ts';
import { toStoredError, type Job } from '../core/job.ts';
import type { Runtime } from './runtime.ts';

/**
 * After Ctrl-C or SIGTERM, as long as nothing was sent: says so in the record and ends. What an earlier command had
 * prepared stays prepared: whoever stops going on with it has not given it up.
 */
export async function leaveIfAsked(
  runtime: Runtime,
  write: (patch: Partial<Job>) => Promise<void>,
  { id, isResumed }: { id: string; isResumed: boolean | undefined },
): Promise<void> {
  if (!runtime.signal.aborted) return;
  const reason = runtime.signal.reason as WanError;
  if (isResumed === true) {
    await write({ status: 'prepared', sent_at: null, error: null });
    throw reason.with({ message: `${reason.message}; nothing was sent`, hint: `wan resume ${id}` });
  }
  await write({
    status: 'canceled',
    sent_at: null,
    error: { ...toStoredError(reason), message: 'stopped before it was sent: nothing was sent', hint: null },
  });
  throw reason.with({ hint: 'nothing was sent; run it again' });
}
