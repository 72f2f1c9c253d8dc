import { expect, test } from 'vitest';
import { assumedModel } from '../../src/catalog/index.ts';
import { buildRequest } from '../../src/core/build-request.ts';
import { chooseSeed } from '../../src/core/choose-seed.ts';
import { describePurchase } from '../../src/core/purchase.ts';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, leastWish } from '../catalog/get-model.ts';

test.each<[string, Partial<Wish>, string]>([
  ['wan2.6-t2v', {}, 'the service’s default size, 5 s, with sound; usually 1–5 min'],
  ['wan2.6-t2v', { resolution: '720P', duration: 10 }, '1280x720, 10 s, with sound; usually 1–5 min'],
  [
    'wan2.6-t2v',
    { media: [{ role: 'driving_audio', url: 'https://e.com/a.mp3' }] },
    'the service’s default size, 5 s, with your sound; usually 1–5 min',
  ],
  [
    'wan2.6-t2v',
    { shotType: 'multi', duration: 15 },
    'the service’s default size, 15 s, with sound, multi-shot; usually 5–10 min',
  ],
  [
    'wan2.6-i2v-flash',
    { audio: false },
    'the service’s default size, shape of the input, 5 s, silent; usually 1–5 min',
  ],
  ['wan2.7-t2v', { ratio: '4:3', resolution: '720P' }, '1104x832, 5 s, with sound; usually 1–5 min'],
  ['wan3.0-video', { ratio: '16:9', resolution: '480P' }, '832x480, 5 s, with sound; usually 1–5 min'],
  ['wan3.0-video', {}, 'the service’s default size, 5 s, with sound; usually 1–5 min'],
  ['wan3.0-video', { ratio: '4:3', resolution: '480P' }, '480P 4:3, 5 s, with sound; usually 1–5 min'],
  [
    'wan3.0-video',
    { ratio: '9:16', duration: -1 },
    'the service’s default size 9:16, as long as the model likes, at most 30 s, with sound; usually 1–5 min',
  ],
  ['wan2.7-t2v', {}, 'the service’s default size, 5 s, with sound; usually 1–5 min'],
  [
    'wan2.7-t2v',
    { resolution: '720P' },
    '720P, the service’s default shape, 5 s, with sound; usually 1–5 min',
  ],
  ['wan2.7-r2v', {}, 'the service’s default size, 5 s, with sound; usually 1–5 min'],
  [
    'wan2.7-videoedit',
    { ratio: '1:1' },
    'the service’s default size 1:1, as long as the input, with sound, billed: the result, as long as the input + the input clips; how long that is, is not known here; usually 1–5 min',
  ],
  ['wan2.6-t2v', { size: '1280x720', seed: 7 }, '1280x720, 5 s, with sound, seed 7; usually 1–5 min'],
  ['wan3.0-video', { seed: -1 }, 'the service’s default size, 5 s, with sound; usually 1–5 min'],
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

const videos = (count: number, wish: Partial<Wish>, id = 'wan2.6-t2v') => {
  const model = getModel('dashscope', id);
  const { request } = buildRequest({ ...leastWish(model), ...wish }, model);
  const rules = { asked: wish.seed, rules: model, index: 1 };
  return describePurchase(
    chooseSeed(request, rules, () => 0.5),
    model,
    count,
  );
};

test.each<[number, Partial<Wish>, string, string | undefined]>([
  [100, { duration: 15 }, '15 s, with sound, a seed each; 1,500 s billed in all; usually', undefined],
  [3, { seed: 7 }, 'seeds from 7; 15 s billed in all', undefined],
  [2, { duration: -1 }, 'at most 60 s billed in all', 'wan3.0-video'],
  [2, { overrides: [{ path: 'duration', value: 9 }] }, '2 × billed seconds unknown', undefined],
])('%i videos with %j: %s', (count, wish, part, id) => {
  const line = videos(count, wish, id);
  expect(line).toContain(part);
  expect(line).toMatch(new RegExp(`^${count} × wan`, 'u'));
});

const clip = (seconds?: number): Wish => {
  const facts = {
    kind: 'video',
    format: 'mp4',
    bytes: 9000,
    width: 1280,
    height: 720,
    seconds: seconds ?? 0,
  } as const;
  const url = 'https://e.com/a.mp4';
  const media: Wish['media'] = [{ role: 'first_clip', url, ...(seconds === undefined ? {} : { facts }) }];
  return { mode: 'extend', prompt: 'p', media };
};

test.each<[number | undefined, Partial<Wish>, number | undefined, string]>([
  [5, {}, 10, '10 s in all: 5 s yours + 5 s new; 10 s billed; usually'],
  [5.04, {}, 10, '10 s in all: 5 s yours + 5 s new; 10 s billed'],
  [3.6, {}, 9, '9 s in all: 3.6 s yours + 5.4 s new; 9 s billed'],
  [9.9, {}, 15, '15 s in all: 9.9 s yours + 5.1 s new; 15 s billed'],
  [3, { duration: 12 }, 12, '12 s in all: 3 s yours + 9 s new; 12 s billed'],
  [undefined, {}, undefined, '5 s in all, your clip included; 5 s billed'],
  [5, { overrides: [{ path: 'parameters.duration', value: 7 }] }, undefined, ''],
])('a clip of %s s, continued with %j: %s s in all', (seconds, wish, duration, words) => {
  const model = getModel('dashscope', 'wan2.7-i2v');
  const { request } = buildRequest({ ...clip(seconds), ...wish }, model);
  expect(request.duration).toBe(duration);
  expect(request.filled).toEqual(
    wish.duration === undefined && duration !== undefined ? ['duration'] : undefined,
  );
  expect(describePurchase(request, model)).toContain(words);
});

test('wan3.0 counts the new part alone, and is told nothing', () => {
  const { request } = buildRequest(clip(5), getModel('dashscope', 'wan3.0-video'));
  expect(request.duration).toBeUndefined();
});
