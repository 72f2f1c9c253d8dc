import {
  fieldRequired,
  invalid,
  listOf,
  optional,
  refusedParameter,
  requireText,
  textList,
  given,
  type Fields,
} from './dashscope-fields.ts';
import type { NamedInputs } from './dashscope-named-inputs.ts';
import type { Found } from './input.ts';
import type { Input, InputFailure } from './input.ts';
import { endClipVace } from './media-limits.ts';
import { Refused } from './reply.ts';

// The five functions of the vace models (API reference "wanx2.1-vace-plus", 2026-05).

type VaceFunction = {
  /** The field that it cannot do without; none where any of several will do. */
  needs?: string;
  /** Its legal values of `control_condition`. */
  controls?: readonly string[];
  /** Has a `size`; the others keep the source's. */
  isSized?: true;
};

const functions: Record<string, VaceFunction> = {
  image_reference: { needs: 'ref_images_url', isSized: true },
  video_repainting: { needs: 'video_url', controls: ['posebodyface', 'posebody', 'depth', 'scribble'] },
  video_edit: { needs: 'video_url', controls: ['', 'posebodyface', 'depth'], isSized: true },
  video_extension: { controls: ['', 'posebodyface', 'depth'] },
  video_outpainting: { needs: 'video_url' },
};

const extensionFields = ['first_frame_url', 'last_frame_url', 'first_clip_url', 'last_clip_url', 'video_url'];

/** The files of a request, and what its task will fail on. @throws {Refused} InvalidParameter */
export function readVace(input: Fields, parameters: Fields): NamedInputs {
  const name = requireText(input, 'function');
  requireText(input, 'prompt');
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined)
    throw new Refused(400, 'InvalidParameter', `input.function is not supported: ${name}`);
  if (known.needs !== undefined && !has(input, known.needs)) throw fieldRequired(known.needs);
  checkParameters(name, known, input, parameters);

  const clips = [
    ...['video_url', 'mask_video_url'].flatMap((field) => optional(input, field, 'video')),
    ...['first_clip_url', 'last_clip_url'].flatMap((field) =>
      optional(input, field, 'video').map((clip) => ({ ...clip, clip: endClipVace })),
    ),
  ];
  const images = ['mask_image_url', 'first_frame_url', 'last_frame_url'].flatMap((field) =>
    optional(input, field, 'image'),
  );
  const references = !has(input, 'ref_images_url') ? [] : textList(input, 'ref_images_url');
  // References beyond the documented number are dropped.
  const kept = references.slice(0, name === 'image_reference' ? 3 : 1);
  const inputs = [
    ...clips,
    ...images,
    ...kept.map((url): Input => ({ field: 'input.ref_images_url', kind: 'image', url })),
  ];
  const failure = vaceFailure(name, inputs, references.length, parameters);
  const frame = known.isSized === true ? undefined : inputs[0];
  return {
    inputs,
    ...(frame === undefined ? {} : { frame }),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** A size is read by two of the functions; sent to another it is one of the extras that nobody looks at. */
export function vaceParameters(input: Fields, parameters: Fields): Fields {
  const name = given(input, 'function');
  const isSized = typeof name === 'string' && functions[name]?.isSized === true;
  return isSized ? parameters : { ...parameters, size: undefined };
}

/** A mask must have the pixels of the video that it covers. */
export function maskFailure(found: readonly Found[]): InputFailure | undefined {
  const sizeOf = (field: string) => {
    const result = found.find(({ input }) => input.field === `input.${field}`)?.result;
    return result !== undefined && 'size' in result ? result.size : undefined;
  };
  const video = sizeOf('video_url');
  const mask = sizeOf('mask_image_url') ?? sizeOf('mask_video_url');
  if (video === undefined || mask === undefined) return undefined;
  if (video.width === mask.width && video.height === mask.height) return undefined;
  return invalid(`the mask is ${mask.width}*${mask.height}, its video ${video.width}*${video.height}.`);
}

/** An empty text counts as nothing. */
function has(input: Fields, name: string): boolean {
  const found = given(input, name);
  return found !== undefined && found !== '';
}

function checkParameters(name: string, known: VaceFunction, input: Fields, parameters: Fields): void {
  const control = given(parameters, 'control_condition');
  const needsControl = name === 'video_repainting' || (name === 'video_extension' && has(input, 'video_url'));
  if (needsControl && (control === undefined || control === '')) {
    throw new Refused(400, 'InvalidParameter', 'Field required: parameters.control_condition');
  }
  const { controls } = known;
  if (controls !== undefined && control !== undefined && !controls.some((legal) => legal === control))
    throw refusedParameter('control_condition', `one of ${controls.join(', ')}`);
  if (name === 'video_repainting') checkRange(parameters, 'strength', 0, 1);
  if (name === 'video_outpainting') {
    for (const side of ['top', 'bottom', 'left', 'right']) checkRange(parameters, `${side}_scale`, 1, 2);
  }
  if (name === 'video_extension' && !extensionFields.some((field) => has(input, field))) {
    throw fieldRequired(extensionFields.join(' or input.'));
  }
  if (name === 'video_edit') checkEdit(input, parameters);
}

function checkEdit(input: Fields, parameters: Fields): void {
  if (!has(input, 'mask_image_url') && !has(input, 'mask_video_url'))
    throw fieldRequired('mask_image_url or input.mask_video_url');
  const frame = given(input, 'mask_frame_id');
  // One page prints 0 as its default.
  if (frame !== undefined && (typeof frame !== 'number' || !Number.isInteger(frame) || frame < 0))
    throw new Refused(400, 'InvalidParameter', 'input.mask_frame_id must be a positive integer');
  checkOneOf(parameters, 'mask_type', ['tracking', 'fixed']);
  checkOneOf(parameters, 'expand_mode', ['hull', 'bbox', 'original']);
  checkRange(parameters, 'expand_ratio', 0, 1);
}

function checkRange(parameters: Fields, name: string, min: number, max: number): void {
  const number = given(parameters, name);
  if (number !== undefined && (typeof number !== 'number' || number < min || number > max))
    throw refusedParameter(name, `a number from ${min} to ${max}`);
}

function checkOneOf(parameters: Fields, name: string, legal: readonly string[]): void {
  const word = given(parameters, name);
  if (word !== undefined && !legal.some((candidate) => candidate === word))
    throw refusedParameter(name, `one of ${legal.join(', ')}`);
}

function vaceFailure(
  name: string,
  inputs: readonly Input[],
  references: number,
  parameters: Fields,
): InputFailure | undefined {
  const chinese = inputs.find(({ url }) => /\p{Script=Han}/u.test(url));
  if (chinese !== undefined)
    return { code: 'InvalidURL', message: `${chinese.field}: the URL must not contain Chinese characters.` };
  const roles = given(parameters, 'obj_or_bg');
  if (name !== 'image_reference') return undefined;
  // It may be left out for a single picture.
  if (roles === undefined)
    return references > 1 ? invalid('obj_or_bg must be as long as ref_images_url.') : undefined;
  const words = listOf(roles);
  if (words.length !== references) return invalid('obj_or_bg must be as long as ref_images_url.');
  if (!words.every((word) => word === 'obj' || word === 'bg')) return invalid('obj_or_bg takes obj and bg.');
  return words.filter((word) => word === 'bg').length > 1
    ? invalid('obj_or_bg takes at most one bg.')
    : undefined;
}
