import { sizePixels } from '../core/geometry.ts';
import type { Model } from '../core/model.ts';
import { needed, takes, upTo } from './shared.ts';
import { wan30 } from './wan-3.ts';
import { aud25, img20b, vidR26 } from './media-profiles.ts';

// AceData Cloud. It points to Alibaba's documents for sizes, lengths and files; where its own pages are narrower, they
// win.

const common = {
  provider: 'acedata',
  audio: { kind: 'optional', default: true },
  promptExtend: true,
  callback: true,
  // Its pages say 1–5 minutes; a documented sample took 13.
  usualMinutes: { ordinary: [1, 5], heavy: [5, 15] },
  source: 'AceData Cloud, "Wan Videos Generation API" and openapi/wan.json',
  checked: '2026-10-07',
} as const satisfies Partial<Model>;

const wan26 = {
  ...common,
  dialect: 'flat',
  // The upstream limit; AceData states none.
  promptMax: 1500,
  promptRequired: 'yes',
  negativePromptMax: 500,
  shotType: true,
  billing: 'output',
  linkHours: 24,
} as const satisfies Partial<Model>;

const size = {
  kind: 'size',
  pixels: { '720P': sizePixels['720P'], '1080P': sizePixels['1080P'] },
  resolution: '1080P',
  ratio: '16:9',
} as const satisfies Model['geometry'];

const sound = upTo(1, { profile: aud25 });
const lengths = { kind: 'list', values: [5, 10, 15], default: 5 } as const;

const image = {
  ...wan26,
  modes: { i2v: takes({ first_frame: needed({ profile: img20b }), driving_audio: sound }) },
  geometry: { kind: 'resolution', resolutions: ['720P', '1080P'], resolution: '720P' },
  duration: lengths,
} as const satisfies Partial<Model>;

export const acedataModels: readonly Model[] = [
  {
    ...wan26,
    id: 'wan2.6-t2v',
    modes: { t2v: takes({ driving_audio: sound }) },
    geometry: size,
    duration: lengths,
  },
  { ...image, id: 'wan2.6-i2v' },
  { ...image, id: 'wan2.6-i2v-flash' },
  {
    ...wan26,
    id: 'wan2.6-r2v',
    modes: {
      r2v: takes({
        reference_video: { profile: vidR26, min: 1, max: 3 },
        driving_audio: sound,
      }),
    },
    geometry: size,
    duration: { kind: 'list', values: [5, 10], default: 5 },
    referenceNames: 'characterN',
    // Upstream counts each clip up to 5 s; AceData says nothing.
    billing: 'output+input5',
  },
  {
    ...common,
    // Its schema names no default tier; its own clients take this.
    ...wan30({ resolution: '720P', inline: false, mostFiles: 10 }),
    id: 'wan3.0-video',
    dialect: 'flat-media',
    watermark: true,
    seed: { min: 0, max: 2_147_483_647 },
    // Unsigned addresses that its documents call permanent.
    linkHours: null,
  },
];
