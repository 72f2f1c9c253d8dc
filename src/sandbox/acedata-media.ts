import { asObject } from '../core/untrusted.ts';
import { bad, given, type Fields } from './flat-fields.ts';
import type { Input, InputKind } from './input.ts';
import { wan3MediaMax, wan3MediaTypes } from './wan3-media.ts';

// The files that a body names: typed items for wan3.0, a list of clips for wan2.6-r2v.

/** An item of `media`. */
export type Media = Input & { type: string };

/** @throws {Refused} bad_request */
export function readMedia(fields: Fields): Media[] {
  const media = given(fields, 'media') ?? [];
  if (!Array.isArray(media) || media.length > 10) throw bad('media must be a list of at most 10 items');
  return media.map((item: unknown, index) => {
    const { type, url } = asObject(item) ?? {};
    if (typeof type !== 'string' || !wan3MediaTypes.includes(type)) {
      throw bad(`media[${index}].type must be one of ${wan3MediaTypes.join(', ')}`);
    }
    if (typeof url !== 'string') throw bad(`media[${index}].url is required`);
    return { field: `media[${index}].url`, kind: kindOf(type), url, type, isPage: type === 'link' };
  });
}

/** Why the model upstream will not take a list; undefined when nothing is wrong. */
export function mediaFailure(media: readonly Media[]): string | undefined {
  const count = (type: string) => media.filter((item) => item.type === type).length;
  const frames = count('first_frame') + count('last_frame');
  if (frames > 0 && frames < media.length)
    return 'The two modes are mutually exclusive: frames and references';
  const tooMany = Object.entries(wan3MediaMax).find(([type, max]) => count(type) > max);
  if (tooMany !== undefined) return `media takes at most ${tooMany[1]} of type ${tooMany[0]}`;
  return count('file') + count('link') > 1 ? 'file and link are mutually exclusive' : undefined;
}

/** @throws {Refused} bad_request */
export function readReferences(fields: Fields): Input[] {
  const urls = given(fields, 'reference_video_urls');
  if (urls === undefined) return [];
  if (!Array.isArray(urls) || urls.length === 0 || !urls.every((url) => typeof url === 'string')) {
    throw bad('reference_video_urls must be a list of at least one URL');
  }
  return urls.map((url: string) => ({ field: 'reference_video_urls', kind: 'video', url }));
}

function kindOf(type: string): InputKind {
  if (type === 'file' || type === 'link') return 'file';
  return type.endsWith('video') ? 'video' : type.endsWith('audio') ? 'audio' : 'image';
}
