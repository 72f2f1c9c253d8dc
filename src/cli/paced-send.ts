import type { SendOutcome } from '../core/http.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import type { Pace } from '../net/pace.ts';
import type { Runtime } from '../workflow/runtime.ts';

/** Has calls that are marked `paced` wait for their turn. */
export function withPace(send: Runtime['send'], pace: Pace, ownSignal: AbortSignal): Runtime['send'] {
  return async (connection, call, { paced = false, turnWithinMs, ...options } = {}) => {
    if (!paced) return send(connection, call, options);
    const { fingerprint } = connection;
    const signal = options.signal ?? ownSignal;
    // What an account may ask counts at the real services.
    const isSpaced = !isLoopbackHost(new URL(connection.base).hostname);
    if (!(await pace.turn(fingerprint, { signal, withinMs: turnWithinMs, isSpaced }))) {
      return { kind: 'never-sent', reason: 'it has asked to be left alone for a while' };
    }
    const outcome = await send(connection, call, options);
    pace.heard(fingerprint, outcome);
    return outcome;
  };
}

/** One's own Ctrl-C is no fault of the network, and is not told as one. @throws the signal's reason */
export function unlessStopped(outcome: SendOutcome, signal: AbortSignal): SendOutcome {
  if (outcome.kind !== 'reply' || outcome.reply.trouble !== undefined) signal.throwIfAborted();
  return outcome;
}
