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

test('what is put together from units is their sum', () => {
  const amount = fc.integer({ min: 0, max: 23 });
  const milliseconds = fc.integer({ min: 0, max: 24 * 86_400_000 });
  fc.assert(
    fc.property(amount, amount, amount, amount, (d, h, m, s) => {
      const ms = (((d * 24 + h) * 60 + m) * 60 + s) * 1000;
      expect(parseDuration(`${d}d${h}h${m}m${s}s`, '--timeout')).toBe(ms);
      expect(parseDuration(` ${h}H${m}M `, '--timeout')).toBe((h * 60 + m) * 60_000);
    }),
  );
  fc.assert(
    fc.property(milliseconds, (ms) => {
      expect(parseDuration(`${ms}ms`, '--timeout')).toBe(ms);
      expect(parseDuration(String(ms / 1000), '--timeout')).toBe(ms);
    }),
  );
});

test('what people read can be told back, to the second below an hour and to the minute above', () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 90_000_000 }), fc.integer({ min: 0, max: 4_000_000 }));
  fc.assert(
    fc.property(length, (ms) => {
      const text = formatDuration(ms);
      expect(text).toMatch(/^(?:\d+ h(?: [1-5]?\d min)?|[1-5]?\d min(?: [1-5]?\d s)?|[1-5]?\d s)$/u);
      const typed = text.replace('min', 'm').replaceAll(' ', '');
      const tolerance = text.includes('h') ? 60_000 : 500;
      expect(Math.abs(parseDuration(typed, '--timeout') - ms)).toBeLessThanOrEqual(tolerance);
    }),
    { numRuns: 1000 },
  );
});
