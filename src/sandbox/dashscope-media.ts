import { asObject } from '../core/untrusted.ts';
import { fieldRequired, invalid, listOf, text, type Fields } from './dashscope-fields.ts';
import type { Input, InputFailure, InputKind } from './input.ts';
import { Refused } from './reply.ts';
import { wan3MediaMax } from './wan3-media.ts';

// `input.media` of wan2.7 and wan3.0: a list of typed files.

/** An item of `input.media`. */
export type MediaItem = Input & { type: string };

/** What is wrong with a list for wan3.0, found by its task; undefined when nothing is. */
export function mediaFailure(media: readonly MediaItem[], parameters: Fields): InputFailure | undefined {
  const count = (type: string) => media.filter((item) => item.type === type).length;
  const frames = count('first_frame') + count('last_frame');
  if (frames > 0 && frames < media.length)
    return invalid('The two modes are mutually exclusive: frames and references.');
  const tooMany = Object.entries(wan3MediaMax).find(([type, max]) => count(type) > max);
  if (tooMany !== undefined) return invalid(`media takes at most ${tooMany[1]} of type ${tooMany[0]}.`);
  if (count('file') + count('link') > 1) return invalid('file and link are mutually exclusive.');
  if (count('file') + count('link') > 0 && parameters['prompt_extend'] === false) {
    return invalid('prompt_extend must be true with a file or a link.');
  }
  return undefined;
}

/** @throws {Refused} InvalidParameter for a missing field or a type of another model */
export function readMedia(input: Fields, types: readonly string[], isRequired: boolean): MediaItem[] {
  const items = listOf(input['media']);
  if (items.length === 0 && isRequired) throw fieldRequired('media');
  return items.map((item, index) => {
    const fields = asObject(item) ?? {};
    const type = text(fields, 'type');
    if (type === undefined) throw fieldRequired(`media.${index}.type`);
    if (!types.includes(type)) {
      throw new Refused(
        400,
        'InvalidParameter',
        `input.media.${index}.type must be one of ${types.join(', ')}`,
      );
    }
    const url = text(fields, 'url');
    if (url === undefined) throw fieldRequired(`media.${index}.url`);
    return { field: `input.media.${index}.url`, kind: kindOf(type), url, type, isPage: type === 'link' };
  });
}

function kindOf(type: string): InputKind {
  if (type.endsWith('audio')) return 'audio';
  if (type === 'file' || type === 'link') return 'file';
  return type === 'video' || type === 'first_clip' || type === 'reference_video' ? 'video' : 'image';
}
