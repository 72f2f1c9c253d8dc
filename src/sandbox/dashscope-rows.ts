import { both, fiveRatios, regions, sizes, three, tiers } from './dashscope-limits.ts';
import type { ModelRow, Shape } from './dashscope-model-row.ts';
import {
  clip26,
  clip27,
  clip30,
  img20,
  img20b,
  reference27,
  sound25,
  sound27,
  sound30,
  voice27,
} from './media-limits.ts';

// wan2.5 to wan3.0 (API references of 2026-05 to 2026-10).

const video = { path: 'video-generation', sound: 'always' } as const;
const wan26 = {
  ...video,
  promptMax: 1500,
  image: img20b,
  clip: clip26,
  speech: sound25,
  defaultSeconds: 5,
} as const;
const text26 = {
  ...wan26,
  task: 't2v',
  shape: { by: 'size', table: sizes('720P', '1080P'), size: '1920*1080' },
  usage: '2.6-size',
} as const;
const image26 = { ...wan26, task: 'i2v', shape: tiers(both, '1080P'), usage: '2.6-tier' } as const;
const reference26 = { ...text26, task: 'r2v', seconds: { min: 2, max: 10 } } as const;
const wan27 = {
  ...video,
  regions: regions.both,
  promptMax: 5000,
  seconds: { min: 2, max: 15 },
  defaultSeconds: 5,
  usage: '2.7',
  image: img20,
  clip: clip27,
  speech: sound27,
} as const;
const shape27: Shape = { by: 'tier', tiers: both, tier: '1080P', ratios: fiveRatios, ratio: '16:9' };
const upTo15 = { min: 2, max: 15 };

/** Rows of the models in common use. */
export const currentRows: readonly ModelRow[] = [
  {
    ...video,
    ids: ['wan3.0-video', 'wan3.0-video-prime'],
    task: 'all',
    regions: regions.all,
    promptMax: 20_000,
    shape: {
      by: 'tier',
      tiers: three,
      tier: '1080P',
      ratios: ['adaptive', ...fiveRatios],
      ratio: 'adaptive',
    },
    seconds: { min: 2, max: 30, also: -1 },
    defaultSeconds: 5,
    sound: 'toggle',
    usage: '2.7',
    image: img20,
    clip: clip30,
    speech: sound30,
  },
  {
    ...wan27,
    ids: ['wan2.7-t2v', 'wan2.7-t2v-2026-04-25', 'wan2.7-t2v-2026-06-12'],
    task: 't2v',
    shape: shape27,
  },
  { ...wan27, ids: ['wan2.7-i2v', 'wan2.7-i2v-2026-04-25'], task: 'media-i2v', shape: tiers(both, '1080P') },
  {
    ...wan27,
    ids: ['wan2.7-r2v', 'wan2.7-r2v-2026-06-12'],
    task: 'media-r2v',
    shape: shape27,
    clip: reference27,
    speech: voice27,
  },
  // 0 keeps the length of the clip that is edited; without a ratio its shape is kept too.
  {
    ...wan27,
    ids: ['wan2.7-videoedit'],
    task: 'edit',
    shape: { by: 'tier', tiers: both, tier: '1080P', ratios: fiveRatios },
    seconds: { min: 2, max: 10, also: 0 },
    defaultSeconds: 0,
  },
  { ...text26, ids: ['wan2.6-t2v'], regions: regions.four, seconds: upTo15 },
  { ...text26, ids: ['wan2.6-t2v-us'], regions: regions.virginia, seconds: [5, 10] },
  { ...image26, ids: ['wan2.6-i2v'], regions: regions.four, seconds: upTo15 },
  { ...image26, ids: ['wan2.6-i2v-flash'], regions: regions.both, seconds: upTo15, sound: 'toggle' },
  { ...image26, ids: ['wan2.6-i2v-us'], regions: regions.virginia, seconds: [5, 10, 15] },
  { ...reference26, ids: ['wan2.6-r2v'], regions: regions.four },
  { ...reference26, ids: ['wan2.6-r2v-flash'], regions: regions.both, sound: 'toggle' },
  {
    ...wan26,
    ids: ['wan2.5-t2v-preview'],
    task: 't2v',
    regions: regions.both,
    shape: { by: 'size', table: sizes(...three), size: '1920*1080' },
    seconds: [5, 10],
    usage: '2.2-text',
    rewrites: true,
  },
  {
    ...wan26,
    ids: ['wan2.5-i2v-preview'],
    task: 'i2v',
    regions: regions.both,
    shape: tiers(three, '1080P'),
    seconds: [5, 10],
    usage: '2.2-image',
    rewrites: true,
  },
];
