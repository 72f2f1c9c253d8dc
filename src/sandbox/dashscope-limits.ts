import { sizePixels, type PixelTable, type Resolution } from '../core/geometry.ts';
import type { Region } from '../core/region.ts';
import type { Shape } from './dashscope-model-row.ts';

// Values that many models share (Model Studio, rate-limit page and API references, 2026-05 to 2026-10).

/** Sets of regions that the documents keep repeating. */
export const regions = {
  beijing: ['beijing'],
  singapore: ['singapore'],
  both: ['beijing', 'singapore'],
  virginia: ['virginia'],
  four: ['beijing', 'singapore', 'virginia', 'frankfurt'],
  all: ['beijing', 'singapore', 'virginia', 'frankfurt', 'hongkong', 'tokyo'],
} as const satisfies Record<string, readonly Region[]>;

/** Tiers that come together. */
export const both = ['720P', '1080P'] as const;
export const three = ['480P', '720P', '1080P'] as const;
export const fiveRatios = ['16:9', '9:16', '1:1', '4:3', '3:4'] as const;
/** The legal sizes of some tiers. */
export const sizes = (...tiers: Resolution[]): PixelTable =>
  Object.fromEntries(tiers.map((tier) => [tier, sizePixels[tier]]));
/** A choice of tiers, and the one taken when none is named. */
export const tiers = (list: readonly Resolution[], tier: Resolution): Shape => ({
  by: 'tier',
  tiers: list,
  tier,
});
