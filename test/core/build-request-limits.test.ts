import { describe, expect, test } from 'vitest';
import { allModels } from '../../src/catalog/index.ts';
import { buildRequest } from '../../src/core/build-request.ts';
import { parseSize, ratiosOf, resolutions, resolutionsOf, sizesOf } from '../../src/core/geometry.ts';
import type { MediaRole, Model } from '../../src/core/model.ts';
import type { Wish } from '../../src/core/wish.ts';
import { leastWish, nameOf } from '../catalog/get-model.ts';
import { refusalOf } from './refusal.ts';

// Every limit is read off the row: its last legal value is granted, one step beyond is refused with the way back.

const named = allModels.map((model) => [nameOf(model), model] as const);
const granted = (model: Model, wish: Partial<Wish>) =>
  buildRequest({ ...leastWish(model), ...wish }, model).request;
const refused = (model: Model, wish: Partial<Wish>) => refusalOf({ ...leastWish(model), ...wish }, model);

describe.each(named)('%s', (_name, model) => {
  test('reads prompts up to its limit, in characters of any alphabet', () => {
    for (const character of ['a', '雨', '😀']) {
      expect(granted(model, { prompt: character.repeat(model.promptMax) }).prompt).toBeDefined();
      const error = refused(model, { prompt: character.repeat(model.promptMax + 1) });
      expect(error.hint).toBe(`shorten it by 1 characters, to ${model.promptMax}`);
    }
  });

  test.runIf(model.negativePromptMax !== undefined)('reads negative prompts up to its limit', () => {
    const max = model.negativePromptMax ?? 0;
    expect(granted(model, { negativePrompt: 'n'.repeat(max) }).negativePrompt).toHaveLength(max);
    expect(refused(model, { negativePrompt: 'n'.repeat(max + 20) }).hint).toBe(
      `shorten it by 20 characters, to ${max}`,
    );
  });

  test('makes the seconds of its list or range, and names the nearest of any other', () => {
    const { duration: rule } = model;
    const legal =
      rule.kind === 'list'
        ? rule.values
        : Array.from({ length: rule.max - rule.min + 1 }, (_, index) => rule.min + index);
    for (const duration of legal) expect(granted(model, { duration }).duration).toBe(duration);
    const min = Math.min(...legal);
    const max = Math.max(...legal);
    const beyond: [asked: number, nearest: number][] = [
      [min - 1, min],
      [max + 1, max],
      [0, min],
      [10_000, max],
    ];
    for (const [asked, nearest] of beyond) {
      expect(refused(model, { duration: asked }).hint).toBe(`the nearest is --duration ${nearest}`);
    }
    if (rule.smart === undefined) expect(refused(model, { duration: -1 }).hint).toContain(`${min}`);
    else expect(granted(model, { duration: rule.smart }).duration).toBe(rule.smart);
  });

  test('offers its resolutions in any spelling, and names the nearest of the others', () => {
    const offered = resolutionsOf(model.geometry);
    for (const tier of resolutions) {
      for (const resolution of [tier, tier.toLowerCase(), ` ${tier.replace('P', '')} `]) {
        if (offered.includes(tier)) granted(model, { resolution });
        else expect(refused(model, { resolution }).hint).toBe(`the nearest is --resolution ${offered[0]}`);
      }
    }
    expect(refused(model, { resolution: '2160P' }).hint).toBe('the nearest is --resolution 1080P');
    expect(refused(model, { resolution: '4K' }).hint).toBe('the nearest is --resolution 1080P');
  });

  test.runIf(model.geometry.kind !== 'resolution')(
    'offers its sizes, and names the nearest of others',
    () => {
      const pixels = model.geometry.kind === 'resolution' ? {} : model.geometry.pixels;
      for (const { size } of sizesOf(pixels)) {
        granted(model, { size });
        granted(model, { size: size.replace('*', 'x') });
        const { width, height } = parseSize(size) ?? { width: 0, height: 0 };
        const hint = `the nearest is --size ${width}x${height}`;
        expect(refused(model, { size: `${width + 1}x${height}` }).hint).toBe(hint);
        expect(refused(model, { size: `${width}×${height - 1}` }).hint).toBe(hint);
      }
      expect(refused(model, { size: '16:9' }).hint).toMatch(/^write it as --size \d+x\d+$/u);
    },
  );

  test.runIf(model.geometry.kind !== 'resolution')(
    'offers its ratios, and names the nearest of others',
    () => {
      for (const ratio of ratiosOf(model.geometry)) granted(model, { ratio });
      expect(refused(model, { ratio: '21:9' }).hint).toBe('the nearest is --ratio 16:9');
      expect(refused(model, { ratio: '9:21' }).hint).toBe('the nearest is --ratio 9:16');
      expect(refused(model, { ratio: '5:4' }).hint).toBe('the nearest is --ratio 4:3');
      expect(refused(model, { ratio: 'wide' }).hint).toMatch(/^the nearest is --ratio \d+:\d+$/u);
    },
  );

  test.runIf(model.seed !== undefined)('takes seeds up to its bounds', () => {
    const { min, max } = model.seed ?? { min: 0, max: 0 };
    for (const seed of [min, max]) expect(granted(model, { seed }).seed).toBe(seed);
    expect(refused(model, { seed: min - 1 }).hint).toBe(`the nearest is --seed ${min}`);
    expect(refused(model, { seed: max + 1 }).hint).toBe(`the nearest is --seed ${max}`);
  });

  test('takes as many inputs of each kind as its rule says', () => {
    const roles = model.media?.roles ?? {};
    const total = model.media?.total?.max ?? Infinity;
    for (const [role, { max }] of Object.entries(roles) as [MediaRole, { max: number }][]) {
      granted(model, { media: inputs(role, Math.min(max, total)) });
      const over = max + 1;
      const error = refused(model, { media: inputs(role, over) });
      expect(error.hint).toBe('leave out 1');
      expect(error.message).toMatch(/takes at most \d/u);
    }
    const strange = (['first_frame', 'reference_image', 'reference_audio'] as const).filter(
      (role) => roles[role] === undefined,
    );
    for (const role of strange) {
      expect(refused(model, { media: [...leastWish(model).media, ...inputs(role, 1)] }).message).toMatch(
        /takes no (?:first frames|reference images|reference sounds)/u,
      );
    }
  });

  test.runIf(model.media !== undefined)('says which input it misses', () => {
    const flag = model.media?.roles.first_frame === undefined ? '--ref-video' : '--image';
    expect(refused(model, { media: [] }).hint).toContain(`${flag} https://…`);
  });
});

test('images and clips together count against the total', () => {
  const model = allModels.find(({ id }) => id === 'wan2.6-r2v');
  if (model === undefined) throw new Error('the row is gone');
  granted(model, { media: [...inputs('reference_image', 3), ...inputs('reference_video', 2)] });
  const error = refused(model, { media: [...inputs('reference_image', 3), ...inputs('reference_video', 3)] });
  expect(error.message).toBe('6 references: wan2.6-r2v takes at most 5');
  expect(error.hint).toBe('leave out 1');
});

function inputs(role: MediaRole, count: number): Wish['media'] {
  return Array.from({ length: count }, (_, index) => ({ role, url: `https://example.com/${index}` }));
}
