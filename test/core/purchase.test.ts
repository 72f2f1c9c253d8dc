import { expect, test } from 'vitest';
import { assumedModel } from '../../src/catalog/index.ts';
import { buildRequest } from '../../src/core/build-request.ts';
import { describePurchase } from '../../src/core/purchase.ts';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, leastWish } from '../catalog/get-model.ts';

test.each<[string, Partial<Wish>, string]>([
  ['wan2.6-t2v', {}, '1920x1080, 5 s, with sound; usually 1–5 min'],
  ['wan2.6-t2v', { resolution: '720P', duration: 10 }, '1280x720, 10 s, with sound; usually 1–5 min'],
  [
    'wan2.6-t2v',
    { media: [{ role: 'driving_audio', url: 'https://e.com/a.mp3' }] },
    '1920x1080, 5 s, with your sound; usually 1–5 min',
  ],
  [
    'wan2.6-t2v',
    { shotType: 'multi', duration: 15 },
    '1920x1080, 15 s, with sound, multi-shot; usually 5–10 min',
  ],
  ['wan2.6-i2v-flash', { audio: false }, '1080P, shape of the input, 5 s, silent; usually 1–5 min'],
  ['wan2.7-t2v', { ratio: '4:3', resolution: '720P' }, '1104x832, 5 s, with sound; usually 1–5 min'],
  ['wan3.0-video', { ratio: '16:9', resolution: '480P' }, '832x480, 5 s, with sound; usually 1–5 min'],
  ['wan3.0-video', {}, '1080P, shape as the model likes, 5 s, with sound; usually 1–5 min'],
  ['wan3.0-video', { ratio: '4:3', resolution: '480P' }, '480P 4:3, 5 s, with sound; usually 1–5 min'],
  [
    'wan3.0-video',
    { ratio: '9:16', duration: -1 },
    '1080x1920, as long as the model likes, at most 30 s, with sound; usually 1–5 min',
  ],
])('%s with %j is bought as: %s', (id, asked, line) => {
  const model = getModel('dashscope', id);
  const { request } = buildRequest({ ...leastWish(model), ...asked }, model);
  expect(describePurchase(request, model)).toBe(`${id}: ${line}`);
});

test('of an unknown model only what was asked is said', () => {
  const model = assumedModel('dashscope', 'wan9-video', 't2v');
  const { request } = buildRequest({ mode: 't2v', prompt: 'p', media: [] }, model);
  expect(describePurchase(request, model)).toBe(
    'wan9-video: size unknown, length unknown, sound unknown; usually 1–5 min',
  );
});
