import { expect, test } from 'vitest';
import { assumedModel } from '../../src/catalog/index.ts';
import { describeExtension, estimateBill } from '../../src/core/billing.ts';
import { buildRequest } from '../../src/core/build-request.ts';
import type { MediaRole } from '../../src/core/media-rule.ts';
import { rulesFor, type ProviderId } from '../../src/core/model.ts';
import { describePurchase } from '../../src/core/purchase.ts';
import type { MediaInput } from '../../src/core/request.ts';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, image } from '../catalog/get-model.ts';

/** A clip or sound whose length is known, unless it is not. */
function lasting(role: MediaRole, seconds?: number): MediaInput {
  const facts = /audio/u.test(role)
    ? ({ kind: 'audio', format: 'mp3', bytes: 1 } as const)
    : ({ kind: 'video', format: 'mp4', bytes: 1, width: 1280, height: 720 } as const);
  return { role, url: 'https://e.com/x', ...(seconds === undefined ? {} : { facts: { ...facts, seconds } }) };
}

const r2v = { mode: 'r2v', prompt: 'p' } as const;
const edit = { mode: 'edit', prompt: 'p' } as const;
const extend = { mode: 'extend', prompt: 'p' } as const;
const ref = (seconds?: number) => lasting('reference_video', seconds);
const still: MediaInput = { role: 'reference_image', url: 'https://e.com/a.png' };

test.each<[provider: ProviderId, id: string, wish: Wish, seconds: number | undefined, text: string]>([
  ['dashscope', 'wan2.6-t2v', { mode: 't2v', prompt: 'p', media: [], duration: 12 }, 12, '12 s billed'],
  ['dashscope', 'wan2.6-i2v', { mode: 'i2v', media: [image] }, 5, '5 s billed'],
  ['dashscope', 'wan2.6-r2v', { ...r2v, media: [still] }, 5, '5 s billed'],
  [
    'dashscope',
    'wan2.6-r2v',
    { ...r2v, media: [still, ref()], duration: 8 },
    13,
    'at most 13 s billed: 8 s + up to 5 s for the input clip',
  ],
  [
    'dashscope',
    'wan2.7-r2v',
    { ...r2v, media: [ref(2), ref(30), still] },
    15,
    'at most 15 s billed: 5 s + up to 5 s for each of 2 input clips',
  ],
  [
    'acedata',
    'wan2.6-r2v',
    { ...r2v, media: [ref(), ref(), ref()], duration: 10 },
    25,
    'at most 25 s billed: 10 s + up to 5 s for each of 3 input clips',
  ],
  [
    'dashscope',
    'wan2.7-videoedit',
    { ...edit, media: [lasting('video', 7.5)] },
    15,
    '15 s billed: 7.5 s + 7.5 s of input',
  ],
  [
    'dashscope',
    'wan2.7-videoedit',
    { ...edit, media: [lasting('video', 7.5)], duration: 3 },
    10.5,
    '10.5 s billed: 3 s + 7.5 s of input',
  ],
  [
    'dashscope',
    'wan2.7-videoedit',
    { ...edit, media: [lasting('video', 7.5)], duration: 0 },
    15,
    '15 s billed: 7.5 s + 7.5 s of input',
  ],
  [
    'dashscope',
    'wan2.7-videoedit',
    { ...edit, media: [lasting('video')] },
    undefined,
    'billed: the result, as long as the input + the input clips; how long that is, is not known here',
  ],
  [
    'dashscope',
    'wan2.7-videoedit',
    { ...edit, media: [lasting('video')], duration: 4 },
    undefined,
    'billed: 4 s + the input clips; how long that is, is not known here',
  ],
  [
    'dashscope',
    'wan2.7-i2v',
    { ...extend, media: [lasting('first_clip', 3)], duration: 12 },
    12,
    '12 s billed',
  ],
  ['dashscope', 'wan2.7-i2v', { ...extend, media: [lasting('first_clip')], duration: 12 }, 12, '12 s billed'],
  [
    'dashscope',
    'wan3.0-video',
    { mode: 't2v', prompt: 'p', media: [], duration: -1 },
    30,
    'at most 30 s billed',
  ],
  [
    'dashscope',
    'wan3.0-video',
    { ...r2v, media: [ref(4), ref(3.2)], duration: 10 },
    17.2,
    '17.2 s billed: 10 s + 7.2 s of input',
  ],
  [
    'dashscope',
    'wan3.0-video',
    { ...r2v, media: [ref(4)], duration: -1 },
    30,
    'at most 30 s billed: 26 s + 4 s of input',
  ],
  [
    'dashscope',
    'wan3.0-video',
    { ...r2v, media: [ref(4), ref()] },
    undefined,
    'billed: 5 s + the input clips; how long that is, is not known here',
  ],
  [
    'dashscope',
    'wan3.0-video',
    { ...edit, media: [lasting('video', 6)] },
    11,
    '11 s billed: 5 s + 6 s of input',
  ],
  [
    'acedata',
    'wan3.0-video',
    { ...extend, media: [lasting('first_clip', 6)] },
    11,
    '11 s billed: 5 s + 6 s of input',
  ],
  [
    'dashscope',
    'wan2.2-animate-mix',
    { mode: 'animate', media: [lasting('image'), lasting('video', 9.5)] },
    9.5,
    '9.5 s billed',
  ],
  [
    'dashscope',
    'wan2.2-animate-mix',
    { mode: 'animate', media: [lasting('image'), lasting('video')] },
    undefined,
    'billed: the result, as long as the input; how long that is, is not known here',
  ],
  [
    'dashscope',
    'wan2.2-s2v',
    { mode: 's2v', media: [lasting('image'), lasting('driving_audio', 12)] },
    12,
    '12 s billed',
  ],
])('%s %s: %#', (provider, id, wish, seconds, text) => {
  const model = getModel(provider, id);
  const { request } = buildRequest(wish, model);
  const bill = estimateBill(request, rulesFor(model, wish.mode));
  expect(bill).toEqual({ seconds, isAtMost: text.startsWith('at most'), text });
});

