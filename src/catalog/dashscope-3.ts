import type { Model } from '../core/model.ts';
import { common, regions, soundOptional } from './shared.ts';
import { wan30 } from './wan-3.ts';

// wan3.0, the all-in-one models.

const row = {
  ...common,
  ...wan30({ resolution: '1080P', inline: true }),
  dialect: 'all-in-one',
  regions: regions.all,
  audio: soundOptional,
  seed: { min: -1, max: common.seed.max },
  // Resellers speak of 5–15 minutes.
  usualMinutes: { ordinary: [1, 5], heavy: [5, 15] },
  source: 'Model Studio, "Wan3.0 – Video generation API reference"',
  checked: '2026-10-15',
} as const satisfies Partial<Model>;

export const wan30Models: readonly Model[] = [
  { ...row, id: 'wan3.0-video' },
  // The same, faster.
  { ...row, id: 'wan3.0-video-prime' },
];
