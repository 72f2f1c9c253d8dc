import type { SteadyClock } from '../core/clock.ts';
import { retryAfterMs, type SendOutcome } from '../core/http.ts';

/** Turns to ask a service, so that all jobs of a process together stay within what an account may ask. */
export type Pace = {
  /**
   * Waits for a turn, first come, first served. False, at once, when it would come later than `withinMs`. Those that
   * are not spaced wait only while the account is left alone.
   * @throws the signal's reason when it aborts
   */
  turn: (
    account: string,
    options: { signal: AbortSignal; withinMs?: number | undefined; isSpaced?: boolean },
  ) => Promise<boolean>;
  /** Hears what an answer asks for: after a 429, and where it names a time, the account is left alone. */
  heard: (account: string, outcome: SendOutcome) => void;
};

/** Model Studio takes 20 queries, lists or cancels a second from an account; a few are left to other programs. */
const turnMs = 1000 / 18;
/** After a 429 that does not say how long to wait. */
const unaskedHoldMs = 5_000;
/** Nobody waits for a service that says "tomorrow". */
const longestHoldMs = 10 * 60_000;

type Account = { nextMs: number; heldUntilMs: number };

export function createPace(clock: SteadyClock): Pace {
  const accounts = new Map<string, Account>();
  const accountOf = (name: string) => {
    const account = accounts.get(name) ?? { nextMs: -Infinity, heldUntilMs: -Infinity };
    accounts.set(name, account);
    return account;
  };
  return {
    turn: async (name, { signal, withinMs = Infinity, isSpaced = true }) => {
      const account = accountOf(name);
      const lastMs = clock.monotonic() + withinMs;
      // Whoever's turn falls into a hold that began meanwhile queues again.
      for (;;) {
        const now = clock.monotonic();
        const turn = Math.max(now, account.nextMs, account.heldUntilMs);
        if (turn > lastMs) return false;
        account.nextMs = turn + (isSpaced ? turnMs : 0);
        if (turn > now) await clock.sleep(turn - now, signal);
        if (account.heldUntilMs <= turn) return true;
      }
    },
    heard: (name, outcome) => {
      if (outcome.kind !== 'reply') return;
      const { status, headers } = outcome.reply;
      const askedMs = status === 429 || status === 503 ? retryAfterMs(headers, clock.now()) : undefined;
      const holdMs = askedMs ?? (status === 429 ? unaskedHoldMs : 0);
      const account = accountOf(name);
      const untilMs = clock.monotonic() + Math.min(holdMs, longestHoldMs);
      account.heldUntilMs = Math.max(account.heldUntilMs, untilMs);
    },
  };
}
