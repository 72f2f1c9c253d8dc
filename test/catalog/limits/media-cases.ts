import type { MediaRole } from '../../../src/core/media-rule.ts';
import { mediaFlags } from '../../../src/cli/media-flags.ts';
import { flagOf } from '../command-line.ts';
import { leastMedia, type Task } from '../get-model.ts';
import { beyond, legal, type LimitCase } from './limit-case.ts';

const times = (role: MediaRole, count: number): MediaRole[] => Array.from({ length: count }, () => role);

/** Inputs of a task: how many of each, how many together, which not at all, and what they rule out. */
export function mediaCases(task: Task): LimitCase[] {
  const { roles = {} } = task.rules.media ?? {};
  const taken = Object.keys(roles) as MediaRole[];
  return [
    ...taken.flatMap((role) => roleCases(task, role)),
    ...totalCases(task),
    ...strangerCases(task, taken),
    ...companyCases(task, taken),
  ];
}

function roleCases(task: Task, role: MediaRole): LimitCase[] {
  const { min = 0, max, optionalWith } = task.rules.media?.roles[role] ?? { max: 0 };
  const least = leastMedia(task.rules).map((input) => input.role);
  const others = least.filter((other) => other !== role);
  // A voice has a reference before it.
  const filled = (count: number): MediaRole[] =>
    role === 'reference_voice'
      ? Array.from({ length: count }, (): MediaRole[] => ['reference_image', role]).flat()
      : [...roomFor(task, role, others), ...times(role, count)];
  const most = Math.min(max, ...roomInTotals(task, role, roomFor(task, role, others)));
  return [
    legal(`${most} ${role}`, { media: filled(most) }),
    ...(role === 'reference_voice'
      ? []
      : [beyond(`no ${max + 1} ${role}`, { media: [...others, ...times(role, max + 1)] }, 'leave out 1')]),
    ...(min === 0
      ? []
      : [beyond(`not without ${role}`, { media: others }, `${flagOf(role, task.mode)} <file or url>`)]),
    ...(optionalWith === undefined
      ? []
      : [legal(`no ${role} with ${optionalWith}`, { media: others, extras: { [optionalWith]: 'x' } })]),
  ];
}

/** The inputs that must stay when one role is filled: those that only served a total give way. */
function roomFor({ rules }: Task, role: MediaRole, others: readonly MediaRole[]): MediaRole[] {
  const groups = (rules.media?.totals ?? []).filter((total) => total.roles.includes(role) && total.min > 0);
  return others.filter(
    (other) =>
      (rules.media?.roles[other]?.min ?? 0) > 0 || !groups.some((total) => total.roles.includes(other)),
  );
}

function roomInTotals({ rules }: Task, role: MediaRole, others: readonly MediaRole[]): number[] {
  return (rules.media?.totals ?? [])
    .filter((total) => total.roles.includes(role))
    .map((total) => total.max - others.filter((other) => total.roles.includes(other)).length);
}

function totalCases(task: Task): LimitCase[] {
  const { media } = task.rules;
  const least = leastMedia(task.rules).map(({ role }) => role);
  return (media?.totals ?? []).flatMap(({ roles, min, max }): LimitCase[] => {
    const others = least.filter((role) => !roles.includes(role));
    const needed = least.filter((role) => roles.includes(role) && (media?.roles[role]?.min ?? 0) > 0);
    const all = roles.flatMap((role) => times(role, media?.roles[role]?.max ?? 0));
    const rest = needed.reduce((left, role) => left.toSpliced(left.indexOf(role), 1), all);
    const fill = (count: number) => [...others, ...needed, ...rest.slice(0, count - needed.length)];
    const cases: LimitCase[] = [];
    if (all.length > max) {
      cases.push(legal(`${max} together`, { media: fill(max) }));
      cases.push(beyond(`not ${max + 1} together`, { media: fill(max + 1) }, 'leave out 1'));
    }
    if (min > 0 && needed.length < min) {
      const flag = flagOf(roles[0] ?? 'image', task.mode);
      cases.push(beyond('none of many', { media: others }, `${flag} <file or url>`));
    }
    return cases;
  });
}

/** Roles that the command has a flag for, and these rules do not take. */
function strangerCases(task: Task, taken: readonly MediaRole[]): LimitCase[] {
  const known = new Set(mediaFlags[task.mode].flatMap(({ role }) => (role === 'reference' ? [] : [role])));
  const least = leastMedia(task.rules).map(({ role }) => role);
  const legalFlags = taken.map((role) => `${flagOf(role, task.mode)} <file or url>`);
  const hint = taken.length === 0 ? 'leave it out' : `it takes ${legalFlags.join(' or ')}`;
  return [...known]
    .filter((role) => !taken.includes(role))
    .map((role) => beyond(`no ${role}`, { media: [...least, role] }, hint));
}

/** Inputs that rule out a flag, or need another input. */
function companyCases(task: Task, taken: readonly MediaRole[]): LimitCase[] {
  const least = leastMedia(task.rules).map(({ role }) => role);
  return taken.flatMap((role): LimitCase[] => {
    const { fixesRatio, needsPromptExtend } = task.rules.media?.roles[role] ?? {};
    const cases: LimitCase[] = [];
    if (fixesRatio === true) {
      cases.push(
        beyond(
          `no --ratio with ${role}`,
          { media: [...least, role], flags: ['--ratio', '1:1'] },
          'leave out --ratio',
        ),
      );
    }
    if (needsPromptExtend === true) {
      const flags = ['--no-prompt-extend'];
      const media = [...least.filter((other) => other !== role), role];
      cases.push(
        beyond(`no --no-prompt-extend with ${role}`, { media, flags }, 'leave out --no-prompt-extend'),
      );
    }
    if (role === 'reference_voice') {
      const hint = 'put it behind its own --ref: --ref anna.png --ref-voice anna.mp3';
      cases.push(beyond('no voice alone', { media: [role, ...least] }, hint));
    }
    return cases;
  });
}
