import type { MediaInput, GenerationRequest } from '../core/request.ts';
import type { MediaRole } from '../core/media-rule.ts';

// wan3.0's list of typed files, as Model Studio and AceData both take it.

/** To these models a clip that is edited or continued is a reference like any other. */
const types: Partial<Record<MediaRole, string>> = {
  video: 'reference_video',
  first_clip: 'reference_video',
  driving_audio: 'reference_audio',
};

/** The files in the order in which the prompt counts them; undefined when there is none. */
export function allInOneMedia({ media }: GenerationRequest): { type: string; url: string }[] | undefined {
  const items = media.map(({ role, url }: MediaInput) => ({ type: types[role] ?? role, url }));
  return items.length === 0 ? undefined : items;
}
