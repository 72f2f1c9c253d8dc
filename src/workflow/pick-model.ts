import { assumedModel, findModel, isOffered, modelsFor } from '../catalog/index.ts';
import { UsageError } from '../core/errors.ts';
import { modeTitles, type Mode } from '../core/mode.ts';
import type { Model, ProviderId, Region } from '../core/model.ts';

export type PickedModel = {
  model: Model;
  /** The mode's models there, in order of preference: for hints. */
  others: Model[];
  warnings: string[];
};

/**
 * The model that was asked for, or the first of the mode's list that is offered there.
 * @throws {UsageError} when it cannot do the mode, or is not offered in the region
 */
export function pickModel(
  provider: ProviderId,
  mode: Mode,
  region: Region | undefined,
  asked: string | undefined,
): PickedModel {
  const others = modelsFor(provider, mode, region);
  const first = others[0];
  const hint = first === undefined ? '`wan models` lists what is offered where' : `-m ${first.id}`;
  if (asked === undefined) {
    if (first !== undefined) return { model: first, others, warnings: [] };
    const where = region === undefined ? provider : `${provider} in ${region}`;
    throw new UsageError(`${where} offers no model for ${modeTitles[mode]} that wan knows`, { hint });
  }
  const id = asked.trim();
  if (!/^[\w.:/-]{1,100}$/u.test(id)) {
    throw new UsageError(`--model ${id} is not the name of a model`, { hint });
  }
  const model = findModel(provider, id);
  if (model === undefined) {
    const warning = `${provider} has no model ${id} that wan knows; it is sent unchecked`;
    return { model: assumedModel(provider, id, mode), others, warnings: [warning] };
  }
  if (!model.modes.includes(mode)) {
    throw new UsageError(`${id} does not do ${modeTitles[mode]}`, {
      hint: `wan ${model.modes[0]} -m ${id}, or ${hint} here`,
    });
  }
  if (!isOffered(model, region)) {
    throw new UsageError(`${id} is not offered in ${region} (${model.regions?.join(', ')})`, { hint });
  }
  return { model, others, warnings: [] };
}

/** The next model of the list after one that the service turned out not to have. */
export function nextModel(others: readonly Model[], id: string): Model | undefined {
  const index = others.findIndex((model) => model.id === id);
  return index === -1 ? others[0] : others[index + 1];
}
