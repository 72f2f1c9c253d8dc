import { allModels, findModel } from '../../src/catalog/index.ts';
import type { MediaRole } from '../../src/core/media-rule.ts';
import { vaceFunctions, type Mode, type VaceFunction } from '../../src/core/mode.ts';
import { modesOf, rulesFor, type Model, type ProviderId } from '../../src/core/model.ts';
import type { MediaInput } from '../../src/core/request.ts';
import type { Wish } from '../../src/core/wish.ts';

export function getModel(provider: ProviderId, id: string): Model {
  const model = findModel(provider, id);
  if (model === undefined) throw new Error(`no row for ${provider} ${id}`);
  return model;
}

/** As a test's name shows a row. */
export function nameOf(model: Model): string {
  return `${model.provider} ${model.id}`;
}

/** What a row does in one mode, or by one function of it. */
export type Task = { name: string; model: Model; mode: Mode; vaceFunction?: VaceFunction; rules: Model };

/** Every row, mode and function. */
export const allTasks: readonly Task[] = allModels.flatMap((model) =>
  modesOf(model).flatMap((mode) => tasksOf(model, mode)),
);

function tasksOf(model: Model, mode: Mode): Task[] {
  const name = `${nameOf(model)} ${mode}`;
  if (mode !== 'vace') return [{ name, model, mode, rules: rulesFor(model, mode) }];
  return vaceFunctions.map((vaceFunction) => ({
    name: `${name} ${vaceFunction}`,
    model,
    mode,
    vaceFunction,
    rules: rulesFor(model, mode, vaceFunction),
  }));
}

export const image: MediaInput = { role: 'first_frame', url: 'https://example.com/a.png' };

/** The fewest inputs that rules accept. */
export function leastMedia({ media }: Model): MediaInput[] {
  const roles = Object.entries(media?.roles ?? {}) as [MediaRole, { min?: number }][];
  const needed = roles.flatMap(([role, { min = 0 }]) => inputs(role, min));
  const groups = (media?.totals ?? []).flatMap(({ roles: group, min }) =>
    needed.some(({ role }) => group.includes(role)) || group[0] === undefined ? [] : inputs(group[0], min),
  );
  return [...needed, ...groups];
}

/** Some inputs of one role. */
export function inputs(role: MediaRole, count: number): MediaInput[] {
  return Array.from({ length: count }, (_, index) => ({
    role,
    url: `https://example.com/${role}-${index + 1}`,
  }));
}

/** The fields that rules cannot do without. */
export function leastExtras({ extras = {} }: Model): Record<string, string> {
  return Object.fromEntries(
    Object.entries(extras).flatMap(([name, rule]) =>
      rule.required === true && 'values' in rule ? [[name, rule.values[0] ?? '']] : [],
    ),
  );
}

/** The least that a model accepts in a mode, its first unless told. */
export function leastWish(
  model: Model,
  mode: Mode = modesOf(model)[0] ?? 't2v',
  vaceFunction: VaceFunction | undefined = mode === 'vace' ? vaceFunctions[0] : undefined,
): Wish {
  const rules = rulesFor(model, mode, vaceFunction);
  const extras = leastExtras(rules);
  const media = leastMedia(rules);
  const { promptRequired } = rules;
  const hasPrompt = promptRequired === 'yes' || (promptRequired === 'or-media' && media.length === 0);
  return {
    mode,
    media,
    ...(vaceFunction === undefined ? {} : { vaceFunction }),
    ...(hasPrompt ? { prompt: 'p' } : {}),
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
  };
}
