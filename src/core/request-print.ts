import type { ProviderId } from './model.ts';
import type { GenerationRequest } from './request.ts';
import type { Wish } from './wish.ts';

export type AskedFor = {
  wish: Wish;
  provider: ProviderId;
  /** As it was named on the command line. */
  model: string | undefined;
  count: number;
};

/**
 * What was asked, as one text that is equal for equal requests: flags as given, the contents of local files rather
 * than their names, and the provider. How it is saved, shown and waited for is no part of it.
 */
export function requestPrint({ wish, ...rest }: AskedFor): string {
  // Said aloud or not, a seed by lot is the same wish; the one that was drawn is no part of it.
  const { seed, ...same } = wish;
  const asked = seed === undefined || seed === 'random' ? same : { ...same, seed };
  return JSON.stringify(sorted({ ...rest, wish: { ...asked, media: contentsOf(wish) } }));
}

/** What a record says was asked, as one text that is equal for equal wishes; all but the seed, which chance may draw. */
export function requestText({ seed: _seed, filled: _filled, ...request }: GenerationRequest): string {
  return JSON.stringify(sorted({ ...request, media: contentsOf(request) }));
}

/** What the inputs hold, wherever they lie. */
function contentsOf({ media }: Pick<GenerationRequest, 'media'>) {
  return media.map(({ role, url, file }) => ({ role, content: file?.sha256 ?? url }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
