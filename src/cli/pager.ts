import type { spawnSync } from 'node:child_process';
import type { Environment } from './context.ts';

/**
 * Shows a text in the program that `PAGER` names, as gh does: no shell is asked, `cat` and nothing mean none.
 * False when it was not shown. Blocks: whoever looks at a page wants nothing else, and a Ctrl-C is the pager's.
 * @param load asked for only when a page is shown, as Node's module for children costs every start four milliseconds
 */
export function page(text: string, env: Environment, load: () => typeof spawnSync): boolean {
  const [program, ...args] = splitWords(env['PAGER'] ?? '');
  if (program === undefined || program === 'cat') return false;
  const { error } = load()(program, args, {
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: pagerEnvironment(env),
  });
  // Who leaves a page early closes the pipe.
  return error === undefined || (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/** Colours are shown, short texts stay on the screen; keys are none of a pager's business. */
function pagerEnvironment(env: Environment): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => name !== 'PAGER' && !/_(?:KEY|TOKEN)$/u.test(name));
  return { LESS: 'FRX', LV: '-c', ...Object.fromEntries(kept) };
}

/** Words as a shell reads them, without anything that a shell would run or fill in. None where a quote is left open. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  const word = /\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)/suy;
  const end = text.trimEnd().length;
  while (word.lastIndex < end) {
    const [, found] = word.exec(text) ?? [];
    if (found === undefined) return [];
    words.push(
      found.replaceAll(
        /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gsu,
        (_all, single?: string, double?: string, escaped?: string) =>
          single ?? double?.replaceAll(/\\(["\\$`])/gu, '$1') ?? escaped ?? '',
      ),
    );
  }
  return words;
}
