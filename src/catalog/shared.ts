import type { InputRule, MediaRole, MediaRule } from '../core/media-rule.ts';
import type { Model, Variant } from '../core/model.ts';
import type { Region } from '../core/region.ts';
import { sizePixels, tierPixels } from '../core/geometry.ts';

// Cells that several generations of Model Studio's models share.

export const regions = {
  beijing: ['beijing'],
  singapore: ['singapore'],
  virginia: ['virginia'],
  two: ['beijing', 'singapore'],
  four: ['beijing', 'singapore', 'virginia', 'frankfurt'],
  all: ['beijing', 'singapore', 'virginia', 'frankfurt', 'hongkong', 'tokyo'],
} as const satisfies Record<string, readonly Region[]>;

export const common = {
  provider: 'dashscope',
  promptExtend: true,
  watermark: true,
  seed: { min: 0, max: 2_147_483_647 },
  billing: 'output',
  linkHours: 24,
  usualMinutes: { ordinary: [1, 5], heavy: [5, 10] },
} as const satisfies Partial<Model>;

/** Sizes in pixels up to 2.6, for the tiers named. */
export const sizesOfTiers = {
  upTo720: { '480P': sizePixels['480P'], '720P': sizePixels['720P'] },
  only720: { '720P': sizePixels['720P'] },
  from720: { '720P': sizePixels['720P'], '1080P': sizePixels['1080P'] },
  without720: { '480P': sizePixels['480P'], '1080P': sizePixels['1080P'] },
  all: sizePixels,
} as const;

export const tiersFrom720 = { '720P': tierPixels['720P'], '1080P': tierPixels['1080P'] } as const;

export const onlyFive = { kind: 'list', values: [5], default: 5 } as const;
export const fiveOrTen = { kind: 'list', values: [5, 10], default: 5 } as const;
export const twoToFifteen = { kind: 'range', min: 2, max: 15, default: 5 } as const;
export const soundOptional = { kind: 'optional', default: true } as const;

/** One file that must be there. */
export function needed(rule: Omit<InputRule, 'min' | 'max'>): InputRule {
  return { ...rule, min: 1, max: 1 };
}

/** Up to some files that may be there. */
export function upTo(max: number, rule: Omit<InputRule, 'min' | 'max'>): InputRule {
  return { ...rule, max };
}

/** A mode with these inputs, and what else differs in it. */
export function takes(
  roles: Partial<Record<MediaRole, InputRule>>,
  rest: Variant & Omit<MediaRule, 'roles'> = {},
): Variant {
  const { totals, seconds, ...variant } = rest;
  const media: MediaRule = {
    roles,
    ...(totals === undefined ? {} : { totals }),
    ...(seconds === undefined ? {} : { seconds }),
  };
  return { ...variant, media };
}

/** The name of a video effect; it works in Beijing alone, and its list is not public (template pages, 2026-06). */
export const template = {
  kind: 'text',
  place: 'input',
  replacesPrompt: true,
  regions: regions.beijing,
} as const;
