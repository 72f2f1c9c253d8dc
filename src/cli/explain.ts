import { CommanderError } from 'commander';
import { UsageError, WanError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { MissingValueError } from './options.ts';

/** Whatever was thrown, as a failure that can be told in a line. A bug keeps its stack, on stderr. */
export function explain(error: unknown, context: Context, argv: readonly string[]): WanError {
  if (error instanceof WanError) return error;
  const help = helpHint(argv);
  if (error instanceof MissingValueError) return new UsageError(error.message, { hint: help });
  if (error instanceof CommanderError) return explainCommander(error, help);
  if (error instanceof Error && 'syscall' in error) {
    return new WanError(`the system refused: ${error.message}`, {
      hint: '`wan list` shows the jobs, none is lost',
      cause: error,
    });
  }
  // Not an expected failure: whoever mends it needs to know where.
  if (error instanceof Error && error.stack !== undefined) context.io.err(error.stack);
  return new WanError(`wan has a fault: ${error instanceof Error ? error.message : String(error)}`, {
    hint: 'please report it, with the lines above; `wan list` shows the jobs, none is lost',
    cause: error,
  });
}

function explainCommander(error: CommanderError, help: string): UsageError {
  const [first = '', ...rest] = error.message.replace(/^error: /u, '').split('\n');
  const suggestion = /\(Did you mean (.*)\?\)/u.exec(rest.join(' '))?.[1];
  const option = /^unknown option '(.*)'$/su.exec(error.message.replace(/^error: /u, ''))?.[1];
  if (option !== undefined && /^-[^-]{2}|\s|^-[^\w-]/u.test(option)) {
    return new UsageError(`${option} looks like a flag`, {
      hint: `a prompt that starts with - goes after --prompt`,
    });
  }
  const message =
    error.code === 'commander.excessArguments'
      ? `${first.replace(/\.$/u, '')}${takesPrompt(help) ? '; a prompt with blanks needs quotes' : ''}`
      : first;
  const list = error.code === 'commander.unknownCommand' ? 'wan --help' : help;
  return new UsageError(message, { hint: suggestion === undefined ? list : `did you mean ${suggestion}?` });
}

/** Whether the command that was meant reads a prompt, told by the hint that names it. */
function takesPrompt(help: string): boolean {
  return /^wan (?:t2v|i2v|kf2v|r2v|vace|edit|extend|rerun) /u.test(help);
}

function helpHint(argv: readonly string[]): string {
  const words = argv.filter((word) => /^[a-z][a-z0-9-]*$/u.test(word));
  const [first, second] = words;
  if (first === undefined || first !== argv[0]) return 'wan --help';
  const isGroup = first === 'auth' || first === 'config';
  return `wan ${first}${isGroup && second !== undefined && second === argv[1] ? ` ${second}` : ''} --help`;
}
