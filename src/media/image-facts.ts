import type { MediaFacts } from '../core/media-facts.ts';

/** What the content tells, without the length. */
export type FactsOfContent = Omit<MediaFacts, 'bytes'>;

/** An image's facts; sizes of zero are none. */
export function imageFacts(format: string, width = 0, height = 0, hasAlpha?: boolean): FactsOfContent {
  return {
    kind: 'image',
    format,
    ...(width > 0 && height > 0 ? { width, height } : {}),
    ...(hasAlpha === undefined ? {} : { hasAlpha }),
  };
}
