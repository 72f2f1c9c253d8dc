import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileText } from '../helpers/hostile-text.ts';
import { dayOfJobId, makeJobId, parseJobId, timeOfJobId } from '../../src/core/job-id.ts';

// Up to the year 3058, where seven digits end.
const time = fc.integer({ min: 0, max: 32 ** 7 - 1 }).map((seconds) => seconds * 1000);
const noise = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test.each([
  [0, 0, '000000000000'],
  [999, 0, '000000000000'],
  [1000, 0, '000000100000'],
  [Date.UTC(2026, 10, 20, 12), 0.999_999, '1NG0DJ0ZZZZZ'],
])('%i ms with noise %d is %s', (ms, random, id) => {
  expect(makeJobId(ms, () => random)).toBe(id);
});

describe('an id', () => {
  test('tells when it was made, to the second', () => {
    fc.assert(
      fc.property(time, noise, fc.integer({ min: 0, max: 999 }), (ms, random, rest) => {
        const id = makeJobId(ms + rest, () => random);
        expect(timeOfJobId(id)).toBe(ms);
        expect(parseJobId(id)).toBe(id);
        expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/u);
        expect(dayOfJobId(id).join('-')).toBe(new Date(ms).toISOString().slice(0, 10));
      }),
    );
  });

  test('of a later second sorts later', () => {
    fc.assert(
      fc.property(time, time, noise, noise, (a, b, one, other) => {
        if (a === b) return;
        const ids = [makeJobId(Math.max(a, b), () => one), makeJobId(Math.min(a, b), () => other)];
        expect(ids.toSorted()).toEqual(ids.toReversed());
      }),
    );
  });

  test('is understood in lower case and with look-alike letters', () => {
    expect(parseJobId(' 1nkzaw0zzz10 ')).toBe('1NKZAW0ZZZ10');
    expect(parseJobId('INKZAWOZZZLo')).toBe('1NKZAW0ZZZ10');
  });

  test('of one day lies in the directory of that day, by UTC', () => {
    expect(dayOfJobId(makeJobId(Date.UTC(2026, 11, 31, 23, 59, 59), () => 0))).toEqual(['2026', '12', '31']);
    expect(dayOfJobId(makeJobId(Date.UTC(2027, 0, 1), () => 0))).toEqual(['2027', '01', '01']);
  });
});

test('whatever is typed, it is no id or one that names a file and a day', () => {
  const typed = fc.oneof(
    hostileText,
    fc.string({
      unit: fc.constantFrom(...Array.from('01AZILOUilou-/. \u0131\u017f')),
      minLength: 10,
      maxLength: 14,
    }),
    fc.string({
      unit: fc.constantFrom(...Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZilo')),
      minLength: 12,
      maxLength: 12,
    }),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const id = parseJobId(text);
      if (id === undefined) return;
      expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/u);
      expect(parseJobId(id)).toBe(id);
      expect(parseJobId(` ${id.toLowerCase()} `)).toBe(id);
      expect(dayOfJobId(id).join('/')).toMatch(/^\d{4}\/\d\d\/\d\d$/u);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  '',
  '1NKZAW0ZZZ1',
  '1NKZAW0ZZZ100',
  '1NKZAW0ZZZ1U',
  '1NKZAW0ZZZ1-',
  '../NKZAW0ZZZ',
  '1NKZAW0ZZ\u00001',
  '１NKZAW0ZZZ10',
])('%j is no id', (text) => {
  expect(parseJobId(text)).toBeUndefined();
});
