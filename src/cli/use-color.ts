import type { Context } from './context.ts';
import type { TalkFlags } from './talk-flags.ts';

/** Whether a stream is written to in colour; stderr unless another one is named. */
export function useColor(
  context: Context,
  flags: Pick<TalkFlags, 'color'>,
  stream: 'stdout' | 'stderr' = 'stderr',
): boolean {
  const { env, io } = context;
  if (!flags.color || (env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force === '0') return false;
  if (force !== undefined && force !== '') return true;
  const isTerminal = stream === 'stdout' ? io.stdoutIsTerminal : io.stderrIsTerminal;
  return isTerminal && env['TERM'] !== 'dumb';
}
