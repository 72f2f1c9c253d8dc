import { pixelsOf } from './check-geometry.ts';
import type { Model } from './model.ts';
import type { GenerationRequest } from './request.ts';

/** The line before the submit: what is bought, and how long it usually takes. */
export function describePurchase(request: GenerationRequest, model: Model): string {
  const parts = [
    describePicture(request, model),
    describeLength(request, model),
    describeSound(request, model),
  ];
  if (request.shotType === 'multi') parts.push('multi-shot');
  const [from, to] = usualMinutes(request, model);
  return `${model.id}: ${parts.join(', ')}; usually ${from}–${to} min`;
}

function describePicture(request: GenerationRequest, model: Model): string {
  if (model.unchecked === true)
    return request.size?.replace('*', 'x') ?? request.resolution ?? 'size unknown';
  const size = pixelsOf(request, model.geometry);
  if (size !== undefined) return size.replace('*', 'x');
  const tier = request.resolution ?? model.geometry.resolution;
  if (request.media.length > 0) return `${tier}, shape of the input`;
  return request.ratio === undefined || request.ratio === 'adaptive'
    ? `${tier}, shape as the model likes`
    : `${tier} ${request.ratio}`;
}

function describeLength({ duration }: GenerationRequest, model: Model): string {
  if (duration === model.duration.smart && duration !== undefined) {
    const max = model.duration.kind === 'range' ? model.duration.max : Math.max(...model.duration.values);
    return `as long as the model likes, at most ${max} s`;
  }
  if (duration === undefined && model.unchecked === true) return 'length unknown';
  return `${duration ?? model.duration.default} s`;
}

function describeSound({ audio, audioUrl }: GenerationRequest, model: Model): string {
  if (model.unchecked === true && audio === undefined) return 'sound unknown';
  const isOn =
    model.audio.kind === 'always' || (model.audio.kind === 'optional' && (audio ?? model.audio.default));
  if (!isOn) return 'silent';
  return audioUrl === undefined ? 'with sound' : 'with your sound';
}

/** Long multi-shot clips at 1080P take longest. */
function usualMinutes(request: GenerationRequest, { usualMinutes: minutes, geometry, duration }: Model) {
  const tier = request.resolution ?? (request.size === undefined ? geometry.resolution : undefined);
  const isLarge = tier === '1080P' || (request.size !== undefined && largestSide(request.size) > 1280);
  const isLong = (request.duration ?? duration.default) >= 10;
  const isHeavy = isLarge && isLong && (request.shotType === 'multi' || (request.duration ?? 0) >= 15);
  return isHeavy && minutes.heavy !== undefined ? minutes.heavy : minutes.ordinary;
}

function largestSide(size: string): number {
  return Math.max(...size.split('*').map(Number));
}
