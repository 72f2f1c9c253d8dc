import type { Model } from '../core/model.ts';
import { common, needed, regions, takes, tiersFrom720, twoToFifteen, upTo } from './shared.ts';
import { aud27, audV, img20, vid10, vidR27 } from './media-profiles.ts';

// wan2.7: a list of typed files, resolution and ratio in place of a size.

const wan27 = {
  ...common,
  dialect: 'media-list',
  regions: regions.two,
  promptMax: 5000,
  negativePromptMax: 500,
  duration: twoToFifteen,
  audio: { kind: 'always' },
  checked: '2026-05-30',
} as const satisfies Partial<Model>;

const shaped = {
  kind: 'resolution+ratio',
  pixels: tiersFrom720,
  ratios: ['16:9', '9:16', '1:1', '4:3', '3:4'],
  resolution: '1080P',
  ratio: '16:9',
} as const satisfies Model['geometry'];

const image = { profile: img20, inline: true } as const;
const sound = upTo(1, { profile: aud27 });

export const wan27Models: readonly Model[] = [
  {
    ...wan27,
    id: 'wan2.7-t2v',
    snapshots: ['2026-04-25', '2026-06-12'],
    modes: { t2v: takes({ driving_audio: sound }) },
    dialect: 'input-fields',
    promptRequired: 'yes',
    geometry: shaped,
    source: 'Model Studio, "Text-to-video API reference"',
  },
  {
    ...wan27,
    id: 'wan2.7-i2v',
    snapshots: ['2026-04-25'],
    // Together these are the six combinations of files that it takes, and no other.
    modes: {
      i2v: takes({ first_frame: needed(image), last_frame: upTo(1, image), driving_audio: sound }),
      kf2v: takes({ first_frame: needed(image), last_frame: needed(image), driving_audio: sound }),
      extend: takes(
        { first_clip: needed({ profile: vid10 }), last_frame: upTo(1, image) },
        { duration: { ...twoToFifteen, includesInput: true } },
      ),
    },
    promptRequired: 'no',
    geometry: { kind: 'resolution', resolutions: ['720P', '1080P'], resolution: '1080P' },
    source: 'Model Studio, "Image-to-video (general) API reference"',
  },
  {
    ...wan27,
    id: 'wan2.7-r2v',
    snapshots: ['2026-06-12'],
    modes: {
      r2v: takes(
        {
          reference_image: upTo(5, image),
          reference_video: upTo(5, { profile: vidR27 }),
          reference_voice: upTo(5, { profile: audV }),
          first_frame: upTo(1, { ...image, fixesRatio: true }),
        },
        { totals: [{ roles: ['reference_image', 'reference_video'], min: 1, max: 5 }] },
      ),
    },
    promptRequired: 'yes',
    geometry: shaped,
    duration: { ...twoToFifteen, maxWith: { role: 'reference_video', max: 10 } },
    referenceNames: 'Image N',
    billing: 'output+input5',
    source: 'Model Studio, "Wan video-to-video API reference"',
  },
  {
    ...wan27,
    id: 'wan2.7-videoedit',
    modes: { edit: takes({ video: needed({ profile: vid10 }), reference_image: upTo(4, image) }) },
    promptRequired: 'no',
    geometry: {
      kind: 'resolution+ratio',
      pixels: shaped.pixels,
      ratios: shaped.ratios,
      resolution: shaped.resolution,
    },
    duration: {
      kind: 'range',
      min: 2,
      max: 10,
      default: 0,
      special: { value: 0, means: 'as long as the input' },
    },
    extras: { audio_setting: { kind: 'choice', values: ['auto', 'origin'], default: 'auto' } },
    referenceNames: 'Image N',
    billing: 'output+input',
    source: 'Model Studio, "Wan video editing API reference"',
  },
];
