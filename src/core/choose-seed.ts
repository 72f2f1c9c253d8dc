import type { Rules } from './model.ts';
import { isOverridden, type GenerationRequest } from './request.ts';
import type { Wish } from './wish.ts';

/** What services take where nothing narrower is known. */
const anySeed = { min: 0, max: 2_147_483_647 };

/**
 * The request with the seed that makes its video again: the one that was asked for, or where the model takes one and
 * none was given, one by lot.
 * @param index which of several, from 1: the same seed for all would make the same video, and bill it each time
 * @param random gives numbers in [0, 1)
 */
export function chooseSeed(
  request: GenerationRequest,
  { asked, rules, index }: { asked: Wish['seed']; rules: Pick<Rules, 'seed'>; index: number },
  random: () => number,
): GenerationRequest {
  const { seed, filled = [] } = request;
  // Below zero the service draws one itself, and keeps it to itself.
  if (seed !== undefined && seed < 0) return request;
  if (seed !== undefined) return { ...request, seed: (seed + index - 1) % (anySeed.max + 1) };
  const range = rules.seed ?? (asked === 'random' ? anySeed : undefined);
  if (range === undefined || isOverridden(request, 'seed')) return request;
  // Not 0, which many programs take for none.
  return { ...request, seed: 1 + Math.floor(random() * range.max), filled: [...filled, 'seed'] };
}
