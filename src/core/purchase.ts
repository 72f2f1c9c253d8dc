import { describeExtension, estimateBill, totalBill } from './billing.ts';
import { pixelsOf } from './check-geometry.ts';
import { longestDuration } from './duration-rule.ts';
import { clipRoles, inputSeconds } from './input-seconds.ts';
import { rulesFor, type Model } from './model.ts';
import { inputsOf, isOverridden, type GenerationRequest } from './request.ts';
import { usualMinutes } from './run-time.ts';

/** The line before the submit: what is bought, and how long it usually takes. */
export function describePurchase(request: GenerationRequest, row: Model, count = 1): string {
  const model = rulesFor(row, request.mode, request.vaceFunction);
  const bill = estimateBill(request, model);
  const extension = describeExtension(request, model);
  const parts = [
    describePicture(request, model),
    ...(extension === undefined ? [describeLength(request, model)] : []),
    describeSound(request, model),
    ...(request.shotType === 'multi' ? ['multi-shot'] : []),
    ...describeSeed(request, count),
    // The sum stands last, and what it costs right behind it.
    ...(extension === undefined ? [] : [`${extension}; ${bill.text}`]),
  ];
  // What is bought is what is billed, unless inputs count too.
  const countsInput = model.billing !== 'output' && inputSeconds(request, clipRoles).count > 0;
  if (countsInput && extension === undefined && model.unchecked !== true) parts.push(bill.text);
  const total = count === 1 ? '' : `; ${totalBill(bill, count).text}`;
  const [from, to] = usualMinutes(request, row);
  const name = request.omitsModel === true ? 'the service’s own model' : model.id;
  const times = count === 1 ? '' : `${count} × `;
  return `${times}${name}: ${parts.join(', ')}${total}; usually ${from}–${to} min`;
}

/** What was asked; what was not is the service's to choose, whatever its documents make us expect. */
function describePicture(request: GenerationRequest, { geometry, unchecked }: Model): string {
  const { size, resolution, ratio, media } = request;
  if (unchecked === true) return size?.replace('*', 'x') ?? resolution ?? 'size unknown';
  if (size !== undefined) return size.replace('*', 'x');
  if (geometry.kind === 'input') return 'size of the input';
  const pixels = resolution === undefined || ratio === undefined ? undefined : pixelsOf(request, geometry);
  if (pixels !== undefined) return pixels.replace('*', 'x');
  const tier = resolution ?? 'the service’s default size';
  if (geometry.kind === 'size') return tier;
  if (geometry.kind === 'resolution') return `${tier}, shape of the input`;
  if (ratio !== undefined && ratio !== 'adaptive') return `${tier} ${ratio}`;
  const hasFrame = media.some(({ role }) => role === 'first_frame' || role === 'image');
  if (hasFrame || (geometry.ratio === undefined && media.length > 0)) return `${tier}, shape of the input`;
  if (resolution === undefined) return tier;
  const isFree = (ratio ?? geometry.ratio) === 'adaptive';
  return `${tier}, ${isFree ? 'shape as the model likes' : 'the service’s default shape'}`;
}

function describeLength(request: GenerationRequest, model: Model): string {
  const { duration: rule } = model;
  const { duration } = request;
  if (duration === undefined && model.unchecked === true) return 'length unknown';
  if (rule.kind === 'input') return 'as long as the input';
  const seconds = duration ?? rule.default;
  if (seconds !== rule.special?.value) return `${seconds} s`;
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

function describeSeed(request: GenerationRequest, count: number): string[] {
  const { seed, filled = [] } = request;
  if (seed === undefined || seed < 0 || isOverridden(request, 'seed')) return [];
  if (count === 1) return [`seed ${seed}`];
  return [filled.includes('seed') ? 'a seed each' : `seeds from ${seed}`];
}
