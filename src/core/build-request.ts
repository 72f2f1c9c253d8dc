import { checkDuration, wholeOfClip } from './check-duration.ts';
import { checkExtras, extraWarnings } from './check-extras.ts';
import { soundWarning } from './check-file.ts';
import { shapeFor } from './check-geometry.ts';
import { checkMedia, checkVoices, fileWarnings } from './check-media.ts';
import { checkNegativePrompt, checkPrompt } from './check-prompt.ts';
import { onlyDuration } from './duration-rule.ts';
import { UsageError } from './errors.ts';
import { assumeExtras, readExtras } from './extra.ts';
import { resolutionsOf, type Ratio, type Resolution } from './geometry.ts';
import { rulesFor, type Model } from './model.ts';
import type { Region } from './region.ts';
import { isProblem, missingFlag, type Problem } from './problem.ts';
import { referenceWarnings } from './reference-names.ts';
import { inputsOf, type GenerationRequest } from './request.ts';
import type { Wish } from './wish.ts';

export type BuiltRequest = { request: GenerationRequest; warnings: string[] };

/** What is known of the place where the request goes. */
export type Place = {
  /** The mode's models there, in order of preference: for the hint when this one cannot. */
  others?: readonly Model[];
  /** Undefined where it is not known: then nothing is held against a wish. */
  region?: Region | undefined;
  /** The service is left to choose the model. */
  omitsModel?: boolean;
};

/**
 * The one way from flags to a request, for every mode and provider. Holds the wish against the model's row and
 * says what the service would refuse, or silently cut, ignore and bill.
 * @throws {UsageError} with the nearest legal value, or the first other model that takes all flags, as its hint
 */
export function buildRequest(wish: Wish, model: Model, place: Place = {}): BuiltRequest {
  const grant = grantWish(wish, model, place);
  if (!isProblem(grant)) return grant;
  const other = place.others?.find(
    (candidate) => candidate.id !== model.id && !isProblem(grantWish(wish, candidate, place)),
  );
  throw new UsageError(grant.message, { hint: withOther(grant, other) });
}

/** What is legal here, and the first model that takes the wish as it is. */
function withOther({ hint, isMissingFeature }: Problem, other: Model | undefined): string {
  if (other === undefined) return hint;
  return isMissingFeature ? `-m ${other.id} takes it; or ${hint}` : `${hint}; or -m ${other.id}`;
}

function grantWish(asked: Wish, row: Model, { region, omitsModel }: Place): BuiltRequest | Problem {
  const model = rulesFor(row, asked.mode, asked.vaceFunction);
  const whole = row.unchecked === true ? undefined : wholeOfClip(asked, model.duration);
  const wish = whole === undefined ? asked : { ...asked, duration: whole };
  const { seed, ...unseeded } = wish;
  const common = {
    ...unseeded,
    model: row.id,
    ...(typeof seed === 'number' ? { seed } : {}),
    ...(whole === undefined ? {} : { filled: ['duration' as const] }),
    ...(omitsModel === true ? { omitsModel } : {}),
  };
  if (row.unchecked === true) {
    return checkVoices(wish) ?? { request: unchecked(common, model), warnings: [] };
  }
  const shape = shapeFor(wish, model.geometry, model.id);
  const extras = readExtras(wish.extras ?? {}, model.extras ?? {}, model.id, region);
  const problem =
    checkPrompt(wish, model) ??
    checkNegativePrompt(wish, model) ??
    (isProblem(shape) ? shape : undefined) ??
    checkMedia(wish, model) ??
    checkDuration(wish, model) ??
    checkSound(wish, model) ??
    checkShots(wish, model) ??
    checkRest(wish, model) ??
    (isProblem(extras) ? extras : checkExtras(extras, model.extras ?? {}, wish));
  if (problem !== undefined) return problem;
  if (isProblem(shape)) return shape;
  if (isProblem(extras)) return extras;

  const { size: _size, resolution: _resolution, ratio: _ratio, extras: _typed, ...rest } = common;
  const request: GenerationRequest = {
    ...rest,
    ...shape,
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
  };
  dropTheObvious(request, model);
  const warnings = [
    ...referenceWarnings(wish, model),
    ...fileWarnings(wish, model),
    ...soundWarnings(request, model),
    ...extraWarnings(extras, model.extras ?? {}, wish.prompt),
  ];
  return { request, warnings };
}

