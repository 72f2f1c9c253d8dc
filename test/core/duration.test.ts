import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/duration.ts';
import { UsageError } from '../../src/core/errors.ts';
import { faultDelay, pollSchedule } from '../../src/core/poll-schedule.ts';
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

test('the gentle schedule starts after 5 s, then asks every 15 s with jitter', () => {
  const schedule = pollSchedule(false, undefined);
  expect(schedule.delay(0, 0.9)).toBe(5000);
  expect([0, 0.5, 1].map((random) => schedule.delay(3, random))).toEqual([12_750, 15_000, 17_250]);
});

test('on this machine it looks every 0.2 s, growing to 1 s', () => {
  const schedule = pollSchedule(true, undefined);
  expect([0, 1, 100].map((look) => schedule.delay(look, 0))).toEqual([200, 250, 1000]);
});

test.each([
  [15_000, 1, undefined, 22_500],
  [15_000, 50, undefined, 60_000],
  [15_000, 1, 5000, 22_500],
  [15_000, 1, 90_000, 90_000],
  [15_000, 1, 86_400_000, 600_000],
])('after a fault, %i ms become, for the %i. time and asked %s, %i', (normal, faults, asked, expected) => {
  expect(faultDelay(normal, faults, asked)).toBe(expected);
});
