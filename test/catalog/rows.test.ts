import { expect, test } from 'vitest';
import { allModels } from '../../src/catalog/index.ts';
import { sizesOf } from '../../src/core/geometry.ts';
import { describeDurations, type Model } from '../../src/core/model.ts';
import { getModel } from './get-model.ts';

// What the services' documents say of each model, typed by hand from the pages that the rows name, so that a slip in
// a shared cell of the catalogue shows.

const s720 = '1280*720 720*1280 960*960 1088*832 832*1088';
const s1080 = '1920*1080 1080*1920 1440*1440 1632*1248 1248*1632';
const sizes26 = `${s720} ${s1080}, else 1080P 16:9`;
const fromInput = '720P 1080P of the input, else 1080P';
const fromInputSmall = '720P 1080P of the input, else 720P';
const tiers27 = '720P 1080P x 16:9 9:16 1:1 4:3 3:4, else 1080P 16:9';
const tiers30 = '480P 720P 1080P x adaptive 16:9 4:3 1:1 3:4 9:16, else 1080P adaptive';
const four = 'beijing singapore virginia frankfurt';
const two = 'beijing singapore';
const everywhere = 'beijing singapore virginia frankfurt hongkong tokyo';
const frame = 'first_frame 1-1';
const refs26 = 'reference_image 0-5, reference_video 0-3; 1-5 in all';
const clips = 'reference_video 0-3; 1-3 in all';

/** Geometry, seconds, sound, regions, inputs. */
const main: [provider: Model['provider'], id: string, ...cells: string[]][] = [
  ['dashscope', 'wan2.6-t2v', 't2v', sizes26, '2–15 s', 'always', four, 'none'],
  ['dashscope', 'wan2.6-t2v-us', 't2v', sizes26, '5 or 10 s', 'always', 'virginia', 'none'],
  ['dashscope', 'wan2.6-i2v', 'i2v', fromInput, '2–15 s', 'always', four, frame],
  ['dashscope', 'wan2.6-i2v-flash', 'i2v', fromInput, '2–15 s', 'true unless told', two, frame],
  ['dashscope', 'wan2.6-i2v-us', 'i2v', fromInput, '5, 10 or 15 s', 'always', 'virginia', frame],
  ['dashscope', 'wan2.6-r2v', 'r2v', sizes26, '2–10 s', 'always', four, refs26],
  ['dashscope', 'wan2.6-r2v-flash', 'r2v', sizes26, '2–10 s', 'true unless told', two, refs26],
  ['dashscope', 'wan2.7-t2v', 't2v', tiers27, '2–15 s', 'always', two, 'none'],
  [
    'dashscope',
    'wan3.0-video',
    't2v',
    tiers30,
    '2–30 s, or -1 (the model chooses)',
    'true unless told',
    everywhere,
    'none',
  ],
  ['acedata', 'wan2.6-t2v', 't2v', sizes26, '5, 10 or 15 s', 'true unless told', 'no regions', 'none'],
  ['acedata', 'wan2.6-i2v', 'i2v', fromInputSmall, '5, 10 or 15 s', 'true unless told', 'no regions', frame],
  [
    'acedata',
    'wan2.6-i2v-flash',
    'i2v',
    fromInputSmall,
    '5, 10 or 15 s',
    'true unless told',
    'no regions',
    frame,
  ],
  ['acedata', 'wan2.6-r2v', 'r2v', sizes26, '5 or 10 s', 'true unless told', 'no regions', clips],
];

test.each(main)('%s %s: mode, shape, length, sound, regions and inputs', (provider, id, ...cells) => {
  const model = getModel(provider, id);
  expect([
    model.modes.join(' '),
    describeGeometry(model),
    describeDurations(model.duration),
    model.audio.kind === 'optional' ? `${model.audio.default} unless told` : model.audio.kind,
    model.regions?.join(' ') ?? 'no regions',
    describeMedia(model),
  ]).toEqual(cells);
  expect(model.duration.default).toBe(5);
});

