import type { MediaFacts } from '../core/media-facts.ts';
import { MediaFault } from './media-fault.ts';

/** What the content tells, without the length. */
export type FactsOfContent = Omit<MediaFacts, 'bytes'>;

/**
 * An image's facts.
 * @throws MediaFault when it has no size: nothing can show such a picture
 */
export function imageFacts(
  format: string,
  width: number | undefined,
  height: number | undefined,
  hasAlpha?: boolean,
): FactsOfContent {
  if (width === undefined || height === undefined || width <= 0 || height <= 0) {
    throw new MediaFault('its header tells no size');
  }
  return { kind: 'image', format, width, height, ...(hasAlpha === undefined ? {} : { hasAlpha }) };
}
