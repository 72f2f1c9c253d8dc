import { describe, expect, test } from 'vitest';
import { allModels, assumedModel, findModel, modelsFor, preferredModels } from '../../src/catalog/index.ts';
import { extraFields } from '../../src/cli/extra-flags.ts';
import { mediaFlags } from '../../src/cli/media-flags.ts';
import { buildRequest } from '../../src/core/build-request.ts';
import { allowsDuration } from '../../src/core/duration-rule.ts';
import { readExtra } from '../../src/core/extra.ts';
import { ratiosOf, resolutionsOf, sizePixels, sizesOf, tierPixels } from '../../src/core/geometry.ts';
import { modes, type Mode } from '../../src/core/mode.ts';
import { modesOf, providerIds, type Model, type ProviderId } from '../../src/core/model.ts';
import type { Region } from '../../src/core/region.ts';
import { isProblem } from '../../src/core/problem.ts';
import { dashscopeDialects } from '../../src/providers/dashscope/dialects.ts';
import { allTasks, leastWish, nameOf, type Task } from './get-model.ts';
import { rowSchema } from './row-schema.ts';

const named = allModels.map((model) => [nameOf(model), model] as const);
const tasks = allTasks.map((task) => [task.name, task] as const);

const idsOf = ({ id, snapshots = [] }: Model) => [id, ...snapshots.map((date) => `${id}-${date}`)];

test('no provider has two models of one id, snapshots included', () => {
  const names = allModels.flatMap((model) => idsOf(model).map((id) => `${model.provider} ${id}`));
  expect(names).toEqual([...new Set(names)]);
});

describe.each(named)('%s', (_name, model) => {
  test('is a row', () => {
    expect(rowSchema.safeParse(model).error?.issues).toBeUndefined();
  });

  test('names its regions once each', () => {
    expect(new Set(model.regions).size).toBe(model.regions?.length ?? 0);
  });

  test('is found by its id and by those of its snapshots', () => {
    for (const id of idsOf(model)) {
      const snapshots = id === model.id ? model.snapshots : undefined;
      expect(findModel(model.provider, id)).toEqual({ ...model, id, snapshots });
    }
    expect(findModel(model.provider, `${model.id}-1999-01-01`)).toBeUndefined();
  });

  test('takes longer for heavy work than for ordinary work', () => {
    const { ordinary, heavy = ordinary } = model.usualMinutes;
    expect(ordinary[0]).toBeLessThan(ordinary[1]);
    expect(heavy[1]).toBeGreaterThanOrEqual(ordinary[1]);
  });
});

describe.each(tasks)('%s', (_name, { model, mode, vaceFunction, rules: own }) => {
  test('has defaults that are legal themselves', () => {
    const { geometry, duration } = own;
    if (duration.kind !== 'input') expect(allowsDuration(duration, duration.default)).toBe(true);
    if (geometry.kind !== 'input') expect(resolutionsOf(geometry)).toContain(geometry.resolution);
    if ('ratio' in geometry) expect(ratiosOf(geometry)).toContain(geometry.ratio);
    for (const [name, rule] of Object.entries(own.extras ?? {})) {
      const typed = typeof rule.default === 'number' ? String(rule.default) : rule.default;
      if (typed !== undefined) expect(isProblem(readExtra(name, typed, rule))).toBe(false);
    }
  });

  test('speaks a dialect that exists', () => {
    const dialects = {
      dashscope: Object.keys(dashscopeDialects),
      acedata: ['flat', 'flat-media'],
      sinancode: ['image', 'frames'],
    };
    expect(dialects[model.provider]).toContain(own.dialect);
  });

  test('accepts the least that can be asked of it, without a warning', () => {
    expect(buildRequest(leastWish(model, mode, vaceFunction), model).warnings).toEqual([]);
  });

  test('has a flag for each input and each field, and rules about no others', () => {
    const flags = mediaFlags[mode].map(({ role }) => role);
    const roles = Object.keys(own.media?.roles ?? {});
    for (const role of roles) expect(flags).toContain(role);
    const fields = extraFields(mode).map(({ field }) => field);
    for (const field of Object.keys(own.extras ?? {})) expect(fields).toContain(field);
    const { duration } = own;
    const meant = [
      ...(own.media?.totals ?? []).flatMap((total) => total.roles),
      ...(duration.kind === 'input' ? [duration.role] : []),
      ...(duration.kind !== 'input' && duration.maxWith !== undefined ? [duration.maxWith.role] : []),
    ];
    for (const role of meant) expect(roles).toContain(role);
  });
});

