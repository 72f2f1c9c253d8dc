import { extraFlags } from '../../../src/cli/extra-flags.ts';
import { extraFlag, type ExtraRule } from '../../../src/core/extra.ts';
import type { MediaRole } from '../../../src/core/media-rule.ts';
import { flagOf } from '../command-line.ts';
import { leastMedia, type Task } from '../get-model.ts';
import { beyond, helpHint, legal, type LimitCase } from './limit-case.ts';

/** The rarer fields of a task: values, needs, and those of other rows. */
export function extraCases(task: Task): LimitCase[] {
  const own = task.rules.extras ?? {};
  return [
    ...Object.entries(own).flatMap(([name, rule]) => [
      ...valueCases(task, name, rule),
      ...needCases(task, name, rule),
    ]),
    ...strangerCases(task, Object.keys(own)),
  ];
}

function valueCases(task: Task, name: string, rule: ExtraRule): LimitCase[] {
  const flag = extraFlag(name);
  const ask = (value: string) => ({ extras: { [name]: value } });
  const nearest = (value: number | string) => `the nearest is ${flag} ${value}`;
  switch (rule.kind) {
    case 'boolean':
      return [flag, `--no-${flag.slice(2)}`].map((word) => legal(word, { flags: [word] }));
    case 'text':
      return [
        legal(`${flag} x`, ask('x')),
        beyond(`no ${flag} of blanks`, ask('  '), 'leave it out'),
        beyond(`no empty ${flag}`, ask(''), helpHint(task)),
      ];
    case 'choice':
      return [
        ...rule.values.map((value) => legal(`${flag} ${value}`, ask(value.toUpperCase()))),
        beyond(`no ${flag} zzz`, ask('zzz'), nearest(rule.values[0] ?? '')),
        ...rule.values
          .filter((value) => !rule.values.some((other) => other !== value && other.startsWith(value)))
          .map((value) => beyond(`no ${flag} ${value}zzz`, ask(`${value}zzz`), nearest(value))),
      ];
    case 'choices':
      return listCases(name, rule);
    case 'number':
    case 'integer': {
      const bounds = [rule.min, rule.max].filter(Number.isFinite);
      return [
        ...bounds.map((bound) => legal(`${flag} ${bound}`, ask(String(bound)))),
        ...bounds.map((bound) => {
          const asked = String(bound === rule.max ? bound + 0.01 : bound - 0.01);
          return beyond(`no ${flag} ${asked}`, ask(asked), nearest(bound));
        }),
        ...(rule.kind === 'integer'
          ? [beyond(`no ${flag} ${rule.min}.4`, ask(`${rule.min}.4`), nearest(rule.min))]
          : []),
        beyond(`no ${flag} x`, ask('x'), nearest(rule.min)),
      ];
    }
  }
}

function listCases(name: string, rule: ExtraRule & { kind: 'choices' }): LimitCase[] {
  const [first = '', second = ''] = rule.values;
  const flag = extraFlag(name);
  const example = `${flag} ${first},${first}`;
  const both = (value: string | null) => ({ media: [rule.per, rule.per], extras: { [name]: value } });
  return [
    legal(`${flag} ${first},${second}`, both(`${first},${second}`)),
    legal(`${flag} with blanks`, both(`${second} , ${first}`)),
    legal(`one ${rule.per} without ${flag}`, { media: [rule.per] }),
    beyond(`not without ${flag}`, both(null), example),
    beyond(`no ${flag} of one for two`, both(first), example),
    beyond(`no ${flag} of three for two`, both(`${first},${first},${first}`), example),
    beyond(`no ${flag} zzz`, both(`${first},zzz`), `the nearest is ${flag} ${rule.values.join(',')}`),
    ...(rule.once === undefined
      ? []
      : [beyond(`no ${flag} with two ${rule.once}`, both(`${rule.once},${rule.once}`), example)]),
  ];
}

function needCases(task: Task, name: string, rule: ExtraRule): LimitCase[] {
  const flag = extraFlag(name);
  const cases: LimitCase[] = [];
  const values = 'values' in rule ? rule.values.join(' | ') : '…';
  const least = leastMedia(task.rules).map(({ role }) => role);
  if (rule.required === true) {
    cases.push(beyond(`not without ${flag}`, { extras: { [name]: null } }, `${flag} ${values}`));
  }
  const role: MediaRole | undefined = rule.requiredWith;
  if (role !== undefined && flagOf(role, task.mode) !== undefined) {
    const media = [...least.filter((other) => other !== role), role];
    cases.push(
      beyond(`not ${role} without ${flag}`, { media, extras: { [name]: null } }, `${flag} ${values}`),
    );
  }
  const { onlyWith } = rule;
  const other = onlyWith === undefined ? undefined : task.rules.extras?.[onlyWith.name];
  if (onlyWith !== undefined && other !== undefined && 'values' in other) {
    const value = 'values' in rule ? (rule.values[0] ?? '') : 'min' in rule ? String(rule.min) : 'x';
    const muting = other.values.find((candidate) => candidate !== onlyWith.value) ?? '';
    cases.push(
      beyond(
        `no ${flag} with ${muting}`,
        { extras: { [name]: value, [onlyWith.name]: muting } },
        `leave out ${flag}, or use ${extraFlag(onlyWith.name)} ${onlyWith.value}`,
      ),
    );
  }
  return cases;
}

/** Flags that the command knows for other rows, and these rules have no field for. */
function strangerCases(task: Task, own: readonly string[]): LimitCase[] {
  return extraFlags[task.mode].flatMap(([words]) => {
    const [, flag = '', name = ''] = /(--(?:no-)?([a-z-]+))/u.exec(words) ?? [];
    if (own.includes(name.replaceAll('-', '_'))) return [];
    const flags = words.includes('<') ? [flag, '1'] : [flag];
    return [beyond(`no ${flag}`, { flags }, 'leave it out')];
  });
}
