import { hasFlag, type Change } from '../command-line.ts';
import type { Task } from '../get-model.ts';

/** One value at a limit: granted, or refused with this hint. */
export type LimitCase = { name: string; change: Change } & ({ isLegal: true } | { hint: string });

export function legal(name: string, change: Change): LimitCase {
  return { name, change, isLegal: true };
}

export function beyond(name: string, change: Change, hint: string): LimitCase {
  return { name, change, hint };
}

/** The hint where the command does not know the flag at all: then no model of the mode takes it. */
export const helpHint = ({ mode }: Task) => `wan ${mode} --help`;

/** A flag that these rules do not take, on a command that may not know it either. */
export function refusedFlag(task: Task, flag: string, value: string | undefined, hint: string): LimitCase {
  const words = value === undefined ? [flag] : [flag, value];
  return beyond(
    `no ${words.join(' ')}`,
    { flags: words },
    hasFlag(task.mode, flag) ? hint : flag === '--ratio' ? 'did you mean --region?' : helpHint(task),
  );
}
