import { sizePixels } from '../core/geometry.ts';
import type { Model } from '../core/model.ts';

// AceData Cloud. It points to Alibaba's documents for sizes and lengths; where its own pages are narrower, they win.

const wan26 = {
  provider: 'acedata',
  dialect: 'flat',
  // The upstream limit; AceData states none.
  promptMax: 1500,
  promptRequired: 'yes',
  negativePromptMax: 500,
  audio: { kind: 'optional', default: true },
  audioUrl: true,
  shotType: true,
  promptExtend: true,
  callback: true,
  linkHours: 24,
  // Its pages say 1–5 minutes; a documented sample took 13.
  usualMinutes: { ordinary: [1, 5], heavy: [5, 15] },
  source: 'AceData Cloud, "Wan Videos Generation API" and openapi/wan.json',
  checked: '2026-10-07',
} as const satisfies Partial<Model>;

const size = {
  kind: 'size',
  pixels: { '720P': sizePixels['720P'], '1080P': sizePixels['1080P'] },
  resolution: '1080P',
  ratio: '16:9',
} as const satisfies Model['geometry'];

const image = {
  ...wan26,
  modes: ['i2v'],
  geometry: { kind: 'resolution', resolutions: ['720P', '1080P'], resolution: '720P' },
  duration: { kind: 'list', values: [5, 10, 15], default: 5 },
  media: { roles: { first_frame: { min: 1, max: 1 } } },
} as const satisfies Partial<Model>;

export const acedataModels: readonly Model[] = [
  {
    ...wan26,
    id: 'wan2.6-t2v',
    modes: ['t2v'],
    geometry: size,
    duration: { kind: 'list', values: [5, 10, 15], default: 5 },
  },
  { ...image, id: 'wan2.6-i2v' },
  { ...image, id: 'wan2.6-i2v-flash' },
  {
    ...wan26,
    id: 'wan2.6-r2v',
    modes: ['r2v'],
    geometry: size,
    duration: { kind: 'list', values: [5, 10], default: 5 },
    media: { roles: { reference_video: { max: 3 } }, total: { min: 1, max: 3 } },
    referenceNames: 'characterN',
  },
];
