import { longestDuration } from './duration-rule.ts';
import { clipRoles, inputSeconds, shownSeconds } from './input-seconds.ts';
import type { MediaRole } from './media-rule.ts';
import type { Model } from './model.ts';
import type { GenerationRequest } from './request.ts';

// What is billed, by the rules of the services' documents (Model Studio, "Model pricing", 2026-05-30; AceData guide of
// 2026-10). Nobody promises it: the service's own usage counts in the end.

/** Seconds that will be billed. */
export type Bill = {
  /** Undefined where it hangs on an input whose length is not known here. */
  seconds: number | undefined;
  /** The service may count less. */
  isAtMost: boolean;
  /** In words, for people. */
  text: string;
};

/** Each input clip of a reference model counts up to this. */
const countedSeconds = 5;

/** @param rules the model's row as it stands for the request's mode */
export function estimateBill(request: GenerationRequest, rules: Model): Bill {
  if (rules.unchecked === true)
    return { seconds: undefined, isAtMost: false, text: 'billed seconds unknown' };
  if (request.overrides?.some(({ path }) => /duration|media|video|url/iu.test(path)) === true) {
    return { seconds: undefined, isAtMost: false, text: 'billed seconds unknown: --param may change them' };
  }
  const output = outputSeconds(request, rules);
  const clips = inputSeconds(request, clipRoles);
  if (output === undefined || (rules.billing === 'output+input' && clips.unknownCount > 0)) {
    return { seconds: undefined, isAtMost: false, text: unknownText(request, rules, output) };
  }
  if (rules.billing === 'output+input5' && clips.count > 0) {
    const seconds = output.seconds + countedSeconds * clips.count;
    const each = clips.count === 1 ? 'the input clip' : `each of ${clips.count} input clips`;
    const text = `at most ${seconds} s billed: ${shownSeconds(output.seconds)} s + up to ${countedSeconds} s for ${each}`;
    return { seconds, isAtMost: true, text };
  }
  if (rules.billing === 'output+input' && clips.known > 0) {
    const seconds = shownSeconds(output.seconds + clips.known);
    const most = output.isAtMost ? 'at most ' : '';
    const text = `${most}${seconds} s billed: ${shownSeconds(output.seconds)} s + ${shownSeconds(clips.known)} s of input`;
    return { seconds, isAtMost: output.isAtMost, text };
  }
  const seconds = shownSeconds(output.seconds);
  return {
    seconds,
    isAtMost: output.isAtMost,
    text: `${output.isAtMost ? 'at most ' : ''}${seconds} s billed`,
  };
}

/** The same for several videos of one request. */
export function totalBill(bill: Bill, count: number): Bill {
  if (count === 1) return bill;
  const { isAtMost } = bill;
  if (bill.seconds === undefined) return { ...bill, text: `${count} × ${bill.text}` };
  const seconds = shownSeconds(bill.seconds * count);
  const text = `${isAtMost ? 'at most ' : ''}${seconds.toLocaleString('en-US')} s billed in all`;
  return { seconds, isAtMost, text };
}

/** The length of the result, as far as it is known before. */
function outputSeconds(
  { duration, media }: GenerationRequest,
  { duration: rule }: Model,
): { seconds: number; isAtMost: boolean } | undefined {
  if (rule.kind === 'input') return keptSeconds(media, [rule.role], rule.max);
  const asked = duration ?? rule.default;
  if (asked !== rule.special?.value) return { seconds: asked, isAtMost: false };
  const longest = longestDuration(rule);
  if (rule.special.means === 'as long as the input') return keptSeconds(media, clipRoles, longest);
  const left = (rule.maxWithInput ?? Infinity) - inputSeconds({ media }, clipRoles).known;
  return longest === undefined ? undefined : { seconds: Math.min(longest, left), isAtMost: true };
}

function keptSeconds(media: GenerationRequest['media'], roles: readonly MediaRole[], max = Infinity) {
  const { known, count, unknownCount } = inputSeconds({ media }, roles);
  if (count > 0 && unknownCount === 0) return { seconds: Math.min(known, max), isAtMost: false };
  return max === Infinity ? undefined : { seconds: max, isAtMost: true };
}

function unknownText(
  request: GenerationRequest,
  { billing }: Model,
  output: { seconds: number; isAtMost: boolean } | undefined,
): string {
  const own =
    output === undefined || output.isAtMost
      ? 'the result, as long as the input'
      : `${shownSeconds(output.seconds)} s`;
  const clips =
    inputSeconds(request, clipRoles).count > 0 && billing !== 'output' ? ' + the input clips' : '';
  return `billed: ${own}${clips}; how long that is, is not known here`;
}

/** "12 s in all: 3 s yours + 9 s new", where a clip is continued and its length is known. */
export function describeExtension(
  { duration, media }: GenerationRequest,
  { duration: rule }: Model,
): string | undefined {
  if (rule.kind === 'input' || rule.includesInput !== true) return undefined;
  const { known, count, unknownCount } = inputSeconds({ media }, ['first_clip']);
  if (count === 0) return undefined;
  const total = duration ?? rule.default;
  if (unknownCount > 0) return `${total} s in all, your clip included`;
  return `${total} s in all: ${shownSeconds(known)} s yours + ${shownSeconds(total - known)} s new`;
}
