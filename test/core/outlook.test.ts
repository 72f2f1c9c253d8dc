import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth, fitWidth } from '../../src/core/display-width.ts';
import { describeOutlook } from '../../src/core/outlook.ts';
import type { RunTime } from '../../src/core/run-time.ts';
import { createTransferRate } from '../../src/core/transfer-rate.ts';

const minute = 60_000;
const documented: RunTime = { fromMs: minute, toMs: 5 * minute, jobs: 0 };
const learned: RunTime = { fromMs: 112_000, usualMs: 122_000, toMs: 148_000, jobs: 6 };
const even: RunTime = { fromMs: 2 * minute, usualMs: 2 * minute, toMs: 2 * minute + 1000, jobs: 3 };

test.each<[RunTime, number | undefined, string]>([
  [documented, undefined, 'usually 1–5 min once it runs'],
  [documented, 0, 'usually done after 1–5 min'],
  [documented, 299_000, 'usually done after 1–5 min'],
  [documented, 300_000, 'longer than the usual 1–5 min'],
  [learned, undefined, 'about 2 min once it runs, from 6 jobs like this'],
  [learned, 41_000, 'about 1 min 20 s left, from 6 jobs like this'],
  [learned, 100_000, 'about 20 s left, from 6 jobs like this'],
  [learned, 121_900, 'about 5 s left, from 6 jobs like this'],
  [learned, 130_000, 'any moment now, from 6 jobs like this'],
  [learned, 148_000, 'longer than usual: 6 jobs like this took 1 min 50 s to 2 min 30 s'],
  [even, 150_000, 'longer than usual: 3 jobs like this took about 2 min'],
])('%j, running for %s ms: %s', (runTime, runningMs, text) => {
  expect(describeOutlook({ runTime, runningMs })).toBe(text);
});

describe('a rate', () => {
  test('needs a second, counts the last seconds only, and falls while nothing comes', () => {
    const rate = createTransferRate();
    rate.add(0, 0);
    rate.add(500, 500);
    expect(rate.bytesPerSecond(500)).toBeUndefined();
    rate.add(1000, 1000);
    expect(rate.bytesPerSecond(1000)).toBe(1000);
    for (let second = 2; second <= 20; second += 1) rate.add(1000 + (second - 1) * 9000, second * 1000);
    expect(rate.bytesPerSecond(20_000)).toBe(9000);
    expect(rate.bytesPerSecond(25_000)).toBe(4500);
  });

  test('begins again when the download does', () => {
    const rate = createTransferRate();
    rate.add(1_000_000, 0);
    rate.add(2_000_000, 2000);
    rate.add(0, 2500);
    expect(rate.bytesPerSecond(2500)).toBeUndefined();
    rate.add(1000, 4500);
    expect(rate.bytesPerSecond(4500)).toBe(500);
  });

  test('of what was there before is not counted', () => {
    const rate = createTransferRate();
    rate.add(5_000_000, 0);
    rate.add(5_001_000, 1000);
    expect(rate.bytesPerSecond(1000)).toBe(1000);
  });
});

describe('a line fits', () => {
  test.each([
    ['running · 1 min', 20, 'running · 1 min'],
    ['running · 1 min', 15, 'running · 1 min'],
    ['running · 1 min', 12, 'running · 1…'],
    ['uploading 小猫.png', 20, 'uploading 小猫.png'],
    ['uploading 小猫.png', 14, 'uploading 小…'],
    ['two\nlines', 20, 'two lines'],
    ['running', 0, ''],
  ])('%j in %i cells: %j', (text, cells, fitted) => {
    expect(fitWidth(text, cells)).toBe(fitted);
  });

  test('whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 40 }), (text, cells) => {
        expect(displayWidth(fitWidth(text, cells))).toBeLessThanOrEqual(cells);
      }),
    );
  });
});
