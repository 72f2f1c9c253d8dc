import { mediaFlags } from '../../src/cli/media-flags.ts';
import { generationCommands } from '../../src/commands/generation-command.ts';
import { extraFlag } from '../../src/core/extra.ts';
import type { MediaRole } from '../../src/core/media-rule.ts';
import type { Mode } from '../../src/core/mode.ts';
import { modes } from '../../src/core/mode.ts';
import { closedBase } from '../helpers/in-process.ts';
import { leastExtras, leastMedia, type Task } from './get-model.ts';

/** What differs from the least that a task accepts. */
export type Change = {
  /** Null for none at all. */
  prompt?: string | null;
  /** In place of the least. */
  media?: readonly MediaRole[];
  /** In place of the least; null leaves a field out. */
  extras?: Readonly<Record<string, string | null>>;
  /** More words. */
  flags?: readonly string[];
};

/** The command line of a task with a change, sent nowhere. */
export function commandLine(task: Task, { prompt, media, extras = {}, flags = [] }: Change): string[] {
  const { model, mode, vaceFunction, rules } = task;
  const roles = media ?? leastMedia(rules).map(({ role }) => role);
  const needsPrompt =
    rules.promptRequired === 'yes' || (rules.promptRequired === 'or-media' && roles.length === 0);
  const text = prompt === undefined && needsPrompt ? 'p' : prompt;
  const fields = { ...leastExtras(rules), ...companions(task, roles), ...extras };
  return [
    mode,
    ...(vaceFunction === undefined ? [] : [vaceFunction.replaceAll('_', '-')]),
    ...(text === undefined || text === null ? [] : [text]),
    ...roles.flatMap((role, index) => [flagOf(role, mode) ?? role, `https://example.com/${index}`]),
    ...Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [extraFlag(name), value])),
    ...flags,
    '--provider',
    model.provider,
    '-m',
    model.id,
    '--base-url',
    closedBase,
    '--json',
  ];
}

/** Fields that inputs ask for. */
function companions({ rules }: Task, roles: readonly MediaRole[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rules.extras ?? {}).flatMap(([name, rule]) => {
      const isNeeded = rule.requiredWith !== undefined && roles.includes(rule.requiredWith);
      if (isNeeded && rule.kind === 'choice') return [[name, rule.values[0] ?? '']];
      if (rule.kind !== 'choices') return [];
      const count = roles.filter((role) => role === rule.per).length;
      return count < 2 ? [] : [[name, Array.from({ length: count }, () => rule.values[0]).join(',')]];
    }),
  );
}

/** The flag that people are shown for a role in a mode. */
export function flagOf(role: MediaRole, mode: Mode): string | undefined {
  const flags = mediaFlags[mode].filter((flag) => flag.role === role);
  const shown = flags.find(({ isHidden }) => isHidden !== true);
  return shown === undefined ? undefined : `--${shown.flag}`;
}

const options = new Map(
  modes.map((mode) => {
    const command = generationCommands[mode](() => async () => {});
    return [mode, new Set(command.options.map(({ long }) => long))] as const;
  }),
);

/** Whether a mode's command knows a flag at all. */
export function hasFlag(mode: Mode, flag: string): boolean {
  return options.get(mode)?.has(flag) === true;
}
