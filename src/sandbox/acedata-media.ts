import { asObject } from '../core/untrusted.ts';
import { bad, given, type Fields } from './acedata-fields.ts';
import type { Input, InputKind } from './inputs.ts';

// The files that a body names: typed items for wan3.0, a list of clips for wan2.6-r2v.

const mediaTypes = [
  'first_frame',
  'last_frame',
  'reference_image',
  'reference_video',
  'reference_audio',
  'file',
  'link',
];

/** An item of `media`. */
export type Media = Input & { type: string };

/** @throws {Refused} bad_request */
export function readMedia(fields: Fields): Media[] {
  const media = given(fields, 'media') ?? [];
  if (!Array.isArray(media) || media.length > 10) throw bad('media must be a list of at most 10 items');
  return media.map((item: unknown, index) => {
    const { type, url } = asObject(item) ?? {};
    if (typeof type !== 'string' || !mediaTypes.includes(type)) {
      throw bad(`media[${index}].type must be one of ${mediaTypes.join(', ')}`);
    }
    if (typeof url !== 'string') throw bad(`media[${index}].url is required`);
    return { field: `media[${index}].url`, kind: kindOf(type), url, type };
  });
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
