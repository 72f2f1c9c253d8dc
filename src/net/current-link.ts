import { ExpiredLinkError, NotSavedError, WanError, type ErrorDetails } from '../core/errors.ts';
import { expiredAt } from '../core/link-expiry.ts';
import type { Failure } from './ask-link.ts';

/** A service may tell of a file before its store does: half a minute. */
const lookDelaysMs = [1_000, 2_000, 3_000, 4_000, 5_000, 5_000, 5_000, 5_000];

export type LinkOptions = {
  /** Used byte for byte: signed links break when re-encoded. */
  link: string;
  /** Asks the task for a new link, when the server refuses the one there is. */
  freshLink?: (() => Promise<string>) | undefined;
};

/** The link in use, and whether a fresh one may still be asked for: once per row of attempts without a new byte. */
export class CurrentLink {
  value: string;
  readonly #ask: (() => Promise<string>) | undefined;
  #mayAsk = true;
  /** How often a fresh link was looked at that was not there yet. */
  #looks: number | undefined;

  constructor({ link, freshLink }: LinkOptions) {
    this.value = link;
    this.#ask = freshLink;
  }

  mayAskAgain(): void {
    this.#mayAsk = true;
  }

  /** How long until a fresh link that leads to nothing yet is looked at again; undefined where that does not help. */
  lookAgainMs(status: number | undefined): number | undefined {
    if (status !== 404 || this.#looks === undefined) return undefined;
    const delay = lookDelaysMs[this.#looks];
    this.#looks += 1;
    return delay;
  }

  /** False when there is nobody to ask, or asking did not help. */
  async refresh(refused: Failure, signal: AbortSignal): Promise<boolean> {
    if (this.#ask === undefined || !this.#mayAsk) return false;
    this.#mayAsk = false;
    try {
      this.value = await this.#ask();
      this.#looks = 0;
      return true;
    } catch (error) {
      signal.throwIfAborted();
      const known = error instanceof WanError ? error : undefined;
      const reason = known?.message ?? 'the task could not be asked';
      throw notFetched(this.value, refused, `${refused.why}, and there is no fresh link: ${reason}`, {
        code: known?.code,
        requestId: known?.requestId,
        retryable: known?.retryable,
        cause: error,
      });
    }
  }
}

/** A link that has expired is told from one that is refused for another reason. */
export function notFetched(
  link: string,
  refused: Failure,
  message: string,
  details: ErrorDetails,
): NotSavedError {
  const expired = refused.refusal === undefined ? undefined : expiredAt(link, refused.refusal);
  return expired === undefined
    ? new NotSavedError(message, details)
    : new ExpiredLinkError(message, expired.ms, details);
}
