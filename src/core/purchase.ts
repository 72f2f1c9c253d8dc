import { describeExtension, estimateBill } from './billing.ts';
import { pixelsOf } from './check-geometry.ts';
import { longestDuration } from './duration-rule.ts';
import { clipRoles, inputSeconds } from './input-seconds.ts';
import { rulesFor, type Model } from './model.ts';
import { inputsOf, type GenerationRequest } from './request.ts';
import { usualMinutes } from './run-time.ts';

/** The line before the submit: what is bought, and how long it usually takes. */
export function describePurchase(request: GenerationRequest, row: Model): string {
  const model = rulesFor(row, request.mode, request.vaceFunction);
  const parts = [
    describePicture(request, model),
    describeLength(request, model),
    describeSound(request, model),
  ];
  if (request.shotType === 'multi') parts.push('multi-shot');
  const billed = estimateBill(request, model);
  // What is bought is what is billed, unless inputs count too.
  const countsInput = model.billing !== 'output' && inputSeconds(request, clipRoles).count > 0;
  const hasInputBill = countsInput || describeExtension(request, model) !== undefined;
  if (hasInputBill && model.unchecked !== true) parts.push(billed.text);
  const [from, to] = usualMinutes(request, row);
  return `${request.omitsModel === true ? 'the service’s own model' : model.id}: ${parts.join(', ')}; usually ${from}–${to} min`;
}

function describePicture(request: GenerationRequest, { geometry, unchecked }: Model): string {
  if (unchecked === true) return request.size?.replace('*', 'x') ?? request.resolution ?? 'size unknown';
  const hasFrame = request.media.some(({ role }) => role === 'first_frame' || role === 'image');
  const size = pixelsOf(request, geometry);
  const follows = geometry.kind === 'resolution+ratio' && hasFrame && request.ratio === undefined;
  if (size !== undefined && !follows) return size.replace('*', 'x');
  if (geometry.kind === 'input') return 'size of the input';
  const tier = request.resolution ?? geometry.resolution;
  if (request.media.length > 0) return `${tier}, shape of the input`;
  return request.ratio === undefined || request.ratio === 'adaptive'
    ? `${tier}, shape as the model likes`
    : `${tier} ${request.ratio}`;
}

function describeLength(request: GenerationRequest, model: Model): string {
  const { duration: rule } = model;
  const { duration } = request;
  if (duration === undefined && model.unchecked === true) return 'length unknown';
  if (rule.kind === 'input') return 'as long as the input';
  const seconds = duration ?? rule.default;
  if (seconds !== rule.special?.value) return describeExtension(request, model) ?? `${seconds} s`;
  return rule.special.means === 'the model chooses'
    ? `as long as the model likes, at most ${longestDuration(rule)} s`
    : rule.special.means;
}

function describeSound(request: GenerationRequest, model: Model): string {
  const { audio } = request;
  if (model.unchecked === true && audio === undefined) return 'sound unknown';
  const isOn =
    model.audio.kind === 'always' || (model.audio.kind === 'optional' && (audio ?? model.audio.default));
  if (!isOn) return 'silent';
  return inputsOf(request, 'driving_audio').length === 0 ? 'with sound' : 'with your sound';
}
