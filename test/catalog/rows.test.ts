import { expect, test } from 'vitest';
import { allModels } from '../../src/catalog/index.ts';
import type { Model, ProviderId } from '../../src/core/model.ts';
import { getModel } from './get-model.ts';

// What the services' documents say of each model as a whole, typed by hand from the pages that the rows name, so that a
// slip in a shared cell of the catalogue shows. What differs by mode stands in tasks.test.ts.

const four = 'beijing singapore virginia frankfurt';
const two = 'beijing singapore';
const everywhere = 'beijing singapore virginia frankfurt hongkong tokyo';
const wide = '0-2147483647';
const none = undefined;
const output = 'output';
const five = 'output+input5';
const input = 'output+input';

/**
 * Regions, snapshots; prompt, whether it is needed, negative prompt; shots, prompt extension, seed, watermark, callback;
 * how references are called, what is billed, hours that a link lives.
 */
type Cells = [
  regions: string | undefined,
  snapshots: string,
  promptMax: number,
  promptRequired: Model['promptRequired'],
  negativePromptMax: number | undefined,
  shotType: boolean,
  promptExtend: boolean | 'unlisted',
  seed: string | undefined,
  watermark: boolean,
  callback: boolean,
  referenceNames: string | undefined,
  billing: string,
  linkHours: number | null,
];

const anySeed = '-1-2147483647';
const wan30: Cells = [
  everywhere,
  '',
  20_000,
  'or-media',
  none,
  false,
  true,
  anySeed,
  true,
  false,
  'Image N',
  input,
  24,
];
const wan26 = (regions: string, needed: 'yes' | 'no'): Cells => [
  regions,
  '',
  1500,
  needed,
  500,
  true,
  true,
  wide,
  true,
  false,
  none,
  output,
  24,
];
const refs26 = (regions: string): Cells => [
  regions,
  '',
  1500,
  'yes',
  500,
  true,
  'unlisted',
  wide,
  true,
  false,
  'characterN',
  five,
  24,
];
const wan25 = (needed: 'yes' | 'no'): Cells => [
  two,
  '',
  1500,
  needed,
  500,
  false,
  true,
  wide,
  true,
  false,
  none,
  output,
  24,
];
const old = (regions: string, needed: 'yes' | 'no'): Cells => [
  regions,
  '',
  800,
  needed,
  500,
  false,
  true,
  wide,
  true,
  false,
  none,
  output,
  24,
];
const vace = (regions: string): Cells => [
  regions,
  '',
  800,
  'yes',
  none,
  false,
  true,
  wide,
  true,
  false,
  none,
  output,
  24,
];
const portrait = (regions: string, hasMark: boolean): Cells => [
  regions,
  '',
  0,
  'never',
  none,
  false,
  false,
  none,
  hasMark,
  false,
  none,
  output,
  24,
];
const ace26 = (names: string | undefined, billing: string): Cells => [
  none,
  '',
  1500,
  'yes',
  500,
  true,
  true,
  none,
  false,
  true,
  names,
  billing,
  24,
];
const sinan = (hasShots: boolean): Cells => [
  none,
  '',
  2000,
  'no',
  500,
  hasShots,
  true,
  wide,
  true,
  false,
  none,
  output,
  null,
];

