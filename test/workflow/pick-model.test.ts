import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import type { Mode } from '../../src/core/mode.ts';
import type { Region } from '../../src/core/region.ts';
import { nextModel, pickModel } from '../../src/workflow/pick-model.ts';
import { modelsFor } from '../../src/catalog/index.ts';
import { failureOf } from '../core/refusal.ts';

test.each<[Mode, Region | undefined, string | undefined, string]>([
  ['t2v', 'beijing', undefined, 'wan2.6-t2v'],
  ['t2v', 'tokyo', undefined, 'wan3.0-video'],
  ['i2v', 'frankfurt', undefined, 'wan2.6-i2v'],
  ['t2v', undefined, 'wan2.6-t2v-us', 'wan2.6-t2v-us'],
  ['t2v', 'virginia', ' wan2.6-t2v-us ', 'wan2.6-t2v-us'],
])('%s in %s, asked for %s: %s', (mode, region, asked, id) => {
  const picked = pickModel('dashscope', mode, region, asked);
  expect(picked.model.id).toBe(id);
  expect(picked.warnings).toEqual([]);
});

test.each<[Mode, Region | undefined, string | undefined, RegExp, RegExp]>([
  [
    'i2v',
    undefined,
    'wan2.6-t2v',
    /does not do image to video/u,
    /^wan t2v -m wan2\.6-t2v, or -m wan2\.6-i2v-flash here$/u,
  ],
  [
    'i2v',
    'frankfurt',
    'wan2.6-i2v-flash',
    /not offered in frankfurt \(beijing, singapore\)/u,
    /^-m wan2\.6-i2v$/u,
  ],
  ['t2v', 'beijing', 'wan2.6-t2v-us', /not offered in beijing \(virginia\)/u, /^-m wan2\.6-t2v$/u],
  [
    'vace',
    'virginia',
    undefined,
    /dashscope in virginia offers no model for video editing functions/u,
    /^--region singapore has wan2\.1-vace-plus$/u,
  ],
  ['t2v', undefined, 'a model', /not the name of a model/u, /^-m wan2\.6-t2v$/u],
  ['t2v', undefined, '', /not the name of a model/u, /^-m wan2\.6-t2v$/u],
  ['t2v', undefined, 'x"; rm -rf', /not the name of a model/u, /^-m wan2\.6-t2v$/u],
])('%s in %s, asked for %j, is a usage error', async (mode, region, asked, message, hint) => {
  const error = await failureOf(() => pickModel('dashscope', mode, region, asked));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(message);
  expect(error.hint).toMatch(hint);
});

test('an unknown model passes with a warning', () => {
  const picked = pickModel('dashscope', 't2v', 'tokyo', 'wan4.1-t2v');
  expect(picked.model).toMatchObject({ id: 'wan4.1-t2v', unchecked: true });
  expect(picked.warnings).toEqual(['dashscope has no model wan4.1-t2v that wan knows; it is sent unchecked']);
});

test.each([
  ['t2v', 'wan2.6-tv2', 'wan2.6-t2v'],
  ['i2v', 'wan2.6-i2v-falsh', 'wan2.6-i2v-flash'],
  ['t2v', 'wan2.5-t2v', 'wan2.5-t2v-preview'],
  ['t2v', 'WAN2.6-T2V', 'wan2.6-t2v'],
] as const)('a mistyped model of %s: %s was meant for %s', (mode, id, meant) => {
  const picked = pickModel('dashscope', mode, undefined, id);
  expect(picked.model.unchecked).toBe(true);
  expect(picked.warnings).toEqual([
    `dashscope has no model ${id} that wan knows; did you mean ${meant}? it is sent unchecked`,
  ]);
});

test('a newer snapshot of a known model is held against its row, wherever it is offered', () => {
  const picked = pickModel('dashscope', 't2v', 'tokyo', 'wan2.6-t2v-2027-01-01');
  expect(picked.model).toMatchObject({ id: 'wan2.6-t2v-2027-01-01', promptMax: 1500 });
  expect(picked.model.unchecked).toBeUndefined();
  expect(picked.warnings).toEqual([
    'wan does not know wan2.6-t2v-2027-01-01; it is taken for a snapshot of wan2.6-t2v',
  ]);
});

test('a model of one provider is unknown to the other', () => {
  expect(pickModel('acedata', 't2v', undefined, 'wan2.7-t2v').model.unchecked).toBe(true);
});

test.each([
  ['wan2.6-t2v', 'wan2.7-t2v'],
  ['wan2.7-t2v', 'wan3.0-video'],
  ['wan2.6-t2v-us', 'wan2.5-t2v-preview'],
  ['wan2.1-t2v-plus', undefined],
  ['not-listed', 'wan2.6-t2v'],
])('after %s comes %s', (id, next) => {
  expect(nextModel(modelsFor('dashscope', 't2v', undefined), id)?.id).toBe(next);
});

describe('SinanCode', () => {
  test('is left to choose its model unless one is named', () => {
    expect(pickModel('sinancode', 'i2v', undefined, undefined)).toMatchObject({
      model: { id: 'wan2.6-i2v' },
      omitsModel: true,
    });
    expect(pickModel('sinancode', 'i2v', undefined, 'wan2.6-i2v').omitsModel).toBe(false);
    expect(pickModel('dashscope', 'i2v', undefined, undefined).omitsModel).toBe(false);
  });

  test('has no text to video, and says who has', async () => {
    const error = await failureOf(() => pickModel('sinancode', 't2v', undefined, undefined));
    expect(error.message).toBe('sinancode offers no model for text to video that wan knows');
    expect(error.hint).toBe(
      '--provider dashscope, or `wan config set path.t2v /… --provider sinancode` if it has one after all',
    );
  });

  test('is tried, unchecked and without a model, on a path of the user’s own', () => {
    expect(pickModel('sinancode', 't2v', undefined, undefined, true)).toMatchObject({
      model: { unchecked: true },
      omitsModel: true,
    });
  });
});

test('a mode that a provider lacks names one that has it', async () => {
  const error = await failureOf(() => pickModel('acedata', 'animate', undefined, undefined));
  expect(error.hint).toBe('--provider dashscope');
});

test('a dated snapshot goes by the rules of its base, under its own name', () => {
  const picked = pickModel('dashscope', 'extend', 'beijing', 'wan2.7-i2v-2026-04-25');
  expect(picked.model).toMatchObject({ id: 'wan2.7-i2v-2026-04-25', dialect: 'media-list' });
  expect(picked.model.unchecked).toBeUndefined();
  expect(picked.warnings).toEqual([]);
});
