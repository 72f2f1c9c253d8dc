import { decodeText } from '../core/decode-text.ts';
import { errorCode } from '../core/error-code.ts';
import { UsageError } from '../core/errors.ts';
import { readUserFile, TooLargeError } from '../store/plain-file.ts';
import type { Context } from './context.ts';
import { resolvePath } from './resolve-path.ts';

type PromptFlags = { prompt?: string | undefined; promptFile?: string | undefined };

/** A megabyte is far more than any model reads. */
const maxBytes = 1_000_000;

/**
 * The prompt from wherever it was given: the argument, `-` for stdin, `@file`, or one of the two flags.
 * @throws {UsageError} when it was given twice, or its file cannot be read
 */
export async function readPrompt(
  context: Context,
  positional: string | undefined,
  { prompt, promptFile }: PromptFlags,
): Promise<string | undefined> {
  const given = [
    positional === undefined ? [] : ['the argument'],
    prompt === undefined ? [] : ['--prompt'],
    promptFile === undefined ? [] : ['--prompt-file'],
  ].flat();
  if (given.length > 1) {
    throw new UsageError(`the prompt was given twice, by ${given.join(' and ')}`, {
      hint: 'leave out one of them',
    });
  }
  if (prompt !== undefined) return prompt;
  if (promptFile !== undefined) return readText(context, promptFile, `--prompt-file ${promptFile}`);
  if (positional === '-') return decode(await readStdin(context), 'stdin');
  if (positional?.startsWith('@') === true) return readText(context, positional.slice(1), positional);
  return positional;
}

function readText(context: Context, file: string, shown: string): string {
  const hint = shown.startsWith('@')
    ? `a prompt that starts with @ goes after --prompt`
    : 'name a text file that is there';
  if (file === '') throw new UsageError('the prompt is only an @', { hint });
  try {
    return decode(readUserFile(resolvePath(context, file), maxBytes), shown);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof TooLargeError) {
      throw new UsageError(`${shown} is too long for a prompt`, { hint: 'shorten it' });
    }
    const reason = errorCode(error) ?? (error instanceof Error ? error.message : String(error));
    throw new UsageError(`${shown}: the file cannot be read (${reason})`, { hint });
  }
}

/** All of stdin; Ctrl-C ends the wait for it. @throws {UsageError} when it is far too long */
export async function readStdin({ stdin, signal }: Context): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stop = () => stdin.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new UsageError('stdin is far too long', { hint: 'shorten it' });
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array, shown: string): string {
  const text = decodeText(bytes);
  if (text === undefined) {
    throw new UsageError(`${shown} is not UTF-8 text, nor UTF-16`, { hint: 'save it as UTF-8' });
  }
  // The last line end belongs to the file, not to the prompt.
  return text.replace(/\r?\n$/u, '');
}