const rows: [provider: ProviderId, id: string, cells: Cells][] = [
  ['dashscope', 'wan3.0-video', wan30],
  ['dashscope', 'wan3.0-video-prime', wan30],
  [
    'dashscope',
    'wan2.7-t2v',
    [two, '2026-04-25 2026-06-12', 5000, 'yes', 500, false, true, wide, true, false, none, output, 24],
  ],
  [
    'dashscope',
    'wan2.7-i2v',
    [two, '2026-04-25', 5000, 'no', 500, false, true, wide, true, false, none, output, 24],
  ],
  [
    'dashscope',
    'wan2.7-r2v',
    [two, '2026-06-12', 5000, 'yes', 500, false, true, wide, true, false, 'Image N', five, 24],
  ],
  [
    'dashscope',
    'wan2.7-videoedit',
    [two, '', 5000, 'no', 500, false, true, wide, true, false, 'Image N', input, 24],
  ],
  ['dashscope', 'wan2.6-t2v', wan26(four, 'yes')],
  ['dashscope', 'wan2.6-t2v-us', wan26('virginia', 'yes')],
  ['dashscope', 'wan2.6-i2v', wan26(four, 'no')],
  ['dashscope', 'wan2.6-i2v-flash', wan26(two, 'no')],
  ['dashscope', 'wan2.6-i2v-us', wan26('virginia', 'no')],
  ['dashscope', 'wan2.6-r2v', refs26(four)],
  ['dashscope', 'wan2.6-r2v-flash', refs26(two)],
  ['dashscope', 'wan2.5-t2v-preview', wan25('yes')],
  ['dashscope', 'wan2.5-i2v-preview', wan25('no')],
  ['dashscope', 'wan2.2-t2v-plus', old(two, 'yes')],
  ['dashscope', 'wan2.2-i2v-plus', old(two, 'no')],
  ['dashscope', 'wan2.2-i2v-flash', old(two, 'no')],
  ['dashscope', 'wan2.2-kf2v-flash', old('beijing', 'no')],
  ['dashscope', 'wanx2.1-t2v-turbo', old('beijing', 'yes')],
  ['dashscope', 'wanx2.1-t2v-plus', old('beijing', 'yes')],
  ['dashscope', 'wanx2.1-i2v-turbo', old('beijing', 'no')],
  ['dashscope', 'wanx2.1-i2v-plus', old('beijing', 'no')],
  ['dashscope', 'wanx2.1-kf2v-plus', old('beijing', 'no')],
  ['dashscope', 'wan2.1-t2v-turbo', old('singapore', 'yes')],
  ['dashscope', 'wan2.1-t2v-plus', old('singapore', 'yes')],
  ['dashscope', 'wan2.1-i2v-turbo', old('singapore', 'no')],
  ['dashscope', 'wan2.1-i2v-plus', old('singapore', 'no')],
  ['dashscope', 'wan2.1-kf2v-plus', old('singapore', 'no')],
  ['dashscope', 'wanx2.1-vace-plus', vace('beijing')],
  ['dashscope', 'wan2.1-vace-plus', vace('singapore')],
  ['dashscope', 'wan2.2-animate-move', portrait(two, true)],
  ['dashscope', 'wan2.2-animate-mix', portrait(two, true)],
  ['dashscope', 'wan2.2-s2v', portrait('beijing', false)],
  ['dashscope', 'videoretalk', portrait('beijing', false)],
  ['acedata', 'wan2.6-t2v', ace26(none, output)],
  ['acedata', 'wan2.6-i2v', ace26(none, output)],
  ['acedata', 'wan2.6-i2v-flash', ace26(none, output)],
  ['acedata', 'wan2.6-r2v', ace26('characterN', five)],
  [
    'acedata',
    'wan3.0-video',
    [none, '', 20_000, 'or-media', none, false, true, wide, true, true, 'Image N', input, null],
  ],
  ['sinancode', 'wan2.6-i2v', sinan(true)],
  ['sinancode', 'wan2.2-kf2v-flash', sinan(false)],
];

test.each(rows)('%s %s', (provider, id, cells) => {
  const model = getModel(provider, id);
  expect([
    model.regions?.join(' '),
    (model.snapshots ?? []).join(' '),
    model.promptMax,
    model.promptRequired,
    model.negativePromptMax,
    model.shotType === true,
    model.promptExtend ?? false,
    model.seed === undefined ? undefined : `${model.seed.min}-${model.seed.max}`,
    model.watermark === true,
    model.callback === true,
    model.referenceNames,
    model.billing,
    model.linkHours,
  ]).toEqual(cells);
});

test('no row is left out', () => {
  const listed = rows.map(([provider, id]) => `${provider} ${id}`);
  expect(listed.toSorted()).toEqual(allModels.map(({ provider, id }) => `${provider} ${id}`).toSorted());
});
