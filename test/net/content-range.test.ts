import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseContentRange } from '../../src/net/content-range.ts';

test.each([
  ['bytes 0-99/200', { first: 0, last: 99, total: 200 }],
  ['Bytes 5-5/6', { first: 5, last: 5, total: 6 }],
  [' bytes 10-19/* ', { first: 10, last: 19, total: undefined }],
  ['bytes */200', undefined],
  ['bytes 9-5/200', undefined],
  ['bytes 0-200/200', undefined],
  ['bytes 0-99', undefined],
  ['bytes 0 - 99/200', undefined],
  ['bytes -1-99/200', undefined],
  ['bytes 0x0-99/200', undefined],
  ['bytes 0-99/200, bytes 100-199/200', undefined],
  ['items 0-99/200', undefined],
  ['bytes 0-9999999999999999/99999999999999999', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j', (text, expected) => {
  expect(parseContentRange(text)).toEqual(expected);
});

test('reads back every range that can exist, and nothing that cannot', () => {
  const offset = fc.integer({ min: 0, max: 10 ** 15 - 1 });
  fc.assert(
    fc.property(offset, offset, fc.option(offset, { nil: undefined }), (first, last, total) => {
      const isPossible = first <= last && (total === undefined || last < total);
      const parsed = parseContentRange(`bytes ${first}-${last}/${total ?? '*'}`);
      expect(parsed).toEqual(isPossible ? { first, last, total } : undefined);
    }),
  );
});

test('makes sense of any text or of none, without throwing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseContentRange(`bytes ${text}`);
      expect(parsed === undefined || parsed.first <= parsed.last).toBe(true);
    }),
  );
});
