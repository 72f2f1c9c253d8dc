import type { Model } from '../core/model.ts';
import {
  common,
  fiveOrTen,
  needed,
  regions,
  sizesOfTiers,
  soundOptional,
  takes,
  template,
  twoToFifteen,
  upTo,
} from './shared.ts';
import { aud25, img20b, vidR26 } from './media-profiles.ts';

// wan2.6 and wan2.5: a field of its own for each kind of file.

const wan26 = {
  ...common,
  dialect: 'input-fields',
  promptMax: 1500,
  negativePromptMax: 500,
  shotType: true,
  audio: { kind: 'always' },
  checked: '2026-10-12',
} as const satisfies Partial<Model>;

const size = {
  kind: 'size',
  pixels: sizesOfTiers.from720,
  resolution: '1080P',
  ratio: '16:9',
} as const satisfies Model['geometry'];

const sound = upTo(1, { profile: aud25 });
const frame = needed({ profile: img20b, inline: true });

const text = {
  ...wan26,
  modes: { t2v: takes({ driving_audio: sound }) },
  promptRequired: 'yes',
  geometry: size,
  source: 'Model Studio, "Legacy Wan text-to-video API reference"',
} as const satisfies Partial<Model>;

const image = {
  ...wan26,
  modes: { i2v: takes({ first_frame: frame, driving_audio: sound }) },
  promptRequired: 'no',
  geometry: { kind: 'resolution', resolutions: ['720P', '1080P'], resolution: '1080P' },
  extras: { template },
  source: 'Model Studio, "Legacy image-to-video API reference"',
} as const satisfies Partial<Model>;

const reference = {
  ...wan26,
  modes: {
    r2v: takes(
      {
        reference_image: upTo(5, { profile: img20b }),
        reference_video: upTo(3, { profile: vidR26 }),
      },
      { totals: [{ roles: ['reference_image', 'reference_video'], min: 1, max: 5 }] },
    ),
  },
  promptRequired: 'yes',
  // The page's introduction speaks of it, its list of parameters does not.
  promptExtend: 'unlisted',
  geometry: size,
  duration: { kind: 'range', min: 2, max: 10, default: 5 },
  referenceNames: 'characterN',
  billing: 'output+input5',
  source: 'Model Studio, "Legacy Wan reference-to-video API reference"',
} as const satisfies Partial<Model>;

const wan25 = { shotType: false, checked: '2026-05-30', regions: regions.two } as const;

export const wan26Models: readonly Model[] = [
  { ...text, id: 'wan2.6-t2v', regions: regions.four, duration: twoToFifteen },
  // A summary page prints 2–15; the model's own page 5 or 10.
  { ...text, id: 'wan2.6-t2v-us', regions: regions.virginia, duration: fiveOrTen },
  { ...image, id: 'wan2.6-i2v', regions: regions.four, duration: twoToFifteen },
  { ...image, id: 'wan2.6-i2v-flash', regions: regions.two, duration: twoToFifteen, audio: soundOptional },
  {
    ...image,
    id: 'wan2.6-i2v-us',
    regions: regions.virginia,
    duration: { kind: 'list', values: [5, 10, 15], default: 5 },
  },
  { ...reference, id: 'wan2.6-r2v', regions: regions.four },
  { ...reference, id: 'wan2.6-r2v-flash', regions: regions.two, audio: soundOptional },
  {
    ...text,
    ...wan25,
    id: 'wan2.5-t2v-preview',
    geometry: { ...size, pixels: sizesOfTiers.all },
    duration: fiveOrTen,
  },
  {
    ...image,
    ...wan25,
    id: 'wan2.5-i2v-preview',
    geometry: { kind: 'resolution', resolutions: ['480P', '720P', '1080P'], resolution: '1080P' },
    duration: fiveOrTen,
  },
];
