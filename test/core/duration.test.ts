import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/duration.ts';
import { UsageError } from '../../src/core/errors.ts';
import { failureOf } from './refusal.ts';

test.each([
  ['0', 0],
  ['90', 90_000],
  ['90s', 90_000],
  ['1.5', 1500],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['0.5h', 1_800_000],
  ['1d', 86_400_000],
  [' 30M ', 1_800_000],
  ['0s', 0],
  ['24d', 2_073_600_000],
])('%j is %i ms', (text, ms) => {
  expect(parseDuration(text, '--timeout')).toBe(ms);
});

test.each([
  '',
  ' ',
  '-1',
  '-5s',
  'soon',
  '1e3',
  'NaN',
  'Infinity',
  '.5',
  '5.',
  '1 h',
  '30 m',
  '1h30',
  'm',
  '5x',
  '367d',
  '9'.repeat(400),
  '0x10',
  '٣',
])('%j is no length of time', async (text) => {
  const error = await failureOf(() => parseDuration(text, '--timeout'));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.hint).toBe('--timeout 90s, 30m or 2h');
});

test('whatever is typed, a length of time is finite and not negative', () => {
  const typed = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', 'm', 's', 'h', 'd', 'e', ' ') }),
  );
  fc.assert(
    fc.property(typed, (text) => {
      try {
        const ms = parseDuration(text, '--timeout');
        expect(Number.isSafeInteger(ms) && ms >= 0).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [4400, '4 s'],
  [59_499, '59 s'],
  [59_999, '1 min'],
  [72_000, '1 min 12 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
])('%i ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
