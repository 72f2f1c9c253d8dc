import { extraFlag } from './extra.ts';
import { wordsOf } from './media-rule.ts';
import { oneLine } from './plain-text.ts';
import type { GenerationRequest } from './request.ts';
import { shownInput } from './shown-input.ts';
import { cutQueries, cutQuery } from './shown-link.ts';

/**
 * A request as the command line that asks for it, without its prompt: a word each. Links lose what may be signed.
 */
export function requestFlags(request: GenerationRequest): string[] {
  const { mode, vaceFunction, media, size, duration, audio, shotType, extras, overrides } = request;
  const pair = (flag: string, value: string | number | undefined) => {
    if (value === undefined) return [];
    return flag.startsWith('--') && String(value).startsWith('-')
      ? [`${flag}=${value}`]
      : [flag, String(value)];
  };
  const choice = (name: string, value: boolean | undefined) =>
    value === undefined ? [] : [value ? `--${name}` : `--no-${name}`];
  return [
    'wan',
    mode,
    ...(vaceFunction === undefined ? [] : [vaceFunction.replaceAll('_', '-')]),
    ...media.flatMap((input) => [wordsOf(input.role, request).flag, shownInput(input)]),
    ...(request.omitsModel === true ? [] : pair('-m', request.model)),
    ...pair('--size', size?.replace('*', 'x')),
    ...pair('--resolution', request.resolution),
    ...pair('--ratio', request.ratio),
    ...pair('-d', duration),
    ...choice('audio', audio),
    ...pair('--seed', request.seed),
    ...pair('--negative-prompt', request.negativePrompt),
    ...pair('--shot-type', shotType),
    ...choice('prompt-extend', request.promptExtend),
    ...choice('watermark', request.watermark),
    ...pair('--callback-url', request.callbackUrl === undefined ? undefined : cutQuery(request.callbackUrl)),
    ...Object.entries(extras ?? {}).flatMap(([name, value]) =>
      typeof value === 'boolean'
        ? choice(name.replaceAll('_', '-'), value)
        : [extraFlag(name), Array.isArray(value) ? value.join(',') : String(value)],
    ),
    ...(overrides ?? []).flatMap(({ path, value }) => ['--param', `${path}=${written(cutQueries(value))}`]),
  ];
}

/** As `--param` reads it: a text that is JSON would become something else. */
function written(value: unknown): string {
  return typeof value === 'string' && !isJson(value) ? value : JSON.stringify(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The command line that makes this request again, prompt and all, for pasting. Undefined where a part of it may not be
 * shown, as a link that is signed.
 * @param place flags that lead to the same service
 */
export function requestCommand(request: GenerationRequest, place: readonly string[]): string | undefined {
  const { prompt, media, callbackUrl = '', overrides } = request;
  const isWhole =
    media.every((input) => input.file !== undefined || shownInput(input) === input.url) &&
    cutQuery(callbackUrl) === callbackUrl &&
    JSON.stringify(cutQueries(overrides)) === JSON.stringify(overrides);
  const words = requestFlags(request);
  const texts = [...words, ...place, prompt ?? ''];
  // What no argument can hold, and what `$(…)` would drop.
  if (!isWhole || texts.some((word) => /\0|\n$/u.test(word))) return undefined;
  const start = request.vaceFunction === undefined ? 2 : 3;
  const isFlagLike = prompt === undefined || prompt === '' || /^[-@]/u.test(prompt);
  const asked = isFlagLike ? (prompt === undefined ? [] : [`--prompt=${prompt}`]) : [prompt];
  return shellLine([...words.slice(0, start), ...asked, ...words.slice(start), ...place]);
}

/** Words as a shell takes them, in a line. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/u.test(word) && !hasCommand(word)) return word;
  const isPlain = oneLine(`|${word}|`) === `|${word}|` && !hasCommand(word);
  return isPlain ? quoted(word) : `"$(printf %b ${quoted(escaped(word))})"`;
}

/** Line ends, controls and what a CI runner would obey are not shown as they are; `printf` makes them again. */
function escaped(word: string): string {
  return Array.from(word.replaceAll('\\', String.raw`\\`))
    .map((character, index, all) => {
      if (character === '\n') return String.raw`\n`;
      const isMark = (character === ':' || character === '#') && all[index - 1] === character;
      const isShown = oneLine(`|${character}|`) === `|${character}|`;
      return isShown && !isMark ? character : octal(character);
    })
    .join('');
}

function octal(character: string): string {
  const bytes = [...new TextEncoder().encode(character)];
  return bytes.map((byte) => String.raw`\0${byte.toString(8).padStart(3, '0')}`).join('');
}

function hasCommand(word: string): boolean {
  return word.includes('::') || word.includes('##');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
