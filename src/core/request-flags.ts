import { extraFlag } from './extra.ts';
import { wordsOf } from './media-rule.ts';
import type { GenerationRequest } from './request.ts';
import { shownInput } from './shown-input.ts';
import { cutQueries, cutQuery } from './shown-link.ts';

/**
 * A request as the command line that asks for it, without its prompt: a word each. Links lose what may be signed, so it
 * is for reading, not for running.
 */
export function requestFlags(request: GenerationRequest): string[] {
  const { mode, vaceFunction, media, size, duration, audio, shotType, extras, overrides } = request;
  const pair = (flag: string, value: string | number | undefined) =>
    value === undefined ? [] : [flag, String(value)];
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

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Words as a shell takes them, in a line. */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}
