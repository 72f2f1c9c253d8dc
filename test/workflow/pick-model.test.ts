import { expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import type { Mode } from '../../src/core/mode.ts';
import type { Region } from '../../src/core/model.ts';
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
  ['i2v', 'tokyo', undefined, /dashscope in tokyo offers no model for image to video/u, /wan models/u],
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
  const picked = pickModel('dashscope', 't2v', 'tokyo', 'wan2.6-t2v-2027-01-01');
  expect(picked.model).toMatchObject({ id: 'wan2.6-t2v-2027-01-01', unchecked: true });
  expect(picked.warnings).toEqual([
    'dashscope has no model wan2.6-t2v-2027-01-01 that wan knows; it is sent unchecked',
  ]);
});

test('a model of one provider is unknown to the other', () => {
  expect(pickModel('acedata', 't2v', undefined, 'wan2.7-t2v').model.unchecked).toBe(true);
});

test.each([
  ['wan2.6-t2v', 'wan2.7-t2v'],
  ['wan2.7-t2v', 'wan3.0-video'],
  ['wan2.6-t2v-us', undefined],
  ['not-listed', 'wan2.6-t2v'],
])('after %s comes %s', (id, next) => {
  expect(nextModel(modelsFor('dashscope', 't2v', undefined), id)?.id).toBe(next);
});
