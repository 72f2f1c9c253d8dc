import type { MediaInput } from './request.ts';
import { cutQuery } from './shown-link.ts';

/** An input as messages and documents name it: the file's path, or the link without what may be signed. */
export function shownInput({ file, url }: Pick<MediaInput, 'file' | 'url'>): string {
  return file?.path ?? cutQuery(url);
}
