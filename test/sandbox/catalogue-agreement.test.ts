import { describe, expect, test } from 'vitest';
import { dashscopeModels } from '../../src/catalog/dashscope.ts';
import { ratiosOf, resolutionsOf, sizesOf } from '../../src/core/geometry.ts';
import { allowsDuration } from '../../src/core/duration-rule.ts';
import { findRow, dashscopeRows } from '../../src/sandbox/dashscope-models.ts';

// The sandbox and the client's catalogue read the same documents apart from each other. Where they differ, one of
// them is wrong.

describe.each(dashscopeModels.map((model) => [model.id, model] as const))('%s', (id, model) => {
  const row = findRow(id);

  test('is known with the same regions and prompt length', () => {
    expect(row?.regions.toSorted()).toEqual(model.regions?.toSorted());
    if (model.promptRequired !== 'never') expect(row?.promptMax).toBe(model.promptMax);
  });

  test.runIf(model.duration.kind !== 'input')('makes the same lengths', () => {
    const rule = row?.seconds ?? [];
    const allowed = (seconds: number) =>
      'min' in rule
        ? (seconds >= rule.min && seconds <= rule.max) || seconds === rule.also
        : rule.includes(seconds);
    for (let seconds = -2; seconds <= 40; seconds += 1) {
      expect([seconds, allowed(seconds)]).toEqual([seconds, allowsDuration(model.duration, seconds)]);
    }
  });

  test('makes the same pictures', () => {
    const { shape } = row ?? {};
    expect(
      shape?.by === 'size'
        ? 'size'
        : shape?.by === 'tier' && shape.ratios !== undefined
          ? 'resolution+ratio'
          : shape?.by === 'input'
            ? 'input'
            : 'resolution',
    ).toBe(model.geometry.kind);
    if (shape?.by === 'size' && model.geometry.kind === 'size') {
      expect(
        sizesOf(shape.table)
          .map(({ size }) => size)
          .toSorted(),
      ).toEqual(
        sizesOf(model.geometry.pixels)
          .map(({ size }) => size)
          .toSorted(),
      );
    } else if (shape?.by === 'tier') {
      expect([...shape.tiers]).toEqual(resolutionsOf(model.geometry));
      expect([...(shape.ratios ?? [])].toSorted()).toEqual(ratiosOf(model.geometry).toSorted());
      expect(model.geometry).toMatchObject({ resolution: shape.tier });
    }
  });

  test('makes sound alike', () => {
    expect(row?.sound).toBe({ always: 'always', never: 'never', optional: 'toggle' }[model.audio.kind]);
  });
});

/** Ids that the vendor's SDK names and its documents no longer do: answered here, and passed on by the program. */
const former = ['wanx-img2video-pro', 'wanx-kf2v', 'wanx-txt2video-pro'];

test('both know the same ids, dated snapshots included', () => {
  const ids = dashscopeModels.flatMap(({ id, snapshots = [] }) => [
    id,
    ...snapshots.map((date) => `${id}-${date}`),
  ]);
  expect(dashscopeRows.flatMap((row) => row.ids).toSorted()).toEqual([...ids, ...former].toSorted());
});

test('no id stands in two rows', () => {
  const ids = dashscopeRows.flatMap((row) => row.ids);
  expect(new Set(ids).size).toBe(ids.length);
});
