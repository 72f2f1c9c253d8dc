import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildRequest } from '../../src/core/build-request.ts';
import { checkExtras, extraWarnings } from '../../src/core/check-extras.ts';
import { extraFlag, placeExtras, readExtra, readExtras, type ExtraRule } from '../../src/core/extra.ts';
import { isProblem } from '../../src/core/problem.ts';
import type { MediaInput } from '../../src/core/request.ts';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, image, inputs } from '../catalog/get-model.ts';
import { refusalOf } from './refusal.ts';

const choice: ExtraRule = { kind: 'choice', values: ['hull', 'bbox', 'original_mask'] };
const list: ExtraRule = { kind: 'choices', values: ['obj', 'bg'], per: 'reference_image', once: 'bg' };
const ratio: ExtraRule = { kind: 'number', min: 0, max: 1 };
const frame: ExtraRule = { kind: 'integer', min: 120, max: 200 };

test.each<[string | boolean, ExtraRule, unknown]>([
  ['hull', choice, 'hull'],
  [' Original-Mask ', choice, 'original_mask'],
  ['obj,BG', list, ['obj', 'bg']],
  [' obj , bg obj ', list, ['obj', 'bg', 'obj']],
  ['0', ratio, 0],
  ['0.05', ratio, 0.05],
  ['1e-1', ratio, 0.1],
  ['120', frame, 120],
  [true, { kind: 'boolean' }, true],
  [false, { kind: 'boolean' }, false],
  [' speech ', { kind: 'text' }, 'speech'],
])('%j reads as %#', (typed, rule, value) => {
  expect(readExtra('some_field', typed, rule)).toEqual(value);
});

test.each<[string | boolean, ExtraRule, string]>([
  ['hul', choice, 'the nearest is --some-field hull'],
  ['orig', choice, 'the nearest is --some-field original_mask'],
  ['', choice, 'the nearest is --some-field hull'],
  ['obj,sky', list, 'the nearest is --some-field obj,bg'],
  [' , ', list, 'the nearest is --some-field obj,bg'],
  ['1.01', ratio, 'the nearest is --some-field 1'],
  ['-0.2', ratio, 'the nearest is --some-field 0'],
  ['Infinity', ratio, 'the nearest is --some-field 0'],
  ['1e999', ratio, 'the nearest is --some-field 1'],
  ['1e999', { kind: 'integer', min: 1, max: Infinity }, 'the nearest is --some-field 1'],
  [' ', ratio, 'the nearest is --some-field 0'],
  ['0x1', ratio, 'the nearest is --some-field 0'],
  ['half', ratio, 'the nearest is --some-field 0'],
  ['150.6', frame, 'the nearest is --some-field 151'],
  ['yes', { kind: 'boolean' }, 'the nearest is --some-field alone, or with no- before it'],
  [' ', { kind: 'text' }, 'leave it out'],
])('%j is refused: %#', (typed, rule, hint) => {
  expect(readExtra('some_field', typed, rule)).toMatchObject({ hint });
});

test('whatever number is typed, the nearest one named is legal', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.double(), fc.integer(), fc.string()),
      fc.constantFrom(ratio, frame),
      (typed, rule) => {
        const read = readExtra('n', String(typed), rule);
        const named = isProblem(read) ? read.hint.replace('the nearest is --n ', '') : String(read);
        expect(isProblem(readExtra('n', named, rule))).toBe(false);
      },
    ),
  );
});

describe('fields of a model', () => {
  const rules: Record<string, ExtraRule> = {
    quality: {
      kind: 'choice',
      values: ['std', 'pro'],
      default: 'std',
      isAlwaysSent: true,
      wire: { name: 'mode', prefix: 'wan-' },
    },
    template: { kind: 'text', place: 'input', regions: ['beijing'] },
    check_image: { kind: 'boolean', default: true },
  };

  test('what must always be said is added, other defaults are not', () => {
    expect(readExtras({}, rules, 'm', undefined)).toEqual({ quality: 'std' });
  });

  test('a region that lacks a field is held against it only where it is known', () => {
    expect(readExtras({ template: 'x' }, rules, 'm', 'singapore')).toMatchObject({
      message: 'm does not take --template in singapore',
      hint: 'it works in beijing',
    });
    expect(isProblem(readExtras({ template: 'x' }, rules, 'm', 'beijing'))).toBe(false);
    expect(isProblem(readExtras({ template: 'x' }, rules, 'm', undefined))).toBe(false);
  });

  test.each(['__proto__', 'constructor', 'toString', 'strength'])('%s is no field of it', (name) => {
    const typed = Object.fromEntries([[name, 'x']]);
    expect(readExtras(typed, rules, 'm', undefined)).toMatchObject({
      message: `m does not take ${extraFlag(name)}`,
    });
  });

  test('each stands in its place under its name on the wire', () => {
    expect(placeExtras({ quality: 'pro', template: 'x', check_image: false, odd: 1 }, rules)).toEqual({
      input: { template: 'x' },
      parameters: { mode: 'wan-pro', check_image: false, odd: 1 },
    });
    expect(placeExtras(undefined, undefined)).toEqual({ input: {}, parameters: {} });
  });
});

describe('a mask’s frame', () => {
  const rules: Record<string, ExtraRule> = {
    mask_frame_id: { kind: 'integer', min: 1, max: Infinity, countsFramesOf: 'video' },
  };
  const clip = (seconds?: number, framesPerSecond?: number): MediaInput => ({
    role: 'video',
    url: 'file:///v.mp4',
    facts: {
      kind: 'video',
      format: 'mp4',
      bytes: 1,
      ...(seconds === undefined ? {} : { seconds }),
      ...(framesPerSecond === undefined ? {} : { framesPerSecond }),
    },
  });

  test.each([
    [61, clip(2, 30), undefined],
    [62, clip(2, 30), 'the last is --mask-frame-id 61'],
    [49, clip(3.01, 16), undefined],
    [50, clip(3.01, 16), 'the last is --mask-frame-id 49'],
    [9999, clip(2), undefined],
    [9999, clip(undefined, 30), undefined],
  ])('%i of %#', (mask_frame_id, video, hint) => {
    expect(checkExtras({ mask_frame_id }, rules, { media: [video] })?.hint).toBe(hint);
  });
});

test('a video effect takes the prompt’s place, and that is said', () => {
  const model = getModel('dashscope', 'wan2.6-i2v');
  const wish: Wish = { mode: 'i2v', media: [image], extras: { template: 'flying' } };
  expect(buildRequest(wish, model).warnings).toEqual([]);
  expect(buildRequest({ ...wish, prompt: 'p' }, model).warnings).toEqual([
    'with --template the service ignores the prompt',
  ]);
  expect(extraWarnings({ style: 'x' }, { style: { kind: 'text' } }, 'p')).toEqual([]);
});

test('a template in place of the last frame is no reason to send none without it', () => {
  const model = getModel('dashscope', 'wan2.2-kf2v-flash');
  const media = inputs('first_frame', 1);
  expect(buildRequest({ mode: 'kf2v', media, extras: { template: 'x' } }, model).request.media).toEqual(
    media,
  );
  expect(refusalOf({ mode: 'kf2v', media }, model).hint).toBe('--last-frame <file or url>');
  expect(
    refusalOf({ mode: 'kf2v', media: inputs('last_frame', 1), extras: { template: 'x' } }, model).hint,
  ).toBe('--first-frame <file or url>');
});
