import type { Context } from '../cli/context.ts';
import { attributeOf, extraFields } from '../cli/extra-flags.ts';
import type { generationShape, readFlags } from '../cli/flags.ts';
import { mediaFlags, type TypedMedia } from '../cli/media-flags.ts';
import { readCallback, readMedia } from '../cli/read-media.ts';
import { readParams } from '../cli/read-params.ts';
import { readPrompt } from '../cli/read-prompt.ts';
import { UsageError } from '../core/errors.ts';
import { vaceFunctions, type Mode, type VaceFunction } from '../core/mode.ts';
import { shorten } from '../core/plain-text.ts';
import type { Wish } from '../core/wish.ts';
import { expandHome } from '../core/home-path.ts';

/** What was typed for a command that makes a video. */
export type GenerateInput = {
  mode: Mode;
  vaceFunction: string | undefined;
  prompt: string | undefined;
  flags: Record<string, unknown>;
  media: readonly TypedMedia[];
  params: readonly string[];
};

/** With `isAgain`, what was not typed stays as it was. */
export type WishInput = GenerateInput & { isAgain?: true };

/** The flags apart: those that every such command has, and the rarer fields of its mode. */
export function splitFlags({ mode, flags }: GenerateInput) {
  const fields = extraFields(mode);
  const collected = new Set(['param', ...mediaFlags[mode].map(({ flag }) => attributeOf(flag))]);
  const extras = Object.fromEntries(
    fields.flatMap(({ attribute, field }) => {
      const typed = flags[attribute];
      return typeof typed === 'string' || typeof typed === 'boolean' ? [[field, typed] as const] : [];
    }),
  );
  const attributes = new Set(fields.map(({ attribute }) => attribute));
  const plain = Object.fromEntries(
    Object.entries(flags).filter(([name]) => !collected.has(name) && !attributes.has(name)),
  );
  return { extras, plain };
}

/**
 * What the flags say, with prompt and inputs read; nothing is held against a model yet.
 * @throws {UsageError}
 */
export async function readWish(
  context: Context,
  input: WishInput,
  flags: ReturnType<typeof readFlags<typeof generationShape>>,
  extras: Readonly<Record<string, string | boolean>>,
): Promise<Wish> {
  const { mode, prompt, media, params } = input;
  const overrides = readParams(params);
  const given: Partial<Record<keyof Wish, unknown>> = {
    vaceFunction: isUnnamed(input) ? undefined : readFunction(input.vaceFunction ?? ''),
    prompt: await readPrompt(context, prompt, flags),
    negativePrompt: flags.negativePrompt,
    size: flags.size,
    resolution: flags.resolution,
    ratio: flags.ratio,
    duration: flags.duration,
    audio: flags.audio,
    shotType: flags.shotType,
    promptExtend: flags.promptExtend,
    watermark: flags.watermark,
    seed: flags.seed,
    callbackUrl: flags.callbackUrl === undefined ? undefined : readCallback(flags.callbackUrl),
    extras: Object.keys(extras).length === 0 ? undefined : extras,
    overrides: overrides.length === 0 ? undefined : overrides,
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const home = context.homeDirectory();
  const typed = media.map((item) => ({ ...item, value: expandHome(item.value, home) }));
  return { mode, media: await readMedia(typed, context.cwd, context.signal), ...set };
}

/** Only vace has functions; a job that is made again brings its own. */
function isUnnamed({ mode, vaceFunction, isAgain }: WishInput): boolean {
  return vaceFunction === undefined && (mode !== 'vace' || isAgain === true);
}

function readFunction(typed: string): VaceFunction {
  const name = typed.trim().toLowerCase().replaceAll('-', '_');
  const found = vaceFunctions.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  const legal = vaceFunctions.map((candidate) => candidate.replaceAll('_', '-')).join(' | ');
  const hint = `wan vace ${legal}`;
  throw typed === ''
    ? new UsageError('vace needs the name of a function', { hint })
    : new UsageError(`vace has no function ${shorten(typed, 40)}`, { hint });
}
