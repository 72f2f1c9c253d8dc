import { sizePixels, tierPixels } from '../core/geometry.ts';
import type { Model } from '../core/model.ts';

// Alibaba Model Studio. Each generation states once what its models share; a row states what differs.

const all = {
  provider: 'dashscope',
  promptExtend: true,
  watermark: true,
  linkHours: 24,
  usualMinutes: { ordinary: [1, 5], heavy: [5, 10] },
} as const satisfies Partial<Model>;

const size2026 = {
  kind: 'size',
  pixels: { '720P': sizePixels['720P'], '1080P': sizePixels['1080P'] },
  resolution: '1080P',
  ratio: '16:9',
} as const satisfies Model['geometry'];

const tiers720to1080 = ['720P', '1080P'] as const;
const seed = { min: 0, max: 2_147_483_647 };

const wan26 = {
  ...all,
  promptMax: 1500,
  negativePromptMax: 500,
  seed,
  shotType: true,
  audio: { kind: 'always' },
  checked: '2026-10-12',
} as const satisfies Partial<Model>;

const wan26Text = {
  ...wan26,
  modes: ['t2v'],
  dialect: 'input-fields',
  promptRequired: 'yes',
  geometry: size2026,
  audioUrl: true,
  source: 'Model Studio, "Legacy Wan text-to-video API reference"',
} as const satisfies Partial<Model>;

const wan26Image = {
  ...wan26,
  modes: ['i2v'],
  dialect: 'input-fields',
  promptRequired: 'no',
  geometry: { kind: 'resolution', resolutions: tiers720to1080, resolution: '1080P' },
  audioUrl: true,
  media: { roles: { first_frame: { min: 1, max: 1 } } },
  source: 'Model Studio, "Legacy image-to-video API reference"',
} as const satisfies Partial<Model>;

const wan26Reference = {
  ...wan26,
  modes: ['r2v'],
  dialect: 'input-fields',
  promptRequired: 'yes',
  geometry: size2026,
  duration: { kind: 'range', min: 2, max: 10, default: 5 },
  media: { roles: { reference_image: { max: 5 }, reference_video: { max: 3 } }, total: { min: 1, max: 5 } },
  referenceNames: 'characterN',
  source: 'Model Studio, "Legacy Wan reference-to-video API reference"',
} as const satisfies Partial<Model>;

const range2to15 = { kind: 'range', min: 2, max: 15, default: 5 } as const;
const four = ['beijing', 'singapore', 'virginia', 'frankfurt'] as const;
const two = ['beijing', 'singapore'] as const;
const us = ['virginia'] as const;
const soundOptional = { kind: 'optional', default: true } as const;

export const dashscopeModels: readonly Model[] = [
  { ...wan26Text, id: 'wan2.6-t2v', regions: four, duration: range2to15 },
  {
    ...wan26Text,
    id: 'wan2.6-t2v-us',
    regions: us,
    // A summary page prints 2–15; the model's own page 5 or 10.
    duration: { kind: 'list', values: [5, 10], default: 5 },
  },
  { ...wan26Image, id: 'wan2.6-i2v', regions: four, duration: range2to15 },
  { ...wan26Image, id: 'wan2.6-i2v-flash', regions: two, duration: range2to15, audio: soundOptional },
  {
    ...wan26Image,
    id: 'wan2.6-i2v-us',
    regions: us,
    duration: { kind: 'list', values: [5, 10, 15], default: 5 },
  },
  { ...wan26Reference, id: 'wan2.6-r2v', regions: four },
  { ...wan26Reference, id: 'wan2.6-r2v-flash', regions: two, audio: soundOptional },
  {
    ...all,
    id: 'wan2.7-t2v',
    modes: ['t2v'],
    dialect: 'media-list',
    regions: two,
    promptMax: 5000,
    promptRequired: 'yes',
    negativePromptMax: 500,
    geometry: {
      kind: 'resolution+ratio',
      pixels: { '720P': tierPixels['720P'], '1080P': tierPixels['1080P'] },
      ratios: ['16:9', '9:16', '1:1', '4:3', '3:4'],
      resolution: '1080P',
      ratio: '16:9',
    },
    duration: range2to15,
    audio: { kind: 'always' },
    audioUrl: true,
    seed,
    source: 'Model Studio, "Text-to-video API reference"',
    checked: '2026-05-30',
  },
  {
    ...all,
    id: 'wan3.0-video',
    modes: ['t2v'],
    dialect: 'media-list',
    regions: ['beijing', 'singapore', 'virginia', 'frankfurt', 'hongkong', 'tokyo'],
    promptMax: 20_000,
    promptRequired: 'or-media',
    geometry: {
      kind: 'resolution+ratio',
      pixels: tierPixels,
      ratios: ['adaptive', '16:9', '4:3', '1:1', '3:4', '9:16'],
      resolution: '1080P',
      ratio: 'adaptive',
    },
    duration: { kind: 'range', min: 2, max: 30, default: 5, smart: -1 },
    audio: soundOptional,
    seed: { min: -1, max: seed.max },
    // Resellers speak of 5–15 minutes.
    usualMinutes: { ordinary: [1, 5], heavy: [5, 15] },
    source: 'Model Studio, "Wan3.0 – Video generation API reference"',
    checked: '2026-10-15',
  },
];
