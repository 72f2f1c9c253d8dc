import type { RudeScript } from '../helpers/rude-server.ts';

/** What a user types, by its short name in the table. */
export const commands = {
  t2v: ['t2v', 'a paper boat', '--size', '1280x720', '-d', '2', '--seed', '7'],
  'acedata t2v': ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'],
  'sinancode i2v': ['i2v', 'a paper boat', '--image', 'https://example.com/cat.png', '--seed', '7'],
  i2v: ['i2v', 'a paper boat', '--image', 'cat.png', '-d', '2', '--seed', '7'],
  r2v: ['r2v', 'character1 in a paper boat', '--ref', 'cat.png', '-d', '2', '--seed', '7'],
  'acedata i2v': ['i2v', 'a paper boat', '--image', 'cat.png', '-d', '5'],
} as const satisfies Record<string, readonly string[]>;
export type CommandName = keyof typeof commands;

/** What became of the video: whole under its name, set aside, or not there. */
export type FileState = 'saved' | 'unverified' | 'part' | 'none';

/** What a row promises, in the order of the table's columns. Taken from the contract, not from the program. */
export type Outcome = {
  exit: number;
  file: FileState;
  /** Paid requests that arrived / that made a task. */
  submits: `${number}/${number}`;
  /** The record's status; `saved` when it also names the file. */
  record: string;
};

export type Row = Outcome & {
  fault: string;
  command: CommandName;
  /** Rules of a fault plan. */
  plan?: readonly object[];
  /** A server of its own, where no plan says it: everything is up to this script. */
  script?: (origin: () => string, accept: () => void) => RudeScript;
  /** What that server's video is. */
  video?: Uint8Array;
  /** Further flags. */
  flags?: readonly string[];
  env?: (origin: string) => Record<string, string>;
  /** In this process, on a clock that passes every wait at once: for rows that back off for long. */
  hasty?: true;
  /** A second command, which is what the row is about: the first one only submits. */
  second?: readonly string[];
  /** Milliseconds that the service takes for a video; 100 unless told. */
  latencyMs?: number;
  /** Milliseconds that pass between the wish and what follows: at the service, and here in a hasty row. */
  pass?: number;
  /** What `wan resume <job>` comes to after it, with these flags. */
  resume?: Outcome & { flags?: readonly string[] };
};

type Expected = [exit: number, file: FileState, submits: Outcome['submits'], record: string];

/** One line of the matrix. */
export function row(
  fault: string,
  command: CommandName,
  plan: readonly object[] | object,
  [exit, file, submits, record]: Expected,
  more: Partial<Row> = {},
): Row {
  const rules = Array.isArray(plan) ? (plan as readonly object[]) : [plan];
  return { fault, command, plan: rules, exit, file, submits, record, ...more };
}
