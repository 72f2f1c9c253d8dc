import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildRequest } from '../../src/core/build-request.ts';
import { UsageError } from '../../src/core/errors.ts';
import { ratiosOf, resolutionsOf, sizesOf } from '../../src/core/geometry.ts';
import type { GenerationRequest, MediaInput } from '../../src/core/request.ts';
import { rerunWish, type Changes } from '../../src/core/rerun-wish.ts';
import type { Wish } from '../../src/core/wish.ts';
import { allTasks, getModel, leastWish } from '../catalog/get-model.ts';

const same = { isOther: false };
const other = { isOther: true };

const request = (patch: Partial<GenerationRequest> = {}): GenerationRequest => ({
  mode: 't2v',
  model: 'wan2.6-t2v',
  prompt: 'old',
  media: [],
  ...patch,
});

/** Some of everything that the rules of a task know. */
function wishesOf({ model, mode, vaceFunction, rules }: (typeof allTasks)[number]): Partial<Wish>[] {
  const { geometry, duration } = rules;
  const sizes = geometry.kind === 'size' ? sizesOf(geometry.pixels).map(({ size }) => ({ size })) : [];
  const lengths =
    duration.kind === 'range'
      ? [duration.min, duration.max]
      : duration.kind === 'list'
        ? duration.values
        : [];
  const extras = Object.entries(rules.extras ?? {}).map(([name, rule]) => {
    const typed =
      'values' in rule
        ? (rule.values.at(-1) ?? '')
        : 'min' in rule
          ? String(rule.min)
          : rule.kind === 'boolean'
            ? true
            : 'x';
    return { extras: { ...leastWish(model, mode, vaceFunction).extras, [name]: typed } };
  });
  return [
    {},
    ...sizes,
    ...resolutionsOf(geometry).map((resolution) => ({ resolution })),
    ...ratiosOf(geometry).map((ratio) => ({ ratio })),
    ...lengths.map((seconds) => ({ duration: seconds })),
    ...extras,
    { audio: false },
    { audio: true },
    { shotType: 'multi' },
    { promptExtend: false },
    { watermark: true, seed: 7, negativePrompt: 'rain' },
    { overrides: [{ path: 'parameters.style', value: { deep: [1] } }] },
  ];
}

test.each(allTasks.map((task) => [task.name, task] as const))(
  '%s: the same again is the same',
  (_name, task) => {
    const { model, mode, vaceFunction } = task;
    let granted = 0;
    for (const patch of wishesOf(task)) {
      const wish = { ...leastWish(model, mode, vaceFunction), ...patch };
      let first: GenerationRequest;
      try {
        first = buildRequest(wish, model).request;
      } catch (error) {
        if (error instanceof UsageError) continue;
        throw error;
      }
      granted += 1;
      // As it comes back from disk.
      const recorded = JSON.parse(JSON.stringify(first)) as GenerationRequest;
      expect(buildRequest(rerunWish(recorded, {}, same), model).request).toEqual(first);
    }
    expect(granted).toBeGreaterThan(0);
  },
);

type Shape = Pick<Wish, 'size' | 'resolution' | 'ratio'>;
const tiers = { resolution: '720P', ratio: '16:9' } as const;

test.each<[string, Partial<GenerationRequest>, Shape, { isOther: boolean }, Shape]>([
  ['as it was', { size: '1280*720' }, {}, same, { size: '1280*720' }],
  ['as it was, in words', tiers, {}, same, tiers],
  ['nothing asked', {}, {}, same, {}],
  [
    'a ratio keeps the tier',
    { size: '1280*720' },
    { ratio: '9:16' },
    same,
    { resolution: '720P', ratio: '9:16' },
  ],
  [
    'a tier keeps the ratio',
    { size: '832*1088' },
    { resolution: '1080p' },
    same,
    { resolution: '1080p', ratio: '3:4' },
  ],
  [
    'sizes of 2.7, too',
    { size: '1648*1248' },
    { resolution: '720P' },
    same,
    { resolution: '720P', ratio: '4:3' },
  ],
  ['words', tiers, { ratio: '1:1' }, same, { resolution: '720P', ratio: '1:1' }],
  ['one word', { ratio: '16:9' }, { resolution: '480P' }, same, { resolution: '480P', ratio: '16:9' }],
  [
    'both',
    { size: '1280*720' },
    { resolution: '1080P', ratio: '1:1' },
    same,
    { resolution: '1080P', ratio: '1:1' },
  ],
  ['a size', { size: '1280*720' }, { size: '960x960' }, same, { size: '960x960' }],
  ['a size for words', tiers, { size: '960x960' }, same, { size: '960x960' }],
  [
    'a size and a contradiction',
    tiers,
    { size: '960x960', ratio: '9:16' },
    same,
    { size: '960x960', ratio: '9:16' },
  ],
  ['odd pixels', { size: '100*100' }, { ratio: '9:16' }, same, { ratio: '9:16' }],
  ['odd pixels, kept', { size: '100*100' }, {}, other, { size: '100*100' }],
  ['another model', { size: '1088*832' }, {}, other, { resolution: '720P', ratio: '4:3' }],
  [
    'another model, a tier',
    { size: '1088*832' },
    { resolution: '1080P' },
    other,
    { resolution: '1080P', ratio: '4:3' },
  ],
])('shape: %s', (_name, recorded, asked, models, expected) => {
  const { size, resolution, ratio } = rerunWish(request(recorded), asked, models);
  expect({ size, resolution, ratio }).toEqual({
    size: undefined,
    resolution: undefined,
    ratio: undefined,
    ...expected,
  });
});

