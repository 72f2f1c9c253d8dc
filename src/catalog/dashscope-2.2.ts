import type { Resolution } from '../core/geometry.ts';
import type { Model, Variant } from '../core/model.ts';
import { common, needed, onlyFive, regions, sizesOfTiers, takes, template } from './shared.ts';
import { img10 } from './media-profiles.ts';

// wan2.2 and wan2.1: silent, five seconds. The ids of 2.1 are `wanx2.1-…` in Beijing and `wan2.1-…` in Singapore.

const old = {
  ...common,
  dialect: 'input-fields',
  promptMax: 800,
  negativePromptMax: 500,
  duration: onlyFive,
  audio: { kind: 'never' },
  checked: '2026-05-30',
} as const satisfies Partial<Model>;

const text = {
  ...old,
  modes: { t2v: {} },
  promptRequired: 'yes',
  source: 'Model Studio, "Legacy Wan text-to-video API reference"',
} as const satisfies Partial<Model>;

const picture = { profile: img10, inline: true } as const;

const image = {
  ...old,
  modes: { i2v: takes({ first_frame: needed(picture) }) },
  promptRequired: 'no',
  extras: { template },
  source: 'Model Studio, "Legacy image-to-video API reference"',
} as const satisfies Partial<Model>;

// The last frame may be left out only for a video effect.
const twoFrames: Variant = takes({
  first_frame: needed(picture),
  last_frame: { ...needed(picture), optionalWith: 'template' },
});

const frames = {
  ...old,
  dialect: 'frames',
  modes: { kf2v: twoFrames },
  promptRequired: 'no',
  extras: { template },
  source: 'Model Studio, "Legacy first and last frame API reference"',
} as const satisfies Partial<Model>;

const tiers = (resolution: Resolution, ...resolutions: Resolution[]) =>
  ({ kind: 'resolution', resolutions, resolution }) as const;

const sized = (pixels: (typeof sizesOfTiers)[keyof typeof sizesOfTiers], resolution: Resolution) =>
  ({ kind: 'size', pixels, resolution, ratio: '16:9' }) as const;

const wan21 = ([prefix, where]: readonly ['wanx2.1' | 'wan2.1', Model['regions'] & {}]): Model[] => [
  { ...text, id: `${prefix}-t2v-turbo`, regions: where, geometry: sized(sizesOfTiers.upTo720, '720P') },
  { ...text, id: `${prefix}-t2v-plus`, regions: where, geometry: sized(sizesOfTiers.only720, '720P') },
  {
    ...image,
    id: `${prefix}-i2v-turbo`,
    regions: where,
    geometry: tiers('720P', '480P', '720P'),
    duration: { kind: 'list', values: [3, 4, 5], default: 5 },
  },
  { ...image, id: `${prefix}-i2v-plus`, regions: where, geometry: tiers('720P', '720P') },
  // Another page prints 480P too.
  { ...frames, id: `${prefix}-kf2v-plus`, regions: where, geometry: tiers('720P', '720P') },
];

export const wan22Models: readonly Model[] = [
  {
    ...text,
    id: 'wan2.2-t2v-plus',
    regions: regions.two,
    geometry: sized(sizesOfTiers.without720, '1080P'),
  },
  { ...image, id: 'wan2.2-i2v-plus', regions: regions.two, geometry: tiers('1080P', '480P', '1080P') },
  // It is priced in Singapore, but missing in that region's table of limits.
  {
    ...image,
    id: 'wan2.2-i2v-flash',
    regions: regions.two,
    geometry: tiers('720P', '480P', '720P', '1080P'),
  },
  {
    ...frames,
    id: 'wan2.2-kf2v-flash',
    regions: regions.beijing,
    geometry: tiers('720P', '480P', '720P', '1080P'),
  },
  ...wan21(['wanx2.1', regions.beijing]),
  ...wan21(['wan2.1', regions.singapore]),
];
