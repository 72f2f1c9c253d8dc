import { InterruptedError, TerminatedError, WanError } from '../core/errors.ts';
import { oneLine } from '../core/plain-text.ts';

/** What a check of `wan doctor` found. */
export type Finding = {
  name: string;
  status: 'ok' | 'warning' | 'failure';
  message: string;
  hint: string | undefined;
  /** The failure itself, with its class and exit code. */
  error: WanError | undefined;
  /** For machines. Never holds a key or a part of one. */
  details: Record<string, unknown>;
};

/** One thing to look at. */
export type Check = { name: string; run: () => Finding | Promise<Finding> };

export function ok(name: string, message: string, details: Finding['details'] = {}): Finding {
  return { name, status: 'ok', message: oneLine(message), hint: undefined, error: undefined, details };
}

export function warning(
  name: string,
  message: string,
  hint: string,
  details: Finding['details'] = {},
): Finding {
  return {
    name,
    status: 'warning',
    message: oneLine(message),
    hint: oneLine(hint),
    error: undefined,
    details,
  };
}

/**
 * Whatever was thrown, as a finding.
 * @throws {InterruptedError | TerminatedError} because those end the whole command
 */
export function failure(name: string, thrown: unknown, details: Finding['details'] = {}): Finding {
  if (thrown instanceof InterruptedError || thrown instanceof TerminatedError) throw thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const error =
    thrown instanceof WanError
      ? thrown
      : new WanError(`this could not be checked: ${reason}`, {
          hint: 'look at the reason above; the other checks hold',
          cause: thrown,
        });
  return { name, status: 'failure', message: error.message, hint: error.hint, error, details };
}

/** Runs all checks at once and tells them in their order. One that breaks is a failure of its own. */
export async function runChecks(checks: readonly Check[]): Promise<Finding[]> {
  return Promise.all(
    checks.map(async ({ name, run }) => {
      try {
        return await run();
      } catch (error) {
        return failure(name, error);
      }
    }),
  );
}

/** As `--json` shows it: every key is always there. */
export function findingDocument({ name, status, message, hint, error, details }: Finding) {
  return { name, status, message, hint: hint ?? null, exit_code: error?.exitCode ?? null, details };
}
