import { describe, expect, test } from 'vitest';
import { expectRunTime, runTimeKey, usualMinutes, type TimedRequest } from '../../src/core/run-time.ts';
import { getModel } from '../catalog/get-model.ts';

describe('jobs that take about as long share a key', () => {
  test.each<[string, string, TimedRequest, string]>([
    ['by defaults', 'wan2.6-t2v', { mode: 't2v' }, 't2v 1080P 5'],
    ['by a size of the tier', 'wan2.6-t2v', { mode: 't2v', size: '1632*1248' }, 't2v 1080P 5'],
    ['by a smaller one', 'wan2.6-t2v', { mode: 't2v', size: '832*1088', duration: 10 }, 't2v 720P 10'],
    ['by the smallest', 'wan2.5-t2v-preview', { mode: 't2v', size: '624*624' }, 't2v 480P 5'],
    ['by a tier', 'wan3.0-video', { mode: 'i2v', resolution: '720P' }, 'i2v 720P 5'],
    ['with several shots', 'wan2.6-t2v', { mode: 't2v', shotType: 'multi' }, 't2v 1080P 5 multi'],
    ['as long as their input', 'wan2.2-animate-move', { mode: 'animate' }, 'animate input input'],
    [
      'by what is done',
      'wan2.1-vace-plus',
      { mode: 'vace', vaceFunction: 'video_repainting' },
      'video_repainting',
    ],
  ])('%s', (_name, id, request, rest) => {
    expect(runTimeKey(request, getModel('dashscope', id))).toMatch(
      new RegExp(`^dashscope ${id} ${rest}`, 'u'),
    );
  });
});

test.each<[string, TimedRequest, readonly [number, number]]>([
  ['wan2.6-t2v', { mode: 't2v' }, [1, 5]],
  ['wan2.6-t2v', { mode: 't2v', duration: 15 }, [5, 10]],
  ['wan2.6-t2v', { mode: 't2v', duration: 10, shotType: 'multi' }, [5, 10]],
  ['wan2.6-t2v', { mode: 't2v', duration: 15, size: '1280*720' }, [1, 5]],
  ['wan2.1-vace-plus', { mode: 'vace', vaceFunction: 'video_edit' }, [5, 10]],
])('the documents say of %s with %j: %j minutes', (id, request, minutes) => {
  expect(usualMinutes(request, getModel('dashscope', id))).toEqual(minutes);
});

describe('what to expect', () => {
  const documented = { fromMs: 60_000, toMs: 300_000, jobs: 0 };

  test.each<[string, number[], object]>([
    ['nothing is known', [], documented],
    ['of two jobs too little', [100_000, 110_000], documented],
    [
      'three jobs say it',
      [120_000, 100_000, 110_000],
      { fromMs: 100_000, usualMs: 110_000, toMs: 120_000, jobs: 3 },
    ],
    ['what cannot be does not count', [Number.NaN, -5, 0, 4 * 3_600_000, 100_000, 110_000], documented],
    [
      'one that took very long changes little',
      [...Array.from({ length: 19 }, (_, index) => 100_000 + index * 1000), 3_600_000],
      { fromMs: 102_000, usualMs: 110_000, toMs: 117_000, jobs: 20 },
    ],
  ])('%s', (_name, seen, expected) => {
    expect(expectRunTime(seen, [1, 5])).toEqual(expected);
  });
});
