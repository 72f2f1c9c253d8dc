import type { Resolution } from '../core/geometry.ts';
import { asObject } from '../core/untrusted.ts';
import { findRow } from './dashscope-models.ts';
import { bad, flag, integer, oneOf, text, type Fields } from './flat-fields.ts';
import type { Input, MediaLimits } from './input.ts';
import { img10, sound25 } from './media-limits.ts';

// SinanCode's two flat bodies (pages "Wan2 Image-to-Video" and "Wan2 Keyframe-to-Video" of docs.sinancode.com, 2026).

/** A request that is let through. */
export type SinancodeRequest = {
  model: string;
  prompt: string | undefined;
  tier: Resolution;
  seconds: number;
  sound: boolean;
  /** The picture whose shape the video takes. */
  frame: Input;
  inputs: Input[];
  /** Why the model upstream will not make it. */
  failure: string | undefined;
};

/** Pictures and sounds, the same for both. */
export const sinancodeLimits: MediaLimits = {
  image: { ...img10, minSide: 360, maxSide: 2000 },
  speech: sound25,
};

const maxPrompt = 2000;

/** @throws {Refused} bad_request */
export function readImageRequest(body: unknown): SinancodeRequest {
  const fields = fieldsOf(body);
  const frame = picture(fields, 'image_url');
  const model = oneOf(fields, 'model', ['wan2.6-i2v'], false) ?? 'wan2.6-i2v';
  const seconds = integer(fields, 'duration', (value) => [5, 10, 15].includes(value), '5, 10 or 15') ?? 5;
  oneOf(fields, 'shot_type', ['single', 'multi'], false);
  const speech = text(fields, 'audio_url');
  const sound = flag(fields, 'audio') ?? true;
  return {
    model,
    ...common(fields),
    tier: oneOf(fields, 'resolution', ['720P', '1080P'] as const, false) ?? '1080P',
    seconds,
    // `audio` is looked at only when no sound is given.
    sound: speech !== undefined || sound,
    frame,
    inputs: speech === undefined ? [frame] : [frame, { field: 'audio_url', kind: 'audio', url: speech }],
    failure: undefined,
  };
}

/** @throws {Refused} bad_request */
export function readFramesRequest(body: unknown): SinancodeRequest {
  const fields = fieldsOf(body);
  const frame = picture(fields, 'first_frame_url');
  const model = text(fields, 'model') ?? 'wan2.2-kf2v-flash';
  // The page gives one model as an example and no list.
  if (findRow(model)?.task !== 'kf2v') throw bad(`model ${model} is not known`);
  const last = text(fields, 'template') === undefined ? text(fields, 'last_frame_url') : undefined;
  const needsLast = text(fields, 'template') === undefined && last === undefined;
  return {
    model,
    ...common(fields),
    tier: oneOf(fields, 'resolution', ['480P', '720P', '1080P'] as const, false) ?? '720P',
    seconds: 5,
    sound: false,
    frame,
    inputs: last === undefined ? [frame] : [frame, { field: 'last_frame_url', kind: 'image', url: last }],
    failure: needsLast ? 'last_frame_url is needed where there is no template.' : undefined,
  };
}

function fieldsOf(body: unknown): Fields {
  const fields = asObject(body);
  if (fields === undefined) throw bad('the body is not a JSON object');
  return fields;
}

function picture(fields: Fields, name: string): Input {
  const url = text(fields, name);
  if (url === undefined) throw bad(`${name} is required`);
  return { field: name, kind: 'image', url };
}

/** Checks what both have. A template takes the prompt's place; a longer prompt is cut, as the model upstream does. */
function common(fields: Fields): { prompt: string | undefined } {
  const prompt = text(fields, 'prompt');
  text(fields, 'negative_prompt');
  for (const name of ['prompt_extend', 'watermark']) flag(fields, name);
  integer(fields, 'seed', (value) => value >= 0 && value <= 2_147_483_647, '0 to 2147483647');
  if (prompt === undefined || text(fields, 'template') !== undefined) return { prompt: undefined };
  return { prompt: Array.from(prompt).slice(0, maxPrompt).join('') };
}
