import type { Context } from '../cli/context.ts';
import type { Talk } from '../cli/talk.ts';
import { expiringHint } from '../store/expiring-hint.ts';

/** At a command's end: what is rendered, not saved, and soon gone, unless the command was about it. Never throws. */
export async function remind(context: Context, talk: Talk): Promise<void> {
  if (talk.flags.quiet) return;
  try {
    const hint = await expiringHint(context.stateDirectory(), context.clock.now(), talk.spokenOf());
    // Not as an event: the last one is the result.
    if (hint !== undefined) context.io.err(`note: ${hint}`);
  } catch {
    // Without a home there are no jobs to speak of.
  }
}
