import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../../src/core/http.ts';
import { hostileText } from '../helpers/hostile-text.ts';

const now = Date.UTC(2026, 10, 20, 12);
const after = (value: string) => retryAfterMs({ 'retry-after': value }, now);

test.each([
  ['0', 0],
  ['3', 3000],
  [' 1.5 ', 1500],
  ['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
  ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
  ['-5', undefined],
  ['5 s', undefined],
  ['soon', undefined],
  ['2026-11-20T12:00:30Z', undefined],
  ['9'.repeat(10), undefined],
  ['', undefined],
])('Retry-After: %s asks for %s ms', (value, ms) => {
  expect(after(value)).toBe(ms);
});

describe('whatever it says', () => {
  test('it is a length of time or nothing', () => {
    const value = fc.oneof(
      hostileText,
      fc.string({ unit: fc.constantFrom('0', '9', '.', '-', '+', 'e', ' ', ',') }),
      fc.string({ unit: fc.constantFrom('Fri', 'Mon', ', ', '2', '0', ' Nov ', ':', ' GMT', '-') }),
    );
    fc.assert(
      fc.property(value, (text) => {
        const ms = after(text);
        expect(ms === undefined || (Number.isFinite(ms) && ms >= 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a date is understood to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
        expect(after(new Date(now + seconds * 1000).toUTCString())).toBe(seconds * 1000);
      }),
    );
  });
});
