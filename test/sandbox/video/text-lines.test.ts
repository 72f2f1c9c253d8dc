import { expect, test } from 'vitest';

import { fitText, widthOf } from '../../../src/sandbox/video/text-lines.ts';
import { signsOf } from '../../../src/sandbox/video/typeface.ts';

const room = { width: 800, height: 300, smallest: 20, largest: 60, lines: 5 };

/** The lines with one letter per sign: x for text, # for a box. */
function shapeOf(text: string, change: Partial<typeof room> = {}): string[] {
  const marks = { text: 'x', box: '#', space: ' ' };
  return fitText(text, { ...room, ...change }).lines.map((line) =>
    line.map((sign) => marks[sign.kind]).join(''),
  );
}

test.each([
  ['a short title stays on one line', 'a fox', ['x xxx']],
  ['spaces and line breaks collapse at the ends', '  a fox \n', ['x xxx']],
  ['Chinese becomes boxes', '红狐狸', ['###']],
  ['one box for one emoji of several code points', 'a 👩‍👩‍👧 b', ['x # x']],
  ['an accent on its own letter is one letter', 'cafe\u0301', ['xxxx']],
  ['control characters vanish', 'a\u0000\u001B\u007Fb', ['xx']],
  ['no text, no lines', '', []],
])('%s', (_, text, expected) => {
  expect(shapeOf(text)).toEqual(expected);
});

test('balances the lines instead of leaving one word alone', () => {
  const lines = shapeOf('the quick brown fox jumps over it', { height: 170 });
  expect(lines).toHaveLength(2);
  expect(Math.abs((lines[0]?.length ?? 0) - (lines[1]?.length ?? 0))).toBeLessThan(6);
});

test.each([
  ['words', 'wool and water '.repeat(2_000)],
  ['one endless word', 'w'.repeat(20_000)],
  ['Chinese', '红狐狸'.repeat(5_000)],
  ['spaces', `a${' '.repeat(20_000)}b`],
])('never leaves the room with 20,000 characters: %s', (_, text) => {
  const block = fitText(text, room);
  expect(block.lines.length).toBeLessThanOrEqual(room.lines);
  for (const line of block.lines) expect(widthOf(line) * block.size).toBeLessThanOrEqual(room.width);
});

test('prefers the largest size that fits', () => {
  expect(fitText('a fox', room).size).toBe(room.largest);
  expect(fitText('a fox '.repeat(40), room).size).toBeLessThan(room.largest);
});

test.each([
  ['Chinese', '红', 4],
  ['Japanese', 'あ', 4],
  ['Korean', '안', 4],
  ['an emoji of five digits', '😀', 6],
  ['Arabic', 'م', 4],
])('%s stands there as its code point, a digit each', (_, text, digits) => {
  const [sign] = signsOf(text);
  const outline = [...(sign?.label?.(0, 40, 40) ?? [])];
  // Each contour begins with a move; every digit has one at least.
  expect(outline.filter(({ type }) => type === 'M').length).toBeGreaterThanOrEqual(digits);
  for (const step of outline) {
    if (!('x' in step)) continue;
    expect(step.x).toBeGreaterThan(0);
    expect(step.x).toBeLessThan((sign?.width ?? 0) * 40);
  }
});

test('letters that the typeface has need no label', () => {
  expect(signsOf('a')[0]).not.toHaveProperty('label');
});