describe.each(modes)('%s', (mode) => {
  const own: readonly Task[] = allTasks.filter((task) => task.mode === mode);

  test('has no flag that none of its models takes', () => {
    const roles = new Set(own.flatMap((task) => Object.keys(task.rules.media?.roles ?? {})));
    const fields = new Set(own.flatMap((task) => Object.keys(task.rules.extras ?? {})));
    for (const { role } of mediaFlags[mode]) {
      if (role !== 'reference') expect([...roles]).toContain(role);
    }
    for (const { field } of extraFields(mode)) expect([...fields]).toContain(field);
  });
});

test.each(providerIds.flatMap((provider) => modes.map((mode) => [provider, mode] as const)))(
  'the preferred models of %s %s exist and do that mode',
  (provider, mode) => {
    const preferred: readonly string[] = preferredModels[provider][mode];
    const offered = allModels.filter((model) => model.provider === provider);
    expect(preferred.length > 0).toBe(offered.some((model) => modesOf(model).includes(mode)));
    for (const id of preferred) expect(findModel(provider, id)?.modes).toHaveProperty(mode);
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
  ['dashscope', 'r2v', 'tokyo', 'wan3.0-video'],
  ['dashscope', 'vace', 'tokyo', undefined],
  ['dashscope', 'kf2v', 'beijing', 'wan2.2-kf2v-flash'],
  ['dashscope', 'kf2v', 'singapore', 'wan2.7-i2v'],
  ['dashscope', 'kf2v', 'virginia', 'wan3.0-video'],
  ['dashscope', 'vace', 'beijing', 'wanx2.1-vace-plus'],
  ['dashscope', 'vace', 'singapore', 'wan2.1-vace-plus'],
  ['dashscope', 'edit', 'beijing', 'wan2.7-videoedit'],
  ['dashscope', 'edit', 'frankfurt', 'wan3.0-video'],
  ['dashscope', 'extend', 'singapore', 'wan2.7-i2v'],
  ['dashscope', 'animate', 'singapore', 'wan2.2-animate-move'],
  ['dashscope', 's2v', 'beijing', 'wan2.2-s2v'],
  ['dashscope', 's2v', 'singapore', undefined],
  ['acedata', 'kf2v', undefined, 'wan3.0-video'],
  ['acedata', 'vace', undefined, undefined],
  ['sinancode', 't2v', undefined, undefined],
  ['sinancode', 'i2v', undefined, 'wan2.6-i2v'],
  ['sinancode', 'kf2v', undefined, 'wan2.2-kf2v-flash'],
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
    'wan3.0-video-prime',
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

test.each<[ProviderId, string, Mode, string]>([
  ['dashscope', 'wan2.6-t2v-2027-01-01', 't2v', 'input-fields'],
  ['dashscope', 'wan2.6-i2v-2027-01-01', 'i2v', 'input-fields'],
  ['dashscope', 'wan2.7-t2v-2027-01-01', 't2v', 'input-fields'],
  ['dashscope', 'wan2.7-i2v-2027-01-01', 'i2v', 'media-list'],
  ['dashscope', 'wan2.7-r2v-2027-01-01', 'r2v', 'media-list'],
  ['dashscope', 'wan2.7-videoedit-2027-01-01', 'edit', 'media-list'],
  ['dashscope', 'wan2.10-i2v', 'i2v', 'media-list'],
  ['dashscope', 'wan3.0-video-2027-01-01', 'i2v', 'all-in-one'],
  ['dashscope', 'wan4-video', 't2v', 'all-in-one'],
  ['dashscope', 'wan2.3-kf2v-flash', 'kf2v', 'frames'],
  ['dashscope', 'wanx2.1-vace-max', 'vace', 'vace'],
  ['dashscope', 'wan2.3-animate-mix', 'animate', 'portrait'],
  ['dashscope', 'wan2.3-s2v', 's2v', 'portrait'],
  ['dashscope', 'videoretalk-2', 's2v', 'portrait'],
  ['dashscope', 'wanx2.1-t2v-max', 't2v', 'input-fields'],
  ['dashscope', 'my-wan3.0', 't2v', 'input-fields'],
  ['acedata', 'wan2.6-r2v-flash', 'r2v', 'flat'],
  ['acedata', 'wan3.0-video-prime', 'i2v', 'flat-media'],
  ['sinancode', 'wan2.7-i2v', 'i2v', 'image'],
  ['sinancode', 'wan2.7-kf2v', 'kf2v', 'frames'],
])('an unknown %s %s for %s is spoken to as %s', (provider, id, mode, dialect) => {
  expect(findModel(provider, id)).toBeUndefined();
  expect(assumedModel(provider, id, mode)).toMatchObject({
    id,
    dialect,
    modes: { [mode]: {} },
    unchecked: true,
  });
});

test.each(
  allTasks.filter(({ model }) => model.provider === 'dashscope').map((task) => [task.name, task] as const),
)('the shape guessed from the id of %s is the one it speaks', (_name, { model, mode, rules: own }) => {
  expect(assumedModel(model.provider, model.id, mode).dialect).toBe(own.dialect);
});
