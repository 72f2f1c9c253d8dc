import { isProblem, shapeFor } from './check-geometry.ts';
import { checkMedia, referenceWarnings } from './check-media.ts';
import { UsageError } from './errors.ts';
import type { Resolution, Ratio } from './geometry.ts';
import { allowsDuration, describeDurations, nearestDuration, type Model } from './model.ts';
import { countCharacters } from './plain-text.ts';
import type { GenerationRequest } from './request.ts';
import type { Problem, Wish } from './wish.ts';

export type BuiltRequest = { request: GenerationRequest; warnings: string[] };

/**
 * The one way from flags to a request, for every mode and provider. Holds the wish against the model's row and
 * says what the service would refuse, or silently cut and bill.
 * @throws {UsageError} with the nearest legal value, or the first of `others` that takes all flags, as its hint
 */
export function buildRequest(wish: Wish, model: Model, others: readonly Model[] = []): BuiltRequest {
  const grant = grantWish(wish, model);
  if (!isProblem(grant)) return grant;
  const other = others.find(
    (candidate) => candidate.id !== model.id && !isProblem(grantWish(wish, candidate)),
  );
  throw new UsageError(grant.message, { hint: withOther(grant, other) });
}

/** What is legal here, and the first model that takes the wish as it is. */
function withOther({ hint, isMissingFeature }: Problem, other: Model | undefined): string {
  if (other === undefined) return hint;
  return isMissingFeature ? `-m ${other.id} takes it; or ${hint}` : `${hint}; or -m ${other.id}`;
}

function grantWish(wish: Wish, model: Model): BuiltRequest | Problem {
  const common = { ...wish, model: model.id };
  if (model.unchecked === true) return { request: unchecked(common), warnings: [] };
  const shape = shapeFor(wish, model.geometry, model.id);
  const problem =
    checkPrompt(wish, model) ??
    checkNegativePrompt(wish, model) ??
    (isProblem(shape) ? shape : undefined) ??
    checkDuration(wish, model) ??
    checkSound(wish, model) ??
    checkShots(wish, model) ??
    checkRest(wish, model) ??
    checkMedia(wish, model);
  if (problem !== undefined) return problem;
  if (isProblem(shape)) return shape;

  const { size: _size, resolution: _resolution, ratio: _ratio, ...rest } = common;
  const request: GenerationRequest = { ...rest, ...shape };
  // What a model always does need not be said, and some services refuse to hear it.
  if (model.audio.kind !== 'optional') delete request.audio;
  if (model.watermark !== true) delete request.watermark;
  // Multiple shots come from the rewritten prompt: the service ignores one without the other.
  if (request.shotType === 'multi') request.promptExtend = true;
  return { request, warnings: referenceWarnings(wish, model) };
}

/** For an id the catalogue does not know, shape words go out as they were typed, in the services' spelling. */
function unchecked(wish: Wish & { model: string }): GenerationRequest {
  const { size, resolution, ratio, ...rest } = wish;
  return {
    ...rest,
    ...(size === undefined
      ? {}
      : { size: size.replace(/[x×]/iu, '*') as GenerationRequest['size'] & string }),
    ...(resolution === undefined ? {} : { resolution: resolution.toUpperCase() as Resolution }),
    ...(ratio === undefined ? {} : { ratio: ratio as Ratio }),
  };
}

function checkPrompt(wish: Wish, model: Model): Problem | undefined {
  const { prompt } = wish;
  const isEmpty = prompt === undefined || prompt.trim() === '';
  if (prompt !== undefined && isEmpty) {
    return { message: 'the prompt is empty', hint: `wan ${wish.mode} "what the video shows"` };
  }
  const needed =
    model.promptRequired === 'yes' || (model.promptRequired === 'or-media' && wish.media.length === 0);
  if (isEmpty) {
    return needed
      ? { message: `${model.id} needs a prompt`, hint: `wan ${wish.mode} "what the video shows"` }
      : undefined;
  }
  return tooLong('prompt', prompt, model.promptMax, model.id);
}

function checkNegativePrompt({ negativePrompt }: Wish, model: Model): Problem | undefined {
  if (negativePrompt === undefined) return undefined;
  if (model.negativePromptMax === undefined) {
    return missing('--negative-prompt', model, 'say in the prompt what not to show');
  }
  return tooLong('negative prompt', negativePrompt, model.negativePromptMax, model.id);
}

function tooLong(what: string, text: string, max: number, modelId: string): Problem | undefined {
  const length = countCharacters(text);
  if (length <= max) return undefined;
  return {
    message: `the ${what} has ${length} characters, ${modelId} reads ${max} and would silently drop the rest`,
    hint: `shorten it by ${length - max} characters, to ${max}`,
  };
}

function checkDuration({ duration }: Wish, model: Model): Problem | undefined {
  if (duration === undefined || allowsDuration(model.duration, duration)) return undefined;
  return {
    message: `--duration ${duration}: ${model.id} makes ${describeDurations(model.duration)}`,
    hint: `the nearest is --duration ${nearestDuration(model.duration, duration)}`,
  };
}

function checkSound({ audio, audioUrl }: Wish, model: Model): Problem | undefined {
  if (audio === false && model.audio.kind === 'always') {
    return missing('--no-audio', model, `leave it out: ${model.id} always makes sound`);
  }
  if (audio === true && model.audio.kind === 'never') {
    return missing('--audio', model, `leave it out: ${model.id} makes silent clips`);
  }
  if (audioUrl === undefined) return undefined;
  if (model.audioUrl !== true) return missing('--audio-url', model, 'leave it out');
  if (audio === false) {
    return {
      message: '--no-audio silences --audio-url',
      hint: 'leave out one of the two',
    };
  }
  return undefined;
}

function checkShots({ shotType, promptExtend }: Wish, model: Model): Problem | undefined {
  if (shotType === undefined) return undefined;
  if (model.shotType !== true) {
    return missing('--shot-type', model, 'describe the shots in the prompt, with their seconds');
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
  if (promptExtend !== undefined && model.promptExtend !== true) {
    return missing('--prompt-extend', model, 'leave it out');
  }
  if (watermark === true && model.watermark !== true) return missing('--watermark', model, 'leave it out');
  if (callbackUrl !== undefined && model.callback !== true) {
    return missing('--callback-url', model, `leave it out: the service calls nobody back`);
  }
  if (seed === undefined) return undefined;
  if (model.seed === undefined) return missing('--seed', model, 'leave it out');
  const { min, max } = model.seed;
  if (Number.isInteger(seed) && seed >= min && seed <= max) return undefined;
  return {
    message: `--seed ${seed}: ${model.id} takes ${min}–${max}`,
    hint: `the nearest is --seed ${Math.min(max, Math.max(min, Math.round(seed)))}`,
  };
}

function missing(flag: string, model: Model, hint: string): Problem {
  return { message: `${model.id} does not take ${flag}`, hint, isMissingFeature: true };
}
