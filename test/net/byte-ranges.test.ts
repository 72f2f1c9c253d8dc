import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteRanges, type Stretch } from '../../src/net/byte-ranges.ts';

const stretches = fc.array(fc.tuple(fc.nat(60), fc.nat(60)).map(([one, other]): Stretch => [one, other]));

/** The same, byte by byte. */
function plain(list: readonly Stretch[]): boolean[] {
  return Array.from({ length: 61 }, (_, byte) => list.some(([first, end]) => byte >= first && byte < end));
}

test('knows of each byte whether it is there, in whatever order they came', () => {
  fc.assert(
    fc.property(stretches, fc.nat(60), (list, total) => {
      const ranges = new ByteRanges(list);
      const there = plain(list);
      expect(plain(ranges.list)).toEqual(there);
      expect(ranges.bytes).toBe(there.filter(Boolean).length);
      const prefix = there.indexOf(false);
      expect(ranges.prefix).toBe(prefix === -1 ? 61 : prefix);
      expect(ranges.end).toBe(there.lastIndexOf(true) + 1);
      expect(plain(ranges.gaps(total))).toEqual(there.map((is, byte) => !is && byte < total));
    }),
  );
});

test('keeps stretches ascending and apart', () => {
  fc.assert(
    fc.property(stretches, (list) => {
      const flat = new ByteRanges(list).list.flat();
      expect(flat).toEqual([...new Set(flat)].toSorted((one, other) => one - other));
    }),
  );
});

test('a file of unknown length lacks everything behind what is there', () => {
  expect(new ByteRanges([[5, 7]]).gaps(Infinity)).toEqual([
    [0, 5],
    [7, Infinity],
  ]);
});
