import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Context } from './context.ts';

/** Asks on the terminal without showing what is typed. */
export async function askHidden(context: Context, question: string): Promise<string> {
  // The terminal echoes nothing in raw mode; readline's own echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: context.stdin, output: nowhere, terminal: true });
  // Only now: whoever types at once would be echoed by a terminal that is not raw yet.
  context.io.stderr.write(question);
  const interrupted = new AbortController();
  lines.on('SIGINT', () => interrupted.abort());
  try {
    return await lines.question('', { signal: AbortSignal.any([context.signal, interrupted.signal]) });
  } catch (error) {
    const { InterruptedError } = await import('../core/errors.ts');
    throw context.signal.aborted
      ? context.signal.reason
      : new InterruptedError('interrupted', { cause: error });
  } finally {
    lines.close();
    context.io.stderr.write('\n');
  }
}