const wide = '0-2147483647';
/** Prompt, negative prompt, --audio-url, --shot-type, --seed, --watermark, --callback-url, names, link hours. */
const rest: [provider: Model['provider'], id: string, ...cells: unknown[]][] = [
  ['dashscope', 'wan2.6-t2v', 1500, 'yes', 500, true, true, wide, true, false, undefined, 24],
  ['dashscope', 'wan2.6-t2v-us', 1500, 'yes', 500, true, true, wide, true, false, undefined, 24],
  ['dashscope', 'wan2.6-i2v', 1500, 'no', 500, true, true, wide, true, false, undefined, 24],
  ['dashscope', 'wan2.6-i2v-flash', 1500, 'no', 500, true, true, wide, true, false, undefined, 24],
  ['dashscope', 'wan2.6-i2v-us', 1500, 'no', 500, true, true, wide, true, false, undefined, 24],
  ['dashscope', 'wan2.6-r2v', 1500, 'yes', 500, false, true, wide, true, false, 'characterN', 24],
  ['dashscope', 'wan2.6-r2v-flash', 1500, 'yes', 500, false, true, wide, true, false, 'characterN', 24],
  ['dashscope', 'wan2.7-t2v', 5000, 'yes', 500, true, false, wide, true, false, undefined, 24],
  [
    'dashscope',
    'wan3.0-video',
    20_000,
    'or-media',
    undefined,
    false,
    false,
    '-1-2147483647',
    true,
    false,
    undefined,
    24,
  ],
  ['acedata', 'wan2.6-t2v', 1500, 'yes', 500, true, true, 'none', false, true, undefined, 24],
  ['acedata', 'wan2.6-i2v', 1500, 'yes', 500, true, true, 'none', false, true, undefined, 24],
  ['acedata', 'wan2.6-i2v-flash', 1500, 'yes', 500, true, true, 'none', false, true, undefined, 24],
  ['acedata', 'wan2.6-r2v', 1500, 'yes', 500, true, true, 'none', false, true, 'characterN', 24],
];

test.each(rest)('%s %s: prompts, switches and the life of a link', (provider, id, ...cells) => {
  const model = getModel(provider, id);
  expect([
    model.promptMax,
    model.promptRequired,
    model.negativePromptMax,
    model.audioUrl === true,
    model.shotType === true,
    model.seed === undefined ? 'none' : `${model.seed.min}-${model.seed.max}`,
    model.watermark === true,
    model.callback === true,
    model.referenceNames,
    model.linkHours,
  ]).toEqual(cells);
  expect(model.promptExtend).toBe(true);
});

test('no row is left out of the two tables', () => {
  const listed = (table: typeof rest) => table.map(([provider, id]) => `${provider} ${id}`).toSorted();
  const rows = allModels.map(({ provider, id }) => `${provider} ${id}`).toSorted();
  expect(listed(main)).toEqual(rows);
  expect(listed(rest)).toEqual(rows);
});

function describeGeometry({ geometry }: Model): string {
  if (geometry.kind === 'resolution') {
    return `${geometry.resolutions.join(' ')} of the input, else ${geometry.resolution}`;
  }
  const otherwise = `else ${geometry.resolution} ${geometry.ratio}`;
  if (geometry.kind === 'size') {
    return `${sizesOf(geometry.pixels)
      .map(({ size }) => size)
      .join(' ')}, ${otherwise}`;
  }
  return `${Object.keys(geometry.pixels).join(' ')} x ${geometry.ratios.join(' ')}, ${otherwise}`;
}

function describeMedia({ media }: Model): string {
  if (media === undefined) return 'none';
  const roles = Object.entries(media.roles).map(
    ([role, bounds]) => `${role} ${bounds.min ?? 0}-${bounds.max}`,
  );
  const total = media.total === undefined ? '' : `; ${media.total.min}-${media.total.max} in all`;
  return `${roles.join(', ')}${total}`;
}