test('of an unknown model nothing is promised', () => {
  const model = assumedModel('dashscope', 'wan9-video', 't2v');
  const { request } = buildRequest({ mode: 't2v', prompt: 'p', media: [], duration: 9 }, model);
  expect(estimateBill(request, model)).toEqual({
    seconds: undefined,
    isAtMost: false,
    text: 'billed seconds unknown',
  });
});

test('a clip that is continued is part of the whole, and of the bill', () => {
  const model = getModel('dashscope', 'wan2.7-i2v');
  const { request } = buildRequest({ ...extend, media: [lasting('first_clip', 3)], duration: 12 }, model);
  expect(describeExtension(request, rulesFor(model, 'extend'))).toBe('12 s in all: 3 s yours + 9 s new');
  expect(describePurchase(request, model)).toContain(
    'with sound, 12 s in all: 3 s yours + 9 s new; 12 s billed;',
  );
});

test('of a clip whose length is unknown less is said, of one that is a mere reference nothing', () => {
  const model = getModel('dashscope', 'wan2.7-i2v');
  const { request } = buildRequest({ ...extend, media: [lasting('first_clip')] }, model);
  expect(describeExtension(request, rulesFor(model, 'extend'))).toBe('5 s in all, your clip included');
  const other = getModel('dashscope', 'wan3.0-video');
  const whole = buildRequest({ ...extend, media: [lasting('first_clip', 3)] }, other).request;
  expect(describeExtension(whole, rulesFor(other, 'extend'))).toBeUndefined();
});

test.each<[string, Wish, string | undefined]>([
  ['wan2.7-i2v', { ...extend, media: [lasting('first_clip', 3.4)], duration: 4 }, undefined],
  ['wan2.7-i2v', { ...extend, media: [lasting('first_clip', 4)], duration: 4 }, '--duration 5 or more'],
  ['wan2.7-i2v', { ...extend, media: [lasting('first_clip', 6.2)] }, undefined],
  ['wan2.7-i2v', { ...extend, media: [lasting('first_clip', 6.2)], duration: 6 }, '--duration 7 or more'],
  ['wan2.7-i2v', { ...extend, media: [lasting('first_clip', 9.5)], duration: 8 }, '--duration 10 or more'],
  ['wan2.7-i2v', { ...extend, media: [lasting('first_clip')], duration: 2 }, undefined],
  ['wan3.0-video', { ...r2v, media: [ref(8), ref(7)], duration: 15 }, undefined],
  ['wan3.0-video', { ...r2v, media: [ref(8), ref(6.5)], duration: 16 }, 'the nearest is --duration 15'],
  ['wan3.0-video', { ...edit, media: [lasting('video', 10)], duration: 21 }, 'the nearest is --duration 20'],
  ['wan3.0-video', { ...edit, media: [lasting('video', 10)], duration: -1 }, undefined],
  ['wan3.0-video', { ...r2v, media: [ref()], duration: 30 }, undefined],
])('%s, length against clips: %#', (id, wish, hint) => {
  const run = () => buildRequest(wish, getModel('dashscope', id));
  if (hint === undefined) expect(run).not.toThrow();
  else expect(run).toThrow(expect.objectContaining({ hint, exitCode: 2 }));
});
