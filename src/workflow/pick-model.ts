import { allModels, assumedModel, findModel, isOffered, modelsFor, snapshotOf } from '../catalog/index.ts';
import { UsageError } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';
import { modeTitles, type Mode } from '../core/mode.ts';
import { modesOf, providerIds, type Model, type ProviderId } from '../core/model.ts';
import type { Region } from '../core/region.ts';

export type PickedModel = {
  model: Model;
  /** The mode's models there, in order of preference: for hints. */
  others: Model[];
  /** Nobody named one, and the service would rather choose it. */
  omitsModel: boolean;
  warnings: string[];
};

/**
 * The model that was asked for, or the first of the mode's list that is offered there. With a path of the user's own,
 * a mode that the provider is not known to have is tried, unchecked.
 * @throws {UsageError} when it cannot do the mode, or is not offered in the region
 */
export function pickModel(
  provider: ProviderId,
  mode: Mode,
  region: Region | undefined,
  asked: string | undefined,
  hasOwnPath = false,
): PickedModel {
  const others = modelsFor(provider, mode, region);
  const first = others[0];
  const hint = first === undefined ? '`wan models` lists what is offered where' : `-m ${first.id}`;
  if (asked === undefined) {
    if (first !== undefined)
      return { model: first, others, warnings: [], omitsModel: first.isImplied === true };
    if (hasOwnPath && isImplied(provider)) {
      return { model: assumedModel(provider, mode, mode), others, warnings: [], omitsModel: true };
    }
    const where = region === undefined ? provider : `${provider} in ${region}`;
    throw new UsageError(`${where} offers no model for ${modeTitles[mode]} that wan knows`, {
      hint: otherWay(provider, mode, region),
    });
  }
  const id = asked.trim();
  if (!/^[\w.:/-]{1,100}$/u.test(id)) {
    throw new UsageError(`--model ${id} is not the name of a model`, { hint });
  }
  const snapshot = snapshotOf(provider, id);
  const known = findModel(provider, id);
  const model = known ?? snapshot;
  const asBase =
    known === undefined && snapshot !== undefined
      ? [`wan does not know ${id}; it is taken for a snapshot of ${id.replace(/-20[\d-]+$/u, '')}`]
      : [];
  if (model === undefined) {
    const meant = nearestModel(provider, id, mode);
    const guess = meant === undefined ? '' : `did you mean ${meant}? `;
    const warning = `${provider} has no model ${id} that wan knows; ${guess}it is sent unchecked`;
    return { model: assumedModel(provider, id, mode), others, warnings: [warning], omitsModel: false };
  }
  if (model.modes[mode] === undefined) {
    throw new UsageError(`${id} does not do ${modeTitles[mode]}`, {
      hint: `wan ${modesOf(model)[0]} -m ${id}, or ${hint} here`,
    });
  }
  if (known !== undefined && !isOffered(known, region)) {
    throw new UsageError(`${id} is not offered in ${region} (${model.regions?.join(', ')})`, { hint });
  }
  return { model, others, warnings: asBase, omitsModel: false };
}

/** The model that a mistyped name was meant for, one of the mode before others. */
function nearestModel(provider: ProviderId, id: string, mode: Mode): string | undefined {
  const own = allModels.filter((model) => model.provider === provider);
  const sorted = [...modelsFor(provider, mode, undefined), ...own];
  return nearestName(
    id,
    sorted.map((model) => model.id),
  );
}

/** A service that chooses the model itself can be asked for a mode that nobody has heard of. */
function isImplied(provider: ProviderId): boolean {
  return allModels.some((model) => model.provider === provider && model.isImplied === true);
}

/** Where a mode is offered, when it is not here. */
function otherWay(provider: ProviderId, mode: Mode, region: Region | undefined): string {
  const elsewhere = modelsFor(provider, mode, undefined)[0];
  if (region !== undefined && elsewhere?.regions !== undefined) {
    return `--region ${elsewhere.regions[0]} has ${elsewhere.id}`;
  }
  const other = providerIds.find((id) => modelsFor(id, mode, undefined).length > 0);
  const own =
    provider === 'sinancode'
      ? `, or \`wan config set path.${mode} /… --provider sinancode\` if it has one after all`
      : '';
  return `${other === undefined ? '`wan models` lists what is offered where' : `--provider ${other}`}${own}`;
}

/** The next model of the list after one that the service turned out not to have. */
export function nextModel(others: readonly Model[], id: string): Model | undefined {
  const index = others.findIndex((model) => model.id === id);
  return index === -1 ? others[0] : others[index + 1];
}
