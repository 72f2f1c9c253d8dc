import type { Model } from './model.ts';
import { countCharacters } from './plain-text.ts';
import { missingFlag, type Problem } from './problem.ts';
import type { Wish } from './wish.ts';

/** Whether there is a prompt where one is needed, and none that would be cut. */
export function checkPrompt(wish: Wish, model: Model): Problem | undefined {
  const { prompt, mode } = wish;
  const isEmpty = prompt === undefined || prompt.trim() === '';
  const functionName = wish.vaceFunction?.replaceAll('_', '-');
  const hint = `wan ${functionName === undefined ? mode : `${mode} ${functionName}`} "what the video shows"`;
  if (prompt !== undefined && model.promptRequired === 'never') {
    return { message: `${model.id} reads no prompt`, hint: 'leave it out', isMissingFeature: true };
  }
  if (prompt !== undefined && isEmpty) return { message: 'the prompt is empty', hint };
  const isReplaced = Object.keys(wish.extras ?? {}).some(
    (name) => model.extras?.[name]?.replacesPrompt === true,
  );
  const needed =
    model.promptRequired === 'yes' || (model.promptRequired === 'or-media' && wish.media.length === 0);
  if (isEmpty) return needed && !isReplaced ? { message: `${model.id} needs a prompt`, hint } : undefined;
  return tooLong('prompt', prompt, model.promptMax, model.id);
}

export function checkNegativePrompt({ negativePrompt }: Wish, model: Model): Problem | undefined {
  if (negativePrompt === undefined) return undefined;
  if (model.negativePromptMax === undefined) {
    return missingFlag('--negative-prompt', model.id, 'say in the prompt what not to show');
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
