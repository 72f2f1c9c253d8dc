import { hasFlag } from '../command-line.ts';
import type { Task } from '../get-model.ts';
import { beyond, helpHint, legal, refusedFlag, type LimitCase } from './limit-case.ts';

/** Prompts, lengths, seeds and switches of a task. */
export function textCases(task: Task): LimitCase[] {
  return [...promptCases(task), ...negativeCases(task), ...durationCases(task), ...seedCases(task)];
}

function promptCases(task: Task): LimitCase[] {
  const { promptMax, promptRequired } = task.rules;
  if (promptRequired === 'never') {
    return [beyond('no prompt', { prompt: 'p' }, helpHint(task))];
  }
  const name = [task.mode, task.vaceFunction?.replaceAll('_', '-')].filter(Boolean).join(' ');
  const hint = `wan ${name} "what the video shows"`;
  const isNeeded =
    promptRequired === 'yes' || (promptRequired === 'or-media' && task.rules.media === undefined);
  return [
    ...['雨', '😀'].flatMap((character) => [
      legal(`${promptMax} ${character}`, { prompt: character.repeat(promptMax) }),
      beyond(
        `not ${promptMax + 1} ${character}`,
        { prompt: character.repeat(promptMax + 1) },
        `shorten it by 1 characters, to ${promptMax}`,
      ),
    ]),
    isNeeded ? beyond('a prompt', { prompt: null }, hint) : legal('no prompt', { prompt: null }),
    beyond('no empty prompt', { prompt: ' \n' }, hint),
  ];
}

function negativeCases(task: Task): LimitCase[] {
  const max = task.rules.negativePromptMax;
  if (max === undefined) {
    return [refusedFlag(task, '--negative-prompt', 'x', 'say in the prompt what not to show')];
  }
  const flags = (length: number) => ({ flags: ['--negative-prompt', 'n'.repeat(length)] });
  return [
    legal(`--negative-prompt of ${max}`, flags(max)),
    beyond(`no --negative-prompt of ${max + 20}`, flags(max + 20), `shorten it by 20 characters, to ${max}`),
  ];
}

function durationCases(task: Task): LimitCase[] {
  const { duration: rule } = task.rules;
  if (rule.kind === 'input') {
    return [refusedFlag(task, '-d', '5', 'leave it out: the result is as long as the input')].map((known) =>
      hasFlag(task.mode, '--duration')
        ? { ...known, hint: 'leave it out: the result is as long as the input' }
        : known,
    );
  }
  const values =
    rule.kind === 'list'
      ? [...rule.values]
      : Array.from({ length: rule.max - rule.min + 1 }, (_, index) => rule.min + index);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const ends = rule.kind === 'list' ? values : [min, max];
  const asked = (seconds: number) => ({ flags: ['-d', String(seconds)] });
  const between = values
    .filter((value) => value > min && !values.includes(value - 1))
    .map((value) => value - 1);
  const strange = [min - 1, max + 1, 0, -1, 10_000].filter((seconds) => seconds !== rule.special?.value);
  return [
    ...ends.map((seconds) => legal(`-d ${seconds}`, asked(seconds))),
    ...(rule.special === undefined ? [] : [legal(`-d ${rule.special.value}`, asked(rule.special.value))]),
    ...[...new Set(strange)].map((seconds) =>
      beyond(`no -d ${seconds}`, asked(seconds), `the nearest is --duration ${seconds < min ? min : max}`),
    ),
    ...between.map((seconds) =>
      beyond(`no -d ${seconds}`, asked(seconds), `the nearest is --duration ${seconds + 1}`),
    ),
    beyond('no -d 5.5', { flags: ['-d', '5.5'] }, '--duration 5'),
    ...withClip(task),
  ];
}

/** A clip among the inputs may allow less. */
function withClip({ rules }: Task): LimitCase[] {
  const { duration: rule } = rules;
  if (rule.kind === 'input' || rule.maxWith === undefined) return [];
  const { role, max } = rule.maxWith;
  return [
    legal(`-d ${max} with ${role}`, { media: [role], flags: ['-d', String(max)] }),
    beyond(
      `no -d ${max + 1} with ${role}`,
      { media: [role], flags: ['-d', String(max + 1)] },
      `the nearest is --duration ${max}`,
    ),
  ];
}

function seedCases(task: Task): LimitCase[] {
  const { seed } = task.rules;
  if (seed === undefined) return [refusedFlag(task, '--seed', '1', 'leave it out')];
  const asked = (value: number) => ({ flags: ['--seed', String(value)] });
  return [
    ...[seed.min, seed.max].map((value) => legal(`--seed ${value}`, asked(value))),
    beyond(`no --seed ${seed.min - 1}`, asked(seed.min - 1), `the nearest is --seed ${seed.min}`),
    beyond(`no --seed ${seed.max + 1}`, asked(seed.max + 1), `the nearest is --seed ${seed.max}`),
  ];
}
