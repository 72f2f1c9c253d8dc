import { describe, expect, test } from 'vitest';
import { allModels, assumedModel, findModel, modelsFor, preferredModels } from '../../src/catalog/index.ts';
import { buildRequest } from '../../src/core/build-request.ts';
import { ratiosOf, resolutionsOf, sizePixels, sizesOf, tierPixels } from '../../src/core/geometry.ts';
import { modes, type Mode } from '../../src/core/mode.ts';
import {
  allowsDuration,
  providerIds,
  regionIds,
  type ProviderId,
  type Region,
} from '../../src/core/model.ts';
import { dashscopeDialects } from '../../src/providers/dashscope/dialects.ts';
import { leastWish, nameOf } from './get-model.ts';

const named = allModels.map((model) => [nameOf(model), model] as const);

test('no provider has two models of one id', () => {
  const names = named.map(([name]) => name);
  expect(names).toEqual([...new Set(names)]);
});

describe.each(named)('%s', (_name, model) => {
  test('has defaults that are legal themselves', () => {
    const { geometry, duration } = model;
    expect(allowsDuration(duration, duration.default)).toBe(true);
    expect(resolutionsOf(geometry)).toContain(geometry.resolution);
    if (geometry.kind !== 'resolution') expect(ratiosOf(geometry)).toContain(geometry.ratio);
  });

  test('speaks a dialect that exists', () => {
    const dialects = { dashscope: Object.keys(dashscopeDialects), acedata: ['flat'] };
    expect(dialects[model.provider]).toContain(model.dialect);
  });

  test('accepts the least that can be asked of it, without a warning', () => {
    expect(buildRequest(leastWish(model), model).warnings).toEqual([]);
  });

  test('says where its facts come from, and when they were checked', () => {
    expect(model.source).not.toBe('');
    expect(model.checked).toMatch(/^20\d\d-\d\d-\d\d$/u);
  });

  test('names regions that exist, each once', () => {
    const regions: readonly string[] = model.regions ?? [];
    expect(regions.filter((region) => !regionIds.some((id) => id === region))).toEqual([]);
    expect(new Set(regions).size).toBe(regions.length);
  });

  test('takes longer for heavy work than for ordinary work', () => {
    const { ordinary, heavy = ordinary } = model.usualMinutes;
    expect(ordinary[0]).toBeLessThan(ordinary[1]);
    expect(heavy[1]).toBeGreaterThanOrEqual(ordinary[1]);
  });
});

test.each(providerIds.flatMap((provider) => modes.map((mode) => [provider, mode] as const)))(
  'the preferred models of %s %s exist and do that mode',
  (provider, mode) => {
    const preferred: readonly string[] = preferredModels[provider][mode];
    expect(preferred.length).toBeGreaterThan(0);
    for (const id of preferred) expect(findModel(provider, id)?.modes).toContain(mode);
  },
);

test.each<[ProviderId, Mode, Region | undefined, string | undefined]>([
  ['dashscope', 't2v', undefined, 'wan2.6-t2v'],
  ['dashscope', 'i2v', undefined, 'wan2.6-i2v-flash'],
  ['dashscope', 'r2v', undefined, 'wan2.6-r2v-flash'],
  ['dashscope', 't2v', 'beijing', 'wan2.6-t2v'],
  ['dashscope', 'i2v', 'beijing', 'wan2.6-i2v-flash'],
  ['dashscope', 'r2v', 'beijing', 'wan2.6-r2v-flash'],
  ['dashscope', 'i2v', 'singapore', 'wan2.6-i2v-flash'],
  ['dashscope', 't2v', 'virginia', 'wan2.6-t2v'],
  ['dashscope', 'i2v', 'virginia', 'wan2.6-i2v'],
  ['dashscope', 'r2v', 'virginia', 'wan2.6-r2v'],
  ['dashscope', 't2v', 'frankfurt', 'wan2.6-t2v'],
  ['dashscope', 'i2v', 'frankfurt', 'wan2.6-i2v'],
  ['dashscope', 'r2v', 'frankfurt', 'wan2.6-r2v'],
  ['dashscope', 't2v', 'hongkong', 'wan3.0-video'],
  ['dashscope', 't2v', 'tokyo', 'wan3.0-video'],
  ['dashscope', 'r2v', 'tokyo', undefined],
  ['acedata', 't2v', undefined, 'wan2.6-t2v'],
  ['acedata', 'i2v', undefined, 'wan2.6-i2v-flash'],
  ['acedata', 'r2v', undefined, 'wan2.6-r2v'],
])('the default of %s %s in %s is %s', (provider, mode, region, id) => {
  expect(modelsFor(provider, mode, region).at(0)?.id).toBe(id);
});

test('the other models of a mode follow the preferred ones', () => {
  expect(modelsFor('dashscope', 't2v', 'virginia').map(({ id }) => id)).toEqual([
    'wan2.6-t2v',
    'wan3.0-video',
    'wan2.6-t2v-us',
  ]);
});

test('the pixel tables of 2.6 and 2.7 differ in their 4:3 and 3:4 cells, and nowhere else', () => {
  const cells = (table: typeof sizePixels | typeof tierPixels) =>
    sizesOf(table).map(({ size, resolution, ratio }) => `${resolution} ${ratio} ${size}`);
  const of26 = cells(sizePixels);
  const of27 = cells(tierPixels);
  expect(of26.filter((cell) => !of27.includes(cell))).toEqual([
    '720P 4:3 1088*832',
    '720P 3:4 832*1088',
    '1080P 4:3 1632*1248',
    '1080P 3:4 1248*1632',
  ]);
  expect(of27.filter((cell) => !of26.includes(cell))).toEqual([
    '720P 4:3 1104*832',
    '720P 3:4 832*1104',
    '1080P 4:3 1648*1248',
    '1080P 3:4 1248*1648',
  ]);
  expect(cells(sizePixels)).toEqual(
    expect.arrayContaining(['480P 16:9 832*480', '480P 9:16 480*832', '480P 1:1 624*624']),
  );
});

test.each([
  ['dashscope', 'wan2.6-t2v-2027-01-01', 'input-fields'],
  ['dashscope', 'wan2.7-i2v-2027-01-01', 'media-list'],
  ['dashscope', 'wan2.10-t2v', 'media-list'],
  ['dashscope', 'wan3.0-video-prime', 'media-list'],
  ['dashscope', 'wan4-video', 'media-list'],
  ['dashscope', 'wanx2.1-t2v-turbo', 'input-fields'],
  ['dashscope', 'wan2.2-t2v-plus', 'input-fields'],
  ['dashscope', 'my-wan3.0', 'input-fields'],
  ['acedata', 'wan3.0-video', 'flat'],
] as const)('an unknown %s %s is spoken to as %s', (provider, id, dialect) => {
  expect(assumedModel(provider, id, 't2v')).toMatchObject({ id, dialect, unchecked: true });
});
