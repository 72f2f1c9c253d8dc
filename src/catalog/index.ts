import type { Mode } from '../core/mode.ts';
import type { Model, ProviderId, Region } from '../core/model.ts';
import { acedataModels } from './acedata.ts';
import { dashscopeModels } from './dashscope.ts';

export const allModels: readonly Model[] = [...dashscopeModels, ...acedataModels];

/**
 * The models tried when none is named, in order; the first one offered in the region is used. They begin with
 * what the services' own guides recommend.
 */
export const preferredModels = {
  dashscope: {
    t2v: ['wan2.6-t2v', 'wan2.7-t2v', 'wan3.0-video'],
    i2v: ['wan2.6-i2v-flash', 'wan2.6-i2v'],
    r2v: ['wan2.6-r2v-flash', 'wan2.6-r2v'],
  },
  acedata: {
    t2v: ['wan2.6-t2v'],
    i2v: ['wan2.6-i2v-flash'],
    r2v: ['wan2.6-r2v'],
  },
} as const satisfies Record<ProviderId, Record<Mode, readonly string[]>>;

export function findModel(provider: ProviderId, id: string): Model | undefined {
  return allModels.find((model) => model.provider === provider && model.id === id);
}

/** True where the region is not known: then nothing is held against the model. */
export function isOffered(model: Model, region: Region | undefined): boolean {
  return region === undefined || model.regions === undefined || model.regions.includes(region);
}

/** The models of a mode that a provider offers in a region, the preferred ones first. */
export function modelsFor(provider: ProviderId, mode: Mode, region: Region | undefined): Model[] {
  const preferred: readonly string[] = preferredModels[provider][mode];
  const rank = (model: Model) => {
    const index = preferred.indexOf(model.id);
    return index === -1 ? preferred.length : index;
  };
  return allModels
    .filter((model) => model.provider === provider && model.modes.includes(mode) && isOffered(model, region))
    .toSorted((a, b) => rank(a) - rank(b));
}

/**
 * A row for an id the catalogue does not know, such as a snapshot newer than this program. Nothing of it is
 * checked; its request shape is read off the id, as the services' own SDKs do.
 */
export function assumedModel(provider: ProviderId, id: string, mode: Mode): Model {
  const generation = /^wanx?(\d+)(?:\.(\d+))?/u.exec(id);
  const major = Number(generation?.[1] ?? 2);
  const isNewShape = major >= 3 || (major === 2 && Number(generation?.[2] ?? 0) >= 7);
  const dialect = provider === 'acedata' ? 'flat' : isNewShape ? 'media-list' : 'input-fields';
  return {
    id,
    provider,
    modes: [mode],
    dialect,
    promptMax: Infinity,
    promptRequired: 'no',
    geometry: { kind: 'resolution', resolutions: [], resolution: '1080P' },
    duration: { kind: 'range', min: 1, max: Infinity, default: 5 },
    audio: { kind: 'optional', default: true },
    // AceData's wan3.0 links are said to last; of others nothing is known.
    linkHours: provider === 'acedata' ? null : 24,
    usualMinutes: { ordinary: [1, 5], heavy: [5, 10] },
    source: 'not in the catalogue',
    checked: '',
    unchecked: true,
  };
}
