import { asObject } from '../core/untrusted.ts';
import type { ModelRow, ModelTask } from './dashscope-model-row.ts';
import {
  fieldRequired,
  invalid,
  listOf,
  looksLikeVideo,
  optional,
  required,
  requireText,
  text,
  textList,
  given,
  type Fields,
} from './dashscope-fields.ts';
import type { NamedInputs } from './dashscope-named-inputs.ts';
import { readVace } from './dashscope-vace.ts';
import { mediaFailure, readMedia } from './dashscope-media.ts';
import { wan3MediaTypes } from './wan3-media.ts';
import type { Input } from './input.ts';
import { clip26Old } from './media-limits.ts';

// Which files a request names. A field that is missing or of the wrong type is refused at submit; a combination
// that the model cannot do is found by the task, which then fails (Model Studio API references, 2026-05 to 2026-10).

/** @throws {Refused} InvalidParameter */
export function readInputs(row: ModelRow, input: Fields, parameters: Fields): NamedInputs {
  return readers[row.task](input, parameters, row);
}

const readers: Record<ModelTask, (input: Fields, parameters: Fields, row: ModelRow) => NamedInputs> = {
  t2v: (input) => {
    requireText(input, 'prompt');
    return { inputs: optional(input, 'audio_url', 'audio') };
  },
  i2v: (input) => {
    const frame = required(input, 'img_url', 'image');
    return { inputs: [frame, ...optional(input, 'audio_url', 'audio')], frame };
  },
  kf2v: (input) => {
    const frame = required(input, 'first_frame_url', 'image');
    // With a template the last frame is neither needed nor looked at.
    if (text(input, 'template') !== undefined) return { inputs: [frame], frame };
    // The field table calls the last frame optional.
    return { inputs: [frame, ...optional(input, 'last_frame_url', 'image')], frame };
  },
  r2v: (input) => {
    requireText(input, 'prompt');
    const isOld = given(input, 'reference_urls') === undefined;
    const field = isOld ? 'reference_video_urls' : 'reference_urls';
    if (given(input, field) === undefined) throw fieldRequired('reference_urls');
    const inputs = textList(input, field).map((url): Input => ({
      field: `input.${field}`,
      url,
      ...(isOld
        ? { kind: 'video', clip: clip26Old }
        : { kind: looksLikeVideo(url) ? 'video' : 'image', isEither: true }),
    }));
    const videos = inputs.filter(({ kind }) => kind === 'video').length;
    if (inputs.length > 5 || videos > 3) {
      return { inputs, failure: invalid('reference_urls takes at most 5 files, of which 3 videos.') };
    }
    return { inputs };
  },
  'media-i2v': (input) => {
    const media = readMedia(input, ['first_frame', 'last_frame', 'driving_audio', 'first_clip'], true);
    const types = media.map(({ type }) => type).toSorted();
    const frame = media.find(({ type }) => type === 'first_frame' || type === 'first_clip');
    const named = { inputs: media, ...(frame === undefined ? {} : { frame }) };
    if (imageCombinations.has(types.join('+'))) return named;
    return {
      ...named,
      failure: invalid(`The combination of media types is not supported: ${types.join(', ')}.`),
    };
  },
  'media-r2v': (input, parameters) => {
    requireText(input, 'prompt');
    const media = readMedia(input, ['reference_image', 'reference_video', 'first_frame'], true);
    const references = media.filter(({ type }) => type.startsWith('reference_'));
    const frames = media.filter(({ type }) => type === 'first_frame');
    const voices = listOf(input['media']).flatMap((item) =>
      optional(asObject(item) ?? {}, 'reference_voice', 'audio'),
    );
    const named = { inputs: [...media, ...voices], ...(frames[0] === undefined ? {} : { frame: frames[0] }) };
    if (references.length < 1 || references.length > 5 || frames.length > 1) {
      return {
        ...named,
        failure: invalid('media needs 1 to 5 references and takes at most one first_frame.'),
      };
    }
    const hasVideo = references.some(({ kind }) => kind === 'video');
    if (hasVideo && Number(parameters['duration'] ?? 0) > 10) {
      return { ...named, failure: invalid('duration must be at most 10 with a reference_video.') };
    }
    return named;
  },
  edit: (input, parameters) => {
    const media = readMedia(input, ['video', 'reference_image'], true);
    const videos = media.filter(({ type }) => type === 'video');
    // Without a ratio the video keeps its shape.
    const frame = given(parameters, 'ratio') === undefined ? videos[0] : undefined;
    const named = { inputs: media, ...(frame === undefined ? {} : { frame }) };
    if (videos.length === 1 && media.length <= 5) return named;
    return {
      ...named,
      failure: invalid('media needs exactly one video and takes at most 4 reference images.'),
    };
  },
  all: (input, parameters) => {
    const media = readMedia(input, wan3MediaTypes, false);
    if (media.length === 0 && text(input, 'prompt') === undefined) throw fieldRequired('prompt');
    const frame = media.find(({ type }) => type === 'first_frame' || type === 'reference_video');
    const failure = mediaFailure(media, parameters);
    return {
      inputs: media,
      ...(frame === undefined ? {} : { frame }),
      ...(failure === undefined ? {} : { failure }),
    };
  },
  vace: readVace,
  animate: (input) => {
    const frame = required(input, 'image_url', 'image');
    return { inputs: [frame, required(input, 'video_url', 'video')], frame };
  },
  s2v: (input) => {
    const frame = required(input, 'image_url', 'image');
    return { inputs: [frame, required(input, 'audio_url', 'audio')], frame };
  },
  retalk: (input) => {
    const frame = required(input, 'video_url', 'video');
    const sound = required(input, 'audio_url', 'audio');
    return { inputs: [frame, sound, ...optional(input, 'ref_image_url', 'image')], frame };
  },
};

const imageCombinations = new Set([
  'first_frame',
  'driving_audio+first_frame',
  'first_frame+last_frame',
  'driving_audio+first_frame+last_frame',
  'first_clip',
  'first_clip+last_frame',
]);
