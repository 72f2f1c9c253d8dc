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
  type Fields,
} from './dashscope-fields.ts';
import { allMediaTypes, mediaFailure, readMedia } from './dashscope-media.ts';
import type { Input, InputFailure } from './inputs.ts';
import { Refused } from './reply.ts';

// Which files a request names. A field that is missing or of the wrong type is refused at submit; a combination
// that the model cannot do is found by the task, which then fails (Model Studio API references, 2026-05 to 2026-10).

/** The files of a request. */
export type NamedInputs = {
  inputs: Input[];
  /** The picture whose shape the video takes. */
  frame?: Input;
  /** A combination that the task will fail on. */
  failure?: InputFailure;
};

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
    if (text(input, 'template') === undefined) requireText(input, 'last_frame_url');
    const frame = required(input, 'first_frame_url', 'image');
    return { inputs: [frame, ...optional(input, 'last_frame_url', 'image')], frame };
  },
  r2v: (input) => {
    requireText(input, 'prompt');
    const field = input['reference_urls'] === undefined ? 'reference_video_urls' : 'reference_urls';
    if (input[field] === undefined) throw fieldRequired('reference_urls');
    const urls = textList(input, field);
    const inputs = urls.map((url): Input => ({
      field: `input.${field}`,
      kind: looksLikeVideo(url) ? 'video' : 'image',
      url,
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
    const frame = media.find(({ type }) => type === 'first_frame');
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
  edit: (input) => {
    const media = readMedia(input, ['video', 'reference_image'], true);
    const videos = media.filter(({ type }) => type === 'video').length;
    if (videos === 1 && media.length <= 5) return { inputs: media };
    return {
      inputs: media,
      failure: invalid('media needs exactly one video and takes at most 4 reference images.'),
    };
  },
  all: (input, parameters) => {
    const media = readMedia(input, allMediaTypes, false);
    if (media.length === 0 && text(input, 'prompt') === undefined) throw fieldRequired('prompt');
    const frame = media.find(({ type }) => type === 'first_frame');
    const failure = mediaFailure(media, parameters);
    return {
      inputs: media,
      ...(frame === undefined ? {} : { frame }),
      ...(failure === undefined ? {} : { failure }),
    };
  },
  vace: (input, parameters) => {
    const name = requireText(input, 'function');
    requireText(input, 'prompt');
    const needs = Object.hasOwn(vaceNeeds, name) ? vaceNeeds[name] : undefined;
    if (needs === undefined)
      throw new Refused(400, 'InvalidParameter', `input.function is not supported: ${name}`);
    if (needs !== '' && input[needs] === undefined) throw fieldRequired(needs);
    if (name === 'video_repainting' && parameters['control_condition'] === undefined) {
      throw new Refused(400, 'InvalidParameter', 'Field required: parameters.control_condition');
    }
    const images = ['mask_image_url', 'first_frame_url', 'last_frame_url'].flatMap((field) =>
      optional(input, field, 'image'),
    );
    const clips = ['video_url', 'mask_video_url', 'first_clip_url', 'last_clip_url'].flatMap((field) =>
      optional(input, field, 'video'),
    );
    const references = input['ref_images_url'] === undefined ? [] : textList(input, 'ref_images_url');
    const inputs = [
      ...images,
      ...clips,
      ...references.slice(0, 3).map((url): Input => ({ field: 'input.ref_images_url', kind: 'image', url })),
    ];
    const roles = parameters['obj_or_bg'];
    if (name === 'image_reference' && Array.isArray(roles) && roles.length !== references.length) {
      return { inputs, failure: invalid('obj_or_bg must be as long as ref_images_url.') };
    }
    return { inputs };
  },
  animate: (input, parameters) => {
    if (parameters['mode'] !== 'wan-std' && parameters['mode'] !== 'wan-pro') {
      throw new Refused(400, 'InvalidParameter', 'parameters.mode must be wan-std or wan-pro');
    }
    const frame = required(input, 'image_url', 'image');
    return { inputs: [frame, required(input, 'video_url', 'video')], frame };
  },
  s2v: (input) => {
    const frame = required(input, 'image_url', 'image');
    return { inputs: [frame, required(input, 'audio_url', 'audio')], frame };
  },
  retalk: (input) => ({
    inputs: [
      required(input, 'video_url', 'video'),
      required(input, 'audio_url', 'audio'),
      ...optional(input, 'ref_image_url', 'image'),
    ],
  }),
};

const imageCombinations = new Set([
  'first_frame',
  'driving_audio+first_frame',
  'first_frame+last_frame',
  'driving_audio+first_frame+last_frame',
  'first_clip',
  'first_clip+last_frame',
]);

/** The field that each function cannot do without; none is needed where any of several will do. */
const vaceNeeds: Record<string, string> = {
  image_reference: 'ref_images_url',
  video_repainting: 'video_url',
  video_edit: 'video_url',
  video_extension: '',
  video_outpainting: 'video_url',
};
