import { expect, test } from 'vitest';
import { generationShape, readFlags } from '../../src/cli/flags.ts';
import { UsageError } from '../../src/core/errors.ts';
import { failureOf } from '../core/refusal.ts';

test.each<[Record<string, unknown>, object]>([
  [{}, { wait: true }],
  [{ duration: '5' }, { duration: 5 }],
  [{ duration: ' -1 ' }, { duration: -1 }],
  [{ seed: '+42' }, { seed: 42 }],
  [{ shotType: 'multi' }, { shotType: 'multi' }],
  [
    { audio: false, wait: false },
    { audio: false, wait: false },
  ],
  [
    { json: true, color: false },
    { json: true, color: false },
  ],
])('%j means %j', (typed, meant) => {
  expect(readFlags(generationShape, typed)).toMatchObject(meant);
});

test.each<[Record<string, unknown>, string, string]>([
  [{ duration: 'five' }, '--duration five is not a whole number', '--duration 5'],
  [{ duration: '5.5' }, '--duration 5.5 is not a whole number', '--duration 5'],
  [{ duration: '' }, '--duration is not a whole number', '--duration 5'],
  [{ seed: '1e3' }, '--seed 1e3 is not a whole number', '--seed 42'],
  [{ seed: '9'.repeat(16) }, `--seed ${'9'.repeat(16)} is not a whole number`, '--seed 42'],
  [{ shotType: 'double' }, '--shot-type double is not a shot type', '--shot-type single or multi'],
])('%j is a usage error that names flag and value', async (typed, message, hint) => {
  const error = await failureOf(() => readFlags(generationShape, typed));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message.replaceAll(/ +/gu, ' ')).toBe(message);
  expect(error.hint).toBe(hint);
});

test('a flag that no schema knows is never ignored', async () => {
  expect(await failureOf(() => readFlags(generationShape, { maxCost: '5' }))).toBeInstanceOf(UsageError);
});
