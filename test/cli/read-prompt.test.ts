import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { readPrompt } from '../../src/cli/read-prompt.ts';
import { UsageError } from '../../src/core/errors.ts';
import { failureOf } from '../core/refusal.ts';

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'wan-prompt-'));
  writeFileSync(path.join(cwd, 'prompt.txt'), 'first\nsecond\n');
  writeFileSync(path.join(cwd, 'windows.txt'), 'a\r\n');
  writeFileSync(path.join(cwd, 'blank.txt'), '\n\n');
  writeFileSync(path.join(cwd, 'binary.txt'), Buffer.from([0xff, 0xfe, 0x00]));
  writeFileSync(path.join(cwd, 'huge.txt'), 'x'.repeat(1_000_001));
});
afterAll(() => rmSync(cwd, { recursive: true }));

type Flags = { prompt?: string; promptFile?: string };

function read(positional: string | undefined, flags: Flags = {}, stdin: readonly (string | Buffer)[] = []) {
  const stream = Readable.from(stdin.map((chunk) => Buffer.from(chunk)));
  // Only these are looked at.
  const { signal } = new AbortController();
  const homeDirectory = () => undefined;
  const context = { cwd, signal, homeDirectory, stdin: stream as unknown as Context['stdin'] } as Context;
  return readPrompt(context, positional, flags);
}

test.each<[string, string | undefined, Flags, string | undefined]>([
  ['nothing', undefined, {}, undefined],
  ['the argument', 'a boat', {}, 'a boat'],
  ['an empty argument', '', {}, ''],
  ['--prompt', undefined, { prompt: 'a boat' }, 'a boat'],
  ['--prompt that starts with @', undefined, { prompt: '@here' }, '@here'],
  ['--prompt that is a dash', undefined, { prompt: '-' }, '-'],
  ['@file, without its last line end', '@prompt.txt', {}, 'first\nsecond'],
  ['@file of another system', '@windows.txt', {}, 'a'],
  ['@file that is blank', '@blank.txt', {}, '\n'],
  ['--prompt-file', undefined, { promptFile: 'prompt.txt' }, 'first\nsecond'],
])('%s', async (_name, positional, flags, expected) => {
  expect(await read(positional, flags)).toBe(expected);
});

test('a dash reads stdin to its end, across chunks that cut a character', async () => {
  const [head, tail] = [Buffer.from('雨').subarray(0, 1), Buffer.from('雨').subarray(1)];
  expect(await read('-', {}, ['a ', head, tail, '\n'])).toBe('a 雨');
});

describe('is refused', () => {
  test.each<[string, string | undefined, Flags, RegExp]>([
    ['given twice', 'a', { prompt: 'b' }, /given twice, by the argument and --prompt$/u],
    ['given by two flags', undefined, { prompt: 'b', promptFile: 'x' }, /by --prompt and --prompt-file$/u],
    ['only an @', '@', {}, /only an @/u],
    ['a file that is not there', '@none.txt', {}, /@none\.txt: the file cannot be read \(ENOENT\)/u],
    [
      'a directory',
      undefined,
      { promptFile: '.' },
      /--prompt-file \.: the file cannot be read \(it is a directory, not a file\)/u,
    ],
    ['no text', '@binary.txt', {}, /@binary\.txt is not UTF-8 text/u],
    ['too long', '@huge.txt', {}, /@huge\.txt is too long for a prompt/u],
  ])('%s', async (_name, positional, flags, message) => {
    const error = await failureOf(() => read(positional, flags));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(message);
  });

  test('stdin without an end', async () => {
    const chunks = Array.from({ length: 3 }, () => 'x'.repeat(400_000));
    expect((await failureOf(() => read('-', {}, chunks))).message).toBe('stdin is far too long');
  });

  test('stdin that is no text', async () => {
    const error = await failureOf(() => read('-', {}, [Buffer.from([0xff])]));
    expect(error.message).toBe('stdin is not UTF-8 text, nor UTF-16');
  });
});
