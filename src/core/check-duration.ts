import {
  allowsDuration,
  describeDurations,
  longestDuration,
  nearestDuration,
  type ChosenDuration,
  type DurationRule,
} from './duration-rule.ts';
import { clipRoles, inputSeconds, shownSeconds } from './input-seconds.ts';
import type { Model } from './model.ts';
import { missingFlag, type Problem } from './problem.ts';
import { inputsOf, isOverridden } from './request.ts';
import type { Wish } from './wish.ts';

/** Holds the length that was asked for against what the model makes, alone and with the clips given. */
export function checkDuration(wish: Wish, model: Model): Problem | undefined {
  const { duration } = wish;
  const rule = model.duration;
  if (rule.kind === 'input') {
    const hint = 'leave it out: the result is as long as the input';
    return duration === undefined ? undefined : missingFlag('--duration', model.id, hint);
  }
  if (duration !== undefined && !allowsDuration(rule, duration)) {
    return {
      message: `--duration ${duration}: ${model.id} makes ${describeDurations(rule)}`,
      hint: `the nearest is --duration ${nearestDuration(withInputs(rule, wish), duration)}`,
    };
  }
  return checkLongest(duration ?? rule.default, rule, wish) ?? checkWithInput(duration, rule, wish, model.id);
}

/**
 * How long the whole becomes where a clip is continued and nobody says: the clip and what the model makes unasked. Its
 * own default would count the clip in, and leave nothing new of one that is as long.
 */
export function wholeOfClip(wish: Wish, rule: DurationRule): number | undefined {
  if (wish.duration !== undefined || rule.kind !== 'range' || rule.includesInput !== true) return undefined;
  const { known, unknownCount } = inputSeconds(wish, ['first_clip']);
  if (known === 0 || unknownCount > 0 || isOverridden(wish, 'duration')) return undefined;
  return Math.min(rule.max, Math.round(known) + rule.default);
}

/** The rule as the inputs narrow it. */
function withInputs(rule: ChosenDuration, wish: Wish): ChosenDuration {
  if (rule.kind !== 'range') return rule;
  const { maxWith, maxWithInput = Infinity } = rule;
  const hasRole = maxWith !== undefined && inputsOf(wish, maxWith.role).length > 0;
  const left = Math.floor(maxWithInput - inputSeconds(wish, clipRoles).known);
  return { ...rule, max: Math.max(rule.min, Math.min(rule.max, left, hasRole ? maxWith.max : Infinity)) };
}

function checkLongest(seconds: number, { maxWith }: ChosenDuration, wish: Wish): Problem | undefined {
  if (maxWith === undefined || seconds <= maxWith.max || inputsOf(wish, maxWith.role).length === 0) {
    return undefined;
  }
  return {
    message: `--duration ${seconds}: with a ${maxWith.role.replace('_', ' ')} at most ${maxWith.max} s`,
    hint: `the nearest is --duration ${maxWith.max}`,
  };
}

/** What is known of the clips' lengths is held against the length of the whole. */
function checkWithInput(
  asked: number | undefined,
  rule: ChosenDuration,
  wish: Wish,
  modelId: string,
): Problem | undefined {
  const known = inputSeconds(wish, clipRoles).known;
  // Who sets it by its path is told of the rest by the service.
  if (known === 0 || (asked === undefined && isOverridden(wish, 'duration'))) return undefined;
  const seconds = asked ?? rule.default;
  if (rule.includesInput === true && seconds <= known) {
    const longest = longestDuration(rule) ?? seconds;
    const least = Math.min(longest, Math.floor(known) + 1);
    return {
      message: `--duration ${seconds} is the whole on ${modelId}, and your clip has ${shownSeconds(known)} s already`,
      hint: known < longest ? `--duration ${least} or more` : `cut the clip to less than ${longest} s`,
    };
  }
  const keeps = rule.special?.means === 'as long as the input';
  if (keeps && asked !== undefined && asked !== rule.special?.value && asked > known) {
    return {
      message: `--duration ${asked} is longer than the clip, which has ${shownSeconds(known)} s`,
      hint: 'leave out --duration: the whole clip is kept',
    };
  }
  const { maxWithInput } = rule;
  if (maxWithInput === undefined || seconds < 0 || known + seconds <= maxWithInput) return undefined;
  const left = Math.floor(maxWithInput - known);
  return {
    message: `${shownSeconds(known)} s of clips and --duration ${seconds}: ${modelId} takes ${maxWithInput} s in all`,
    hint: `the nearest is --duration ${left}`,
  };
}
