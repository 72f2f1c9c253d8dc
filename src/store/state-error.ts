import { errorCode } from '../core/error-code.ts';
import { StateError, WanError } from '../core/errors.ts';

/** The state directory fails: what could not be done in it, why, and the way out. */
export function stateError(what: string, directory: string, cause: unknown): WanError {
  if (cause instanceof WanError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const isFull = ['ENOSPC', 'EDQUOT'].includes(errorCode(cause) ?? '');
  return new StateError(`cannot ${what} in ${directory}: ${reason}`, {
    hint: `${isFull ? 'free some space there, or ' : ''}point WAN_STATE_DIR to a directory that you can write to`,
    cause,
  });
}
