import { sizePixels, type PixelTable, type Resolution } from '../core/geometry.ts';
import type { Region } from '../core/model.ts';
import type { Shape } from './dashscope-model-row.ts';
import type { InputLimits } from './inputs.ts';

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

const megabyte = 1024 * 1024;
const formats = ['jpeg', 'png', 'bmp', 'webp'] as const;
/** Limits of pictures, by the names of the families' tables. */
export const img20: InputLimits = {
  maxBytes: 20 * megabyte,
  minSide: 240,
  maxSide: 8000,
  maxAspect: 8,
  formats,
};
export const img20b: InputLimits = { ...img20, maxAspect: Infinity };
export const img10: InputLimits = { ...img20b, maxBytes: 10 * megabyte };
export const imgVace: InputLimits = { ...img10, minSide: 360, maxSide: 2000, formats: [...formats, 'tiff'] };
export const imgAnimate: InputLimits = {
  ...img20,
  maxBytes: 5 * megabyte,
  minSide: 200,
  maxSide: 4096,
  maxAspect: 3,
};
export const imgSpeech: InputLimits = { ...img20b, minSide: 400, maxSide: 7000 };

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
