import { expect, test } from 'vitest';

import { fillOutline, type OutlineStep } from '../../../src/sandbox/video/outline-mask.ts';

function box(left: number, top: number, right: number, bottom: number): OutlineStep[] {
  return [
    { type: 'M', x: left, y: top },
    { type: 'L', x: right, y: top },
    { type: 'L', x: right, y: bottom },
    { type: 'L', x: left, y: bottom },
    { type: 'Z' },
  ];
}

function areaOf(steps: OutlineStep[], width = 8, height = 8): number {
  return fillOutline(steps, width, height).coverage.reduce((sum, share) => sum + share, 0);
}

test('covers whole pixels fully and parts of pixels by their area', () => {
  const { coverage } = fillOutline(box(1, 1, 2.5, 2.25), 4, 4);
  expect([...coverage]).toEqual([0, 0, 0, 0, 0, 1, 0.5, 0, 0, 0.25, 0.125, 0, 0, 0, 0, 0]);
});

test.each([
  ['a box', box(1.3, 2.1, 5.9, 6.6), 4.6 * 4.5],
  ['a box drawn the other way round', box(5.9, 2.1, 1.3, 6.6), 4.6 * 4.5],
  [
    'a triangle',
    [
      { type: 'M', x: 1, y: 1 },
      { type: 'L', x: 7, y: 3 },
      { type: 'L', x: 2, y: 7 },
    ],
    17,
  ],
  ['a parabola', [{ type: 'M', x: 0, y: 0 }, { type: 'Q', x1: 3, y1: 6, x: 6, y: 0 }, { type: 'Z' }], 12],
  ['a hole', [...box(0, 0, 8, 8), ...box(6, 2, 2, 6)], 64 - 16],
  ['what sticks out at the left, the right and the bottom', box(-5, 4, 20, 20), 32],
] satisfies [string, OutlineStep[], number][])('%s has its area', (_, steps, area) => {
  expect(Math.abs(areaOf(steps) - area)).toBeLessThan(area * 0.02);
});

test('an open outline is closed', () => {
  expect(areaOf(box(1, 1, 3, 3).slice(0, -1))).toBeCloseTo(4, 5);
});