test('a 4:3 picture of one generation becomes that of another', () => {
  const wish = rerunWish(request({ size: '1088*832' }), {}, other);
  expect(buildRequest(wish, getModel('dashscope', 'wan2.7-t2v')).request).toMatchObject({
    resolution: '720P',
    ratio: '4:3',
  });
});

test.each<[string, Partial<GenerationRequest>, Changes, Partial<Wish>]>([
  ['the prompt', {}, { prompt: 'new' }, { prompt: 'new' }],
  [
    'what is not changed',
    { seed: 7, duration: 5, audio: false },
    { seed: 8 },
    { prompt: 'old', seed: 8, duration: 5, audio: false },
  ],
  ['the negative prompt', { negativePrompt: 'rain' }, { negativePrompt: 'snow' }, { negativePrompt: 'snow' }],
  [
    'the function of vace',
    { mode: 'vace', vaceFunction: 'video_edit' },
    {},
    { mode: 'vace', vaceFunction: 'video_edit' },
  ],
  [
    'a field',
    { extras: { strength: 0.5, obj_or_bg: ['obj', 'bg'], check_image: false, mask_frame_id: 3 } },
    { extras: { strength: '0.25' } },
    { extras: { strength: '0.25', obj_or_bg: 'obj,bg', check_image: false, mask_frame_id: '3' } },
  ],
  [
    'a param',
    {
      overrides: [
        { path: 'a', value: 1 },
        { path: 'b.c', value: 2 },
      ],
    },
    {
      overrides: [
        { path: 'a', value: 3 },
        { path: 'd', value: 4 },
      ],
    },
    {
      overrides: [
        { path: 'b.c', value: 2 },
        { path: 'a', value: 3 },
        { path: 'd', value: 4 },
      ],
    },
  ],
])('changes %s', (_name, recorded, changes, expected) => {
  expect(rerunWish(request(recorded), changes, same)).toMatchObject(expected);
});

test('neither the model nor its silence is part of a wish', () => {
  const wish = rerunWish(request({ omitsModel: true }), {}, same);
  expect(Object.keys(wish).toSorted()).toEqual(['media', 'mode', 'prompt']);
});

test('what the old model is always told is no wish of a new one', () => {
  const recorded = request({ mode: 'animate', extras: { quality: 'std', check_image: true } });
  const unasked = { quality: 'std', other: 'x' };
  expect(rerunWish(recorded, {}, { isOther: true, unasked }).extras).toEqual({ check_image: true });
  expect(rerunWish(recorded, {}, { isOther: false, unasked }).extras).toEqual({
    quality: 'std',
    check_image: true,
  });
  const asked = request({ mode: 'animate', extras: { quality: 'pro' } });
  expect(rerunWish(asked, {}, { isOther: true, unasked }).extras).toEqual({ quality: 'pro' });
});

describe('inputs', () => {
  const input = (text: string): MediaInput => {
    const [role, name] = text.split(' ');
    return { role, url: `https://example.com/${name}` } as MediaInput;
  };
  const show = ({ role, url }: MediaInput) => `${role} ${url.slice('https://example.com/'.length)}`;

  test.each<[string, GenerationRequest['mode'], string[], string[], string[]]>([
    ['stay', 'i2v', ['first_frame a', 'driving_audio b'], [], ['first_frame a', 'driving_audio b']],
    [
      'take the place of their like',
      'i2v',
      ['first_frame a', 'driving_audio b'],
      ['first_frame c'],
      ['first_frame c', 'driving_audio b'],
    ],
    ['are added', 'i2v', ['first_frame a'], ['last_frame b'], ['first_frame a', 'last_frame b']],
    [
      'are one list of references',
      'r2v',
      ['first_frame f', 'reference_image a', 'reference_voice v', 'reference_video b', 'driving_audio s'],
      ['reference_video c', 'reference_image d'],
      ['first_frame f', 'reference_video c', 'reference_image d', 'driving_audio s'],
    ],
    [
      'are references as files and links, too',
      'r2v',
      ['file a', 'link b'],
      ['reference_image c'],
      ['reference_image c'],
    ],
    [
      'keep the references',
      'r2v',
      ['reference_image a', 'reference_video b'],
      ['first_frame f'],
      ['reference_image a', 'reference_video b', 'first_frame f'],
    ],
    ['are one mask', 'vace', ['video v', 'mask_image a'], ['mask_video b'], ['video v', 'mask_video b']],
    [
      'are one speaker',
      's2v',
      ['image a', 'driving_audio s'],
      ['video v', 'reference_image f'],
      ['video v', 'driving_audio s', 'reference_image f'],
    ],
    ['are two in animate', 'animate', ['image a', 'video v'], ['video w'], ['image a', 'video w']],
  ])('%s', (_name, mode, before, now, after) => {
    const wish = rerunWish(request({ mode, media: before.map(input) }), { media: now.map(input) }, same);
    expect(wish.media.map(show)).toEqual(after);
  });

  test('what was given now is there once, in its order, and nothing of its like is left', () => {
    const roles = fc.constantFrom(
      'first_frame',
      'reference_image',
      'reference_video',
      'file',
      'mask_image',
      'mask_video',
    );
    const list = fc.array(
      fc.tuple(roles, fc.nat()).map(([role, name]) => input(`${role} ${name}`)),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(list, list, (before, now) => {
        const { media } = rerunWish(request({ mode: 'r2v', media: before }), { media: now }, same);
        const fresh = media.filter((item) => now.includes(item));
        expect(fresh).toHaveLength(now.length);
        expect(new Set(fresh)).toEqual(new Set(now));
        const references = (items: MediaInput[]) =>
          items.filter(({ role }) => /^(?:reference|file)/u.test(role));
        const wanted = references(now).length > 0 ? references(now) : references(before);
        expect(references(media)).toEqual(wanted);
      }),
    );
  });
});
