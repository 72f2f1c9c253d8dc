import { extraFlag, type ExtraRule, type Extras } from './extra.ts';
import { roleWords } from './media-rule.ts';
import type { Problem } from './problem.ts';
import { inputsOf, type GenerationRequest } from './request.ts';

type Inputs = Pick<GenerationRequest, 'media'>;
type ExtraRules = Readonly<Record<string, ExtraRule>>;

/** What no field tells alone: fields that need, match or mute each other, or count files. */
export function checkExtras(extras: Extras, rules: ExtraRules, inputs: Inputs): Problem | undefined {
  for (const [name, rule] of Object.entries(rules)) {
    const problem = checkField(name, rule, extras, rules, inputs);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkField(
  name: string,
  rule: ExtraRule,
  extras: Extras,
  rules: ExtraRules,
  inputs: Inputs,
): Problem | undefined {
  const flag = extraFlag(name);
  const value = extras[name];
  if (rule.kind === 'choices') return checkList(flag, rule, value, inputs);
  if (value === undefined) {
    const { requiredWith: role } = rule;
    if (role === undefined || inputsOf(inputs, role).length === 0) return undefined;
    const legal = 'values' in rule ? rule.values.join(' | ') : '…';
    return { message: `${roleWords[role].flag} needs ${flag}`, hint: `${flag} ${legal}` };
  }
  const { onlyWith, countsFramesOf } = rule;
  if (onlyWith !== undefined) {
    const other = extras[onlyWith.name] ?? rules[onlyWith.name]?.default;
    if (other !== onlyWith.value) {
      return {
        message: `${flag} is ignored with ${extraFlag(onlyWith.name)} ${String(other)}`,
        hint: `leave out ${flag}, or use ${extraFlag(onlyWith.name)} ${onlyWith.value}`,
      };
    }
  }
  if (countsFramesOf === undefined || typeof value !== 'number') return undefined;
  const facts = inputsOf(inputs, countsFramesOf)[0]?.facts;
  if (facts?.seconds === undefined || facts.framesPerSecond === undefined) return undefined;
  const frames = Math.floor(facts.seconds * facts.framesPerSecond) + 1;
  if (value <= frames) return undefined;
  return {
    message: `${flag} ${value}: the clip has ${frames} frames`,
    hint: `the last is ${flag} ${frames}`,
  };
}

function checkList(
  flag: string,
  { values, per, once }: ExtraRule & { kind: 'choices' },
  value: Extras[string] | undefined,
  inputs: Inputs,
): Problem | undefined {
  const files = inputsOf(inputs, per).length;
  const example = `${flag} ${Array.from({ length: Math.max(1, files) }, () => values[0]).join(',')}`;
  if (value === undefined) {
    if (files < 2) return undefined;
    return { message: `${files} ${roleWords[per].plural} need ${flag}, a word for each`, hint: example };
  }
  const list = Array.isArray(value) ? value : [value];
  if (list.length !== files) {
    return {
      message: `${flag} has ${list.length} of ${files}: one for each ${roleWords[per].flag}`,
      hint: example,
    };
  }
  if (once === undefined || list.filter((item) => item === once).length < 2) return undefined;
  return { message: `${flag} ${list.join(',')}: ${once} may stand there once`, hint: example };
}

/** Flags that the service will not look at because of others. */
export function extraWarnings(extras: Extras, rules: ExtraRules, prompt: string | undefined): string[] {
  const muting = Object.keys(extras).find((name) => rules[name]?.replacesPrompt === true);
  return muting === undefined || prompt === undefined
    ? []
    : [`with ${extraFlag(muting)} the service ignores the prompt`];
}
