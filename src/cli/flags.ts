import * as z from 'zod';
import { UsageError } from '../core/errors.ts';

// The boundary between what was typed and what is meant. Strict: a flag that no schema knows is a fault of ours.

const text = z.string().optional();
const flag = z.boolean().optional();

export const connectionShape = {
  provider: text,
  profile: text,
  region: text,
  baseUrl: text,
  workspace: text,
  sandbox: flag,
};

/** A whole number that a flag takes. */
export function wholeNumber(example: string) {
  return z
    .string()
    .regex(/^\s*[+-]?\d{1,15}\s*$/u, { error: `is not a whole number; such as ${example}` })
    .transform(Number)
    .optional();
}

export const savingShape = {
  output: text,
  outDir: text,
  force: z.boolean().default(false),
  connections: wholeNumber('4'),
};

export const waitingShape = { timeout: text, pollInterval: text };

export const generationShape = {
  prompt: text,
  promptFile: text,
  model: text,
  size: text,
  ratio: text,
  resolution: text,
  duration: wholeNumber('5'),
  seed: z
    .string()
    .regex(/^\s*(?:[+-]?\d{1,15}|random)\s*$/iu, { error: 'is not a whole number; such as 42' })
    .transform((typed) => (/random/iu.test(typed) ? ('random' as const) : Number(typed)))
    .optional(),
  negativePrompt: text,
  audio: flag,
  shotType: z.enum(['single', 'multi'], { error: 'is not a shot type; single or multi' }).optional(),
  promptExtend: flag,
  watermark: flag,
  callbackUrl: text,
  count: wholeNumber('4'),
  jobKey: text,
  retryFailed: z.boolean().default(false),
  wait: z.boolean().default(true),
  dryRun: flag,
};

/** All that a command which makes videos takes, but for its inputs and the fields of its mode. */
export const videoShape = {
  ...generationShape,
  ...waitingShape,
  ...savingShape,
  ...connectionShape,
};

/** Flags of every command, which the talk has read already. */
const talkShape = {
  json: flag,
  jsonl: flag,
  print: text,
  quiet: flag,
  verbose: flag,
  color: flag,
  input: flag,
  /** Read before the command runs. */
  envFile: text,
};

/**
 * What a command's flags mean.
 * @throws {UsageError} naming the flag, its value and what it takes
 */
export function readFlags<Shape extends z.ZodRawShape>(shape: Shape, typed: Record<string, unknown>) {
  const result = z
    .object({ ...talkShape, ...shape })
    .strict()
    .safeParse(typed);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = String(issue?.path[0] ?? '');
  const written = `--${name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
  const [message = 'is not valid', example] = (issue?.message ?? '').split('; ');
  throw new UsageError(`${written} ${typeof typed[name] === 'string' ? typed[name] : ''} ${message}`, {
    hint: example === undefined ? 'wan --help' : `${written} ${example.replace(/^such as /u, '')}`,
  });
}
