import { buildRequest, type Place } from '../../src/core/build-request.ts';
import { UsageError, WanError } from '../../src/core/errors.ts';
import type { Model } from '../../src/core/model.ts';
import type { Wish } from '../../src/core/wish.ts';

/** The usage error that a wish meets. Throws when it is granted. */
export function refusalOf(wish: Wish, model: Model, place: Place = {}): UsageError {
  try {
    buildRequest(wish, model, place);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`granted: ${JSON.stringify(wish)}`);
}

/** The expected failure that a call ends in. Throws when it succeeds or fails otherwise. */
export async function failureOf(run: () => unknown): Promise<WanError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof WanError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
