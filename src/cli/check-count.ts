import { UsageError } from '../core/errors.ts';
import { oneLine } from '../core/plain-text.ts';

const maxCount = 100;

/** How many videos are wanted, and that the flags around it make sense together. @throws {UsageError} */
export function checkCount(flags: {
  count?: number | undefined;
  jobKey?: string | undefined;
  retryFailed: boolean;
}): number {
  const { count = 1, jobKey, retryFailed } = flags;
  if (count < 1 || count > maxCount) {
    throw new UsageError(`--count ${count} is not between 1 and ${maxCount}`, {
      hint: `--count ${count < 1 ? 1 : maxCount}`,
    });
  }
  if (retryFailed && jobKey === undefined) {
    throw new UsageError('--retry-failed is about the job of a --job-key', { hint: 'wan … --job-key <key>' });
  }
  if (
    jobKey !== undefined &&
    (jobKey.trim() === '' || jobKey.length > 200 || oneLine(jobKey) !== jobKey.trim())
  ) {
    throw new UsageError('--job-key takes 1 to 200 printable characters', {
      hint: '--job-key trailer-scene-3',
    });
  }
  return count;
}
