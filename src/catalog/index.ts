import type { Mode } from '../core/mode.ts';
import { rulesFor, type Model, type ProviderId } from '../core/model.ts';
import type { Region } from '../core/region.ts';
import { acedataModels } from './acedata.ts';
import { assumedDialect } from './assumed-dialect.ts';
import { dashscopeModels } from './dashscope.ts';
import { sinancodeModels } from './sinancode.ts';

export const allModels: readonly Model[] = [...dashscopeModels, ...acedataModels, ...sinancodeModels];

/**
 * The models tried when none is named, in order; the first one offered in the region is used. They begin with
 * what the services' own guides recommend.
 */
export const preferredModels = {
  dashscope: {
    t2v: ['wan2.6-t2v', 'wan2.7-t2v', 'wan3.0-video'],
    i2v: ['wan2.6-i2v-flash', 'wan2.6-i2v', 'wan2.7-i2v', 'wan3.0-video'],
    kf2v: ['wan2.2-kf2v-flash', 'wan2.7-i2v', 'wan3.0-video'],
    r2v: ['wan2.6-r2v-flash', 'wan2.6-r2v', 'wan2.7-r2v', 'wan3.0-video'],
    vace: ['wan2.1-vace-plus', 'wanx2.1-vace-plus'],
    edit: ['wan2.7-videoedit', 'wan3.0-video'],
    extend: ['wan2.7-i2v', 'wan3.0-video'],
    animate: ['wan2.2-animate-move', 'wan2.2-animate-mix'],
    s2v: ['wan2.2-s2v'],
  },
  acedata: {
    t2v: ['wan2.6-t2v', 'wan3.0-video'],
    i2v: ['wan2.6-i2v-flash', 'wan3.0-video'],
    kf2v: ['wan3.0-video'],
    r2v: ['wan2.6-r2v', 'wan3.0-video'],
    vace: [],
    edit: ['wan3.0-video'],
    extend: ['wan3.0-video'],
    animate: [],
    s2v: [],
  },
  sinancode: {
    t2v: [],
    i2v: ['wan2.6-i2v'],
    kf2v: ['wan2.2-kf2v-flash'],
    r2v: [],
    vace: [],
    edit: [],
    extend: [],
    animate: [],
    s2v: [],
  },
} as const satisfies Record<ProviderId, Record<Mode, readonly string[]>>;

/** A row by its id, or by that of one of its dated snapshots. */
export function findModel(provider: ProviderId, id: string): Model | undefined {
  const rows = allModels.filter((model) => model.provider === provider);
  const row = rows.find((model) => model.id === id);
  if (row !== undefined) return row;
  const base = rows.find((model) => model.snapshots?.some((date) => `${model.id}-${date}` === id));
  if (base === undefined) return undefined;
  const { snapshots: _snapshots, ...rest } = base;
  return { ...rest, id };
}

/** The row that a dated snapshot newer than this program most likely belongs to, under the snapshot's own id. */
export function snapshotOf(provider: ProviderId, id: string): Model | undefined {
  const base = /^(.+)-20\d\d-\d\d-\d\d$/u.exec(id)?.[1];
  const row = base === undefined ? undefined : findModel(provider, base);
  return row === undefined ? undefined : { ...row, id };
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
    .filter(
      (model) => model.provider === provider && model.modes[mode] !== undefined && isOffered(model, region),
    )
    .toSorted((a, b) => rank(a) - rank(b));
}

/**
 * A row for an id the catalogue does not know, such as a snapshot newer than this program. Nothing of it is
 * checked; its request shape is read off the id, as the services' own SDKs do.
 */
export function assumedModel(provider: ProviderId, id: string, mode: Mode): Model {
  const dialect = assumedDialect(provider, id, mode);
  // Its rarer fields are written like those of the row that is most like it.
  const alike = modelsFor(provider, mode, undefined).find(
    (model) => rulesFor(model, mode).dialect === dialect,
  );
  const extras = alike === undefined ? undefined : rulesFor(alike, mode).extras;
  return {
    id,
    provider,
    modes: { [mode]: {} },
    dialect,
    ...(extras === undefined ? {} : { extras }),
    ...(alike?.functions === undefined ? {} : { functions: alike.functions }),
    promptMax: Infinity,
    promptRequired: 'no',
    geometry: { kind: 'resolution', resolutions: [], resolution: '1080P' },
    duration: { kind: 'range', min: 1, max: Infinity, default: 5 },
    audio: { kind: 'optional', default: true },
    billing: 'output',
    // Of AceData's links some expire and some do not; of SinanCode's nothing is known.
    linkHours: provider === 'dashscope' ? 24 : null,
    usualMinutes: { ordinary: [1, 5], heavy: [5, 10] },
    source: 'not in the catalogue',
    checked: '',
    unchecked: true,
  };
}
