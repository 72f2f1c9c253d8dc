import { errorCode } from '../core/error-code.ts';
import { UsageError } from '../core/errors.ts';
import { wordsOf } from '../core/media-rule.ts';
import type { Mode } from '../core/mode.ts';
import type { MediaInput } from '../core/request.ts';
import { readMedia } from './read-media.ts';

export type RereadOptions = {
  mode: Mode;
  /** For messages. */
  jobId: string;
  signal: AbortSignal;
  notice: (message: string) => void;
};

/**
 * A recorded input as it is today: a file of this machine is looked at again, whatever address its upload got; other
 * addresses stay.
 * @throws {UsageError} for a file that is gone, or cannot be used any more
 */
export async function rereadInput(input: MediaInput, options: RereadOptions): Promise<MediaInput> {
  const { file, role } = input;
  if (file === undefined) return input;
  const { mode, jobId, signal, notice } = options;
  const { flag } = wordsOf(role, { mode });
  const [now = input] = await readMedia(
    [{ flag: flag.slice('--'.length), role, value: file.path }],
    '/',
    signal,
  ).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    const isGone = ['ENOENT', 'ENOTDIR'].includes(errorCode(error.cause) ?? '');
    throw error.with({
      message: `${flag} of job ${jobId}: ${error.message}`,
      ...(isGone ? { hint: `put it back, or name another with ${flag}` } : {}),
    });
  });
  if (now.file?.sha256 !== file.sha256) {
    notice(`${flag} ${file.path} has changed since job ${jobId}: the new video is made of what it is now`);
  }
  return now;
}
