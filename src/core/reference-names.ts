import type { MediaRole } from './media-rule.ts';
import type { Model } from './model.ts';
import type { Wish } from './wish.ts';

// Prompts name references by number, in the words that the model's generation knows. A name that nothing backs, or
// that the model does not know, is most likely a slip, and the clip would be paid for without the person in it.

const kinds = [
  { name: 'Image', chinese: '图', roles: ['reference_image'] },
  { name: 'Video', chinese: '视频', roles: ['reference_video', 'video', 'first_clip'] },
  { name: 'Audio', chinese: '音频', roles: ['reference_audio'] },
] as const satisfies readonly { name: string; chinese: string; roles: readonly MediaRole[] }[];

/** What is odd about the names in a prompt, each with the right form. */
export function referenceWarnings(wish: Wish, model: Model): string[] {
  const takesReferences = Object.keys(model.media?.roles ?? {}).some((role) => role.startsWith('reference_'));
  if (!takesReferences || wish.prompt === undefined || model.referenceNames === undefined) return [];
  const warnings =
    model.referenceNames === 'characterN'
      ? characterWarnings(wish.prompt, wish, model.id)
      : numberedWarnings(wish.prompt, wish, model.id);
  return [...new Set(warnings)];
}

/** The references in their order, each with the kind by which newer models call it. */
function referencesOf({ media }: Wish) {
  return media.flatMap(({ role }) => kinds.find((kind) => kind.roles.some((own) => own === role)) ?? []);
}

function characterWarnings(prompt: string, wish: Wish, modelId: string): string[] {
  const references = referencesOf(wish);
  const others = [...prompt.matchAll(/(\bImage|\bVideo|\bAudio|图|视频|音频) ?(\d{1,2})(?!\d)/gu)].map(
    ([written, word, number]) => {
      const ofKind = references.flatMap(({ name, chinese }, index) =>
        name === word || chinese === word ? [index + 1] : [],
      );
      const position = ofKind[Number(number) - 1];
      const right =
        position === undefined
          ? 'its references are character1, character2, …'
          : `write character${position}`;
      return `${modelId} does not know the name ${written}: ${right}`;
    },
  );
  const missing = numbersOf(prompt, /\bcharacter ?(\d{1,2})/giu)
    .filter((number) => number < 1 || number > references.length)
    .map((number) => `the prompt names character${number}, but ${counted(references.length, 'reference')}`);
  return [...missing, ...others];
}

function numberedWarnings(prompt: string, wish: Wish, modelId: string): string[] {
  const references = referencesOf(wish);
  const characters = numbersOf(prompt, /\bcharacter ?(\d{1,2})\b/giu).map((number) => {
    const meant = references[number - 1];
    const before = references.slice(0, number).filter((kind) => kind === meant);
    const right =
      meant === undefined
        ? 'its references are Image 1, Video 1, …, each kind counted apart'
        : `write ${meant.name} ${before.length}`;
    return `${modelId} does not know the name character${number}: ${right}`;
  });
  const rest = kinds.flatMap((kind) => {
    const { name, chinese } = kind;
    const count = references.filter((reference) => reference === kind).length;
    const written = [...prompt.matchAll(new RegExp(`\\b(${name}) ?(\\d{1,2})\\b`, 'giu'))];
    const misspelt = written
      .filter(([text, , number]) => text !== `${name} ${number}` && Number(number) <= count)
      .map(([text, , number]) => `${modelId} does not know the name ${text}: write ${name} ${number}`);
    const numbers = [
      // In small letters beyond the references it is an ordinary word: "the image 12 years ago".
      ...written.filter(([, word]) => word === name).map(([, , number]) => Number(number)),
      ...numbersOf(prompt, new RegExp(`${chinese} ?(\\d{1,2})`, 'gu')),
    ];
    const missing = [...new Set(numbers)]
      .filter((number) => number < 1 || number > count)
      .toSorted((a, b) => a - b)
      .map(
        (number) =>
          `the prompt names ${name} ${number}, but ${counted(count, `reference ${name.toLowerCase()}`)}`,
      );
    return [...misspelt, ...missing];
  });
  return [...characters, ...rest];
}

function numbersOf(prompt: string, pattern: RegExp): number[] {
  const numbers = [...prompt.matchAll(pattern)].map((match) => Number(match[1]));
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

function counted(count: number, what: string): string {
  if (count === 0) return `there is no ${what}`;
  return count === 1 ? `there is 1 ${what}` : `there are ${count} ${what}s`;
}
