import { expect, test } from 'vitest';
import { buildRequest } from '../../src/core/build-request.ts';
import { chooseSeed } from '../../src/core/choose-seed.ts';
import { requestPrint, requestText } from '../../src/core/request-print.ts';
import { rerunWish } from '../../src/core/rerun-wish.ts';
import { assumedModel } from '../../src/catalog/index.ts';
import type { Model, ProviderId } from '../../src/core/model.ts';
import type { GenerationRequest } from '../../src/core/request.ts';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, leastWish } from '../catalog/get-model.ts';

const choose = (model: Model, wish: Partial<Wish>, { index = 1, random = (): number => 0.5 } = {}) => {
  const { request } = buildRequest({ ...leastWish(model), ...wish }, model);
  return chooseSeed(request, { asked: wish.seed, rules: model, index }, random);
};
const row = (id: string, provider: ProviderId = 'dashscope') => getModel(provider, id);
const half = 1_073_741_824;

test.each<[string, Model, Partial<Wish>, number | undefined, boolean]>([
  ['none given', row('wan2.6-t2v'), {}, half, true],
  ['by lot, said aloud', row('wan2.6-t2v'), { seed: 'random' }, half, true],
  ['one given', row('wan2.6-t2v'), { seed: 7 }, 7, false],
  ['nought given', row('wan2.6-t2v'), { seed: 0 }, 0, false],
  ['left to the service', row('wan3.0-video'), { seed: -1 }, -1, false],
  ['wan3.0', row('wan3.0-video'), {}, half, true],
  ['a model that takes none', row('wan2.2-s2v'), {}, undefined, false],
  ['AceData’s wan2.6, which takes none', row('wan2.6-t2v', 'acedata'), {}, undefined, false],
  [
    'set by its path',
    row('wan2.6-t2v'),
    { overrides: [{ path: 'parameters.seed', value: 3 }] },
    undefined,
    false,
  ],
  ['set by its bare name', row('wan2.6-t2v'), { overrides: [{ path: 'seed', value: 3 }] }, undefined, false],
  [
    'all parameters set',
    row('wan2.6-t2v'),
    { overrides: [{ path: 'parameters', value: {} }] },
    undefined,
    false,
  ],
  ['a model nobody knows', assumedModel('dashscope', 'wan9-t2v', 't2v'), {}, undefined, false],
  ['the same, said aloud', assumedModel('dashscope', 'wan9-t2v', 't2v'), { seed: 'random' }, half, true],
])('%s', (_name, model, wish, seed, isDrawn) => {
  const request = choose(model, { mode: model.modes.t2v === undefined ? 's2v' : 't2v', ...wish });
  expect(request.seed).toBe(seed);
  expect(request.filled).toEqual(isDrawn ? ['seed'] : undefined);
});

test('what is drawn is a seed that the model takes', () => {
  const model = row('wan2.6-t2v');
  expect(choose(model, {}, { random: () => 0 }).seed).toBe(1);
  expect(choose(model, {}, { random: () => 1 - Number.EPSILON }).seed).toBe(2_147_483_647);
});

test('of several each has its own', () => {
  const model = row('wan2.6-t2v');
  expect([1, 2, 3].map((index) => choose(model, { seed: 2_147_483_646 }, { index }).seed)).toEqual([
    2_147_483_646, 2_147_483_647, 0,
  ]);
  const numbers = [0.1, 0.9];
  const drawn = [1, 2].map((index) => choose(model, {}, { index, random: () => numbers.pop() ?? 0 }).seed);
  expect(new Set(drawn).size).toBe(2);
});

test('a model that takes no seed refuses one by lot, too', () => {
  expect(() => choose(row('wan2.2-s2v'), { mode: 's2v', seed: 'random' })).toThrow(/--seed/u);
});

const asked = (wish: Partial<Wish>) =>
  requestPrint({
    wish: { mode: 't2v', prompt: 'p', media: [], ...wish },
    provider: 'dashscope',
    model: undefined,
    count: 1,
  });

test('a seed by lot is the same wish, said aloud or not; one that was named is another', () => {
  expect(asked({ seed: 'random' })).toBe(asked({}));
  expect(asked({ seed: 7 })).not.toBe(asked({}));
});

test('to twins it is no matter whether a seed was drawn or named', () => {
  const drawn: GenerationRequest = { ...recorded, seed: 9, filled: ['seed'] };
  expect(requestText(drawn)).toBe(requestText(recorded));
  expect(requestText({ ...drawn, duration: 9 })).not.toBe(requestText(recorded));
});

const recorded: GenerationRequest = { mode: 't2v', model: 'm', prompt: 'p', media: [], seed: 7 };

test.each<[string, Partial<GenerationRequest>, Partial<Wish>, Wish['seed']]>([
  ['one that was asked for stays', {}, {}, 7],
  ['one that was drawn does not', { filled: ['seed'] }, {}, undefined],
  ['a new one takes its place', { filled: ['seed'] }, { seed: 8 }, 8],
  ['by lot instead of one that was asked for', {}, { seed: 'random' }, 'random'],
])('once more: %s', (_name, patch, changes, seed) => {
  expect(rerunWish({ ...recorded, ...patch }, changes, { isOther: false }).seed).toBe(seed);
});

test('once more: a length that the clip decided is decided anew', () => {
  const before = { ...recorded, duration: 10, filled: ['seed', 'duration'] as const };
  const wish = rerunWish(before, {}, { isOther: false });
  expect(wish).not.toHaveProperty('duration');
  expect(wish).not.toHaveProperty('filled');
});
