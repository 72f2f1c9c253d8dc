import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildRequest } from '../../src/core/build-request.ts';
import { nearestSize, parseSize, sizePixels, sizesOf, tierPixels } from '../../src/core/geometry.ts';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, leastWish } from '../catalog/get-model.ts';
import { refusalOf } from './refusal.ts';

type Asked = Pick<Wish, 'size' | 'resolution' | 'ratio'>;

function shapeOf(id: string, asked: Asked) {
  const model = getModel('dashscope', id);
  const { size, resolution, ratio } = buildRequest({ ...leastWish(model), ...asked }, model).request;
  return Object.fromEntries(
    Object.entries({ size, resolution, ratio }).filter(([, value]) => value !== undefined),
  );
}

test.each<[string, Asked, object]>([
  ['wan2.6-t2v', {}, {}],
  ['wan2.6-t2v', { size: '1280x720' }, { size: '1280*720' }],
  ['wan2.6-t2v', { resolution: '720p' }, { size: '1280*720' }],
  ['wan2.6-t2v', { ratio: '9:16' }, { size: '1080*1920' }],
  ['wan2.6-t2v', { resolution: '720P', ratio: '9:16' }, { size: '720*1280' }],
  ['wan2.6-t2v', { resolution: '720P', ratio: '4:3' }, { size: '1088*832' }],
  ['wan2.6-t2v', { resolution: '1080P', ratio: '3:4' }, { size: '1248*1632' }],
  ['wan2.6-t2v', { size: '1088*832', resolution: '720P', ratio: '4:3' }, { size: '1088*832' }],
  ['wan2.7-t2v', {}, {}],
  ['wan2.7-t2v', { resolution: ' 720 ' }, { resolution: '720P' }],
  ['wan2.7-t2v', { ratio: ' 1:1 ' }, { ratio: '1:1' }],
  ['wan2.7-t2v', { size: '1104x832' }, { resolution: '720P', ratio: '4:3' }],
  ['wan2.7-t2v', { size: '1248*1648' }, { resolution: '1080P', ratio: '3:4' }],
  ['wan2.7-t2v', { size: '720x1280', ratio: '9:16' }, { resolution: '720P', ratio: '9:16' }],
  ['wan3.0-video', { size: '832x480' }, { resolution: '480P', ratio: '16:9' }],
  ['wan3.0-video', { ratio: 'Adaptive' }, { ratio: 'adaptive' }],
  ['wan3.0-video', { resolution: '480P', ratio: '4:3' }, { resolution: '480P', ratio: '4:3' }],
  ['wan2.6-i2v', { resolution: '1080p' }, { resolution: '1080P' }],
])('%s: %j becomes %j', (id, asked, expected) => {
  expect(shapeOf(id, asked)).toEqual(expected);
});

test.each<[string, Asked, string | RegExp, string]>([
  ['wan2.7-t2v', { size: '1088x832' }, /^--size 1088x832 is not offered/u, 'the nearest is --size 1104x832'],
  ['wan2.6-t2v', { size: '1104x832' }, /^--size 1104x832 is not offered/u, 'the nearest is --size 1088x832'],
  ['wan2.6-t2v', { size: '832x480' }, /^--size 832x480 is not offered/u, 'the nearest is --size 1280x720'],
  ['wan2.6-t2v', { ratio: 'adaptive' }, /^--ratio adaptive is not offered/u, 'the nearest is --ratio 16:9'],
  [
    'wan2.6-t2v',
    { size: '1280x720', resolution: '1080P' },
    '--size 1280*720 (720P, 16:9) contradicts --resolution 1080P',
    'leave out --resolution 1080P, or leave out --size',
  ],
  [
    'wan2.7-t2v',
    { size: '1280x720', resolution: '720P', ratio: '9:16' },
    '--size 1280*720 (720P, 16:9) contradicts --ratio 9:16',
    'leave out --ratio 9:16, or leave out --size',
  ],
  [
    'wan2.6-i2v',
    { size: '1280x720' },
    '--size 1280x720: wan2.6-i2v takes its shape from the input',
    'use --resolution 720P or 1080P',
  ],
  [
    'wan2.6-i2v',
    { ratio: '16:9' },
    '--ratio 16:9: wan2.6-i2v takes its shape from the input',
    'leave out --ratio',
  ],
])('%s refuses %j', (id, asked, message, hint) => {
  const model = getModel('dashscope', id);
  const error = refusalOf({ ...leastWish(model), ...asked }, model);
  expect(error.message).toMatch(message);
  expect(error.hint).toBe(hint);
});

test.each([
  ['wan2.6-t2v', sizePixels],
  ['wan2.7-t2v', tierPixels],
])('every cell of %s is the same picture in both vocabularies', (id, table) => {
  const offered = sizesOf({ '720P': table['720P'], '1080P': table['1080P'] });
  expect(offered).toHaveLength(10);
  for (const { size, resolution, ratio } of offered) {
    expect(shapeOf(id, { size })).toEqual(shapeOf(id, { resolution, ratio }));
  }
});

test('the nearest size keeps the shape before the number of pixels', () => {
  expect(nearestSize({ width: 3840, height: 2160 }, sizePixels)).toBe('1920*1080');
  expect(nearestSize({ width: 500, height: 500 }, sizePixels)).toBe('624*624');
  expect(nearestSize({ width: 1000, height: 1900 }, sizePixels)).toBe('1080*1920');
});

test.each([
  ['1280x720', { width: 1280, height: 720 }],
  [' 1280 X 720 ', { width: 1280, height: 720 }],
  ['1280×720', { width: 1280, height: 720 }],
  ['1280*720', { width: 1280, height: 720 }],
  ['0x720', undefined],
  ['1280', undefined],
  ['1280x720x3', undefined],
  ['-1280x720', undefined],
  ['1e3x720', undefined],
  ['720P', undefined],
])('the size %j reads as %j', (text, expected) => {
  expect(parseSize(text)).toEqual(expected);
});

test('whatever size is asked for, the nearest one named is granted', () => {
  const side = fc.integer({ min: 1, max: 99_999 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      for (const id of ['wan2.6-t2v', 'wan2.7-t2v', 'wan3.0-video']) {
        const { geometry } = getModel('dashscope', id);
        const size =
          geometry.kind === 'resolution' || geometry.kind === 'input'
            ? undefined
            : nearestSize({ width, height }, geometry.pixels);
        expect(shapeOf(id, { size: size ?? 'none' })).not.toEqual({});
      }
    }),
  );
});
