import { findModel } from '../../src/catalog/index.ts';
import type { Model, ProviderId } from '../../src/core/model.ts';
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

export const image: MediaInput = { role: 'first_frame', url: 'https://example.com/a.png' };

/** The least that a model accepts. */
export function leastWish(model: Model): Wish {
  const mode = model.modes[0] ?? 't2v';
  const roles = model.media?.roles ?? {};
  const role = roles.first_frame !== undefined ? 'first_frame' : 'reference_video';
  const media = model.media === undefined ? [] : [{ role, url: 'https://example.com/in' } as const];
  return { mode, media, ...(model.promptRequired === 'no' ? {} : { prompt: 'p' }) };
}