/** What a model always does need not be said, and some services refuse to hear it. */
function dropTheObvious(request: GenerationRequest, model: Model): void {
  if (model.audio.kind !== 'optional') delete request.audio;
  if (model.watermark !== true) delete request.watermark;
  if (onlyDuration(model.duration) !== undefined) delete request.duration;
  if (model.geometry.kind === 'resolution' && resolutionsOf(model.geometry).length === 1) {
    delete request.resolution;
  }
  // Multiple shots come from the rewritten prompt: the service ignores one without the other.
  if (request.shotType === 'multi' && model.promptExtend === true) request.promptExtend = true;
}

/** For an id the catalogue does not know, shape words go out as they were typed, in the services' spelling. */
function unchecked(
  wish: Omit<Wish, 'seed'> & Pick<GenerationRequest, 'model' | 'seed'>,
  model: Model,
): GenerationRequest {
  const { size, resolution, ratio, extras: typed, ...rest } = wish;
  const extras = assumeExtras(typed ?? {}, model.extras ?? {});
  return {
    ...rest,
    ...(Object.keys(extras).length === 0 ? {} : { extras }),
    ...(size === undefined
      ? {}
      : { size: size.replace(/[x×]/iu, '*') as GenerationRequest['size'] & string }),
    ...(resolution === undefined ? {} : { resolution: resolution.toUpperCase() as Resolution }),
    ...(ratio === undefined ? {} : { ratio: ratio as Ratio }),
  };
}

function checkSound({ audio, media }: Wish, model: Model): Problem | undefined {
  if (audio === false && model.audio.kind === 'always') {
    return missingFlag('--no-audio', model.id, `leave it out: ${model.id} always makes sound`);
  }
  if (audio === true && model.audio.kind === 'never') {
    return missingFlag('--audio', model.id, `leave it out: ${model.id} makes silent clips`);
  }
  if (audio !== false || inputsOf({ media }, 'driving_audio').length === 0) return undefined;
  return { message: '--no-audio silences --audio-url', hint: 'leave out one of the two' };
}

/** A sound track that is cut, or that leaves the end silent. */
function soundWarnings({ duration, media }: GenerationRequest, model: Model): string[] {
  const sound = inputsOf({ media }, 'driving_audio')[0]?.facts?.seconds;
  const { duration: rule } = model;
  const clip = rule.kind === 'input' ? inputsOf({ media }, rule.role)[0]?.facts?.seconds : undefined;
  const seconds = rule.kind === 'input' ? (clip ?? 0) : (duration ?? rule.default);
  if (sound === undefined) return [];
  const warning = seconds > 0 ? soundWarning(sound, seconds) : undefined;
  return warning === undefined ? [] : [warning];
}

function checkShots({ shotType, promptExtend }: Wish, model: Model): Problem | undefined {
  if (shotType === undefined) return undefined;
  if (model.shotType !== true) {
    return missingFlag('--shot-type', model.id, 'describe the shots in the prompt, with their seconds');
  }
  if (shotType === 'multi' && promptExtend === false) {
    return {
      message: '--shot-type multi works only with prompt extension',
      hint: 'leave out --no-prompt-extend, or use --shot-type single',
    };
  }
  return undefined;
}

function checkRest({ promptExtend, watermark, seed, callbackUrl }: Wish, model: Model): Problem | undefined {
  if (promptExtend !== undefined && (model.promptExtend ?? false) === false) {
    return missingFlag('--prompt-extend', model.id, 'leave it out');
  }
  if (watermark === true && model.watermark !== true) {
    return missingFlag('--watermark', model.id, 'leave it out');
  }
  if (callbackUrl !== undefined && model.callback !== true) {
    return missingFlag('--callback-url', model.id, 'leave it out: the service calls nobody back');
  }
  if (seed === undefined) return undefined;
  if (model.seed === undefined) return missingFlag('--seed', model.id, 'leave it out');
  if (seed === 'random') return undefined;
  const { min, max } = model.seed;
  if (Number.isInteger(seed) && seed >= min && seed <= max) return undefined;
  return {
    message: `--seed ${seed}: ${model.id} takes ${min}–${max}`,
    hint: `the nearest is --seed ${Math.min(max, Math.max(min, Math.round(seed)))}`,
  };
}
