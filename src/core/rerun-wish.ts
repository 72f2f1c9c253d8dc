import type { Extras } from './extra.ts';
import { formatSize, parseSize, sizePixels, sizesOf, tierPixels } from './geometry.ts';
import type { MediaRole } from './media-rule.ts';
import type { Mode } from './mode.ts';
import type { GenerationRequest, MediaInput, Override } from './request.ts';
import type { Wish } from './wish.ts';

/** What is to be otherwise the second time. Only what was given is set. */
export type Changes = Partial<Omit<Wish, 'mode' | 'vaceFunction'>>;

/** What is known of the models of both times. */
export type RerunModels = {
  /** The second one is another. */
  isOther: boolean;
  /** Fields that the first one is told even where nobody asked: they are no wish. */
  unasked?: Extras;
};

/**
 * The wish that a recorded request came from, with changes. Without any it becomes the same request again, if it
 * goes to the same model.
 */
export function rerunWish(
  request: GenerationRequest,
  changes: Changes,
  { isOther, unasked = {} }: RerunModels,
): Wish {
  const { mode, vaceFunction, media, extras, overrides, filled = [], ...rest } = request;
  const { model: _model, omitsModel: _omits, size: _size, resolution: _tier, ratio: _ratio, ...same } = rest;
  // What was chosen where nobody chose is no wish either.
  for (const field of filled) delete same[field];
  const typed = { ...typedExtras(extras, isOther ? unasked : {}), ...changes.extras };
  const params = mergeOverrides(overrides ?? [], changes.overrides ?? []);
  return {
    mode,
    ...(vaceFunction === undefined ? {} : { vaceFunction }),
    ...same,
    ...changes,
    ...shapeOf(request, changes, isOther),
    media: mergeMedia(mode, media, changes.media ?? []),
    ...(Object.keys(typed).length === 0 ? {} : { extras: typed }),
    ...(params.length === 0 ? {} : { overrides: params }),
  };
}

type Shape = Pick<Wish, 'size' | 'resolution' | 'ratio'>;

/** A new size stands alone; a new tier or ratio keeps the other one, whichever words it was recorded in. */
function shapeOf(request: GenerationRequest, changes: Changes, isOther: boolean): Shape {
  const asked = given({ size: changes.size, resolution: changes.resolution, ratio: changes.ratio });
  if (asked.size !== undefined) return asked;
  const isAsked = Object.keys(asked).length > 0;
  const recorded = given({ size: request.size, resolution: request.resolution, ratio: request.ratio });
  // Pixel tables differ between generations of models; tier and ratio mean the same in all of them.
  if (!isAsked && !isOther) return recorded;
  const cell = request.size === undefined ? undefined : cellOf(request.size);
  if (cell !== undefined) return { resolution: cell.resolution, ratio: cell.ratio, ...asked };
  // Pixels that no table has say nothing of tier and ratio.
  return isAsked ? { ...given({ ...recorded, size: undefined }), ...asked } : recorded;
}

function cellOf(text: string) {
  const size = parseSize(text);
  const cells = [...sizesOf(sizePixels), ...sizesOf(tierPixels)];
  return size === undefined ? undefined : cells.find((cell) => cell.size === formatSize(size));
}

function given(shape: { [Key in keyof Shape]: Shape[Key] | undefined }): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
}

/** Read values as they would be typed. */
function typedExtras(extras: Extras = {}, unasked: Extras): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(extras).flatMap(([name, value]) => {
      if (Object.hasOwn(unasked, name) && unasked[name] === value) return [];
      return [
        [
          name,
          typeof value === 'object' ? value.join(',') : typeof value === 'boolean' ? value : String(value),
        ],
      ];
    }),
  );
}

/** The new ones come last, so that they win over what they overlap with. */
function mergeOverrides(before: readonly Override[], now: readonly Override[]): Override[] {
  return [...before.filter(({ path }) => now.every((other) => other.path !== path)), ...now];
}

/**
 * The inputs, in their order, with those that were given now in the place of their like. References are one list,
 * whose order is their numbering in the prompt: it is replaced as a whole.
 */
function mergeMedia(mode: Mode, before: readonly MediaInput[], now: readonly MediaInput[]): MediaInput[] {
  const placed = new Set<string>();
  const kept = before.flatMap((input) => {
    const place = placeOf(input.role, mode);
    const instead = now.filter(({ role }) => placeOf(role, mode) === place);
    if (instead.length === 0) return [input];
    if (placed.has(place)) return [];
    placed.add(place);
    return instead;
  });
  return [...kept, ...now.filter((input) => !kept.includes(input))];
}

/** Inputs of one place stand for each other. */
function placeOf(role: MediaRole, mode: Mode): string {
  // Either a picture or a clip speaks; which face in the clip, an image says, and no prompt counts it.
  if (mode === 's2v') return role === 'video' ? 'image' : role;
  if (role === 'file' || role === 'link' || role.startsWith('reference_')) return 'reference';
  return role === 'mask_video' ? 'mask_image' : role;
}
