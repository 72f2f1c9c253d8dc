import type { Model } from '../core/model.ts';
import { common, needed, regions, takes, upTo } from './shared.ts';
import { retalkImage, retalkAudio, retalkVideo, audS, imgA, imgS, vidA } from './media-profiles.ts';

// Models that bring a person in a picture or a clip to life. They read no prompt.

const {
  promptExtend: _promptExtend,
  watermark: _watermark,
  seed: _seed,
  ...portrait
} = {
  ...common,
  dialect: 'portrait',
  promptMax: 0,
  promptRequired: 'never',
  checked: '2026-05-30',
} as const satisfies Partial<Model>;

const animate = {
  ...portrait,
  modes: {
    animate: takes({
      image: needed({ profile: imgA, isAsciiOnly: true }),
      video: needed({ profile: vidA, isAsciiOnly: true }),
    }),
  },
  regions: regions.two,
  geometry: { kind: 'input' },
  duration: { kind: 'input', role: 'video' },
  audio: { kind: 'never' },
  watermark: true,
  extras: {
    // The service has no default for it.
    quality: {
      kind: 'choice',
      values: ['std', 'pro'],
      default: 'std',
      isAlwaysSent: true,
      wire: { name: 'mode', prefix: 'wan-' },
    },
    check_image: { kind: 'boolean', default: true },
  },
  source: 'Model Studio, "Wan animate-move / animate-mix API"',
} as const satisfies Partial<Model>;

export const portraitModels: readonly Model[] = [
  { ...animate, id: 'wan2.2-animate-move' },
  { ...animate, id: 'wan2.2-animate-mix' },
  {
    ...portrait,
    id: 'wan2.2-s2v',
    modes: {
      s2v: takes({
        image: needed({ profile: imgS }),
        driving_audio: needed({ profile: audS }),
      }),
    },
    regions: regions.beijing,
    geometry: { kind: 'resolution', resolutions: ['480P', '720P'], resolution: '480P' },
    duration: { kind: 'input', role: 'driving_audio', max: 20 },
    audio: { kind: 'always' },
    // The official sample says `style: speech`; another source knows `scenario`. Whatever is given is sent.
    extras: { style: { kind: 'text' } },
    source: 'Model Studio, "Wan s2v overview"',
  },
  {
    ...portrait,
    id: 'videoretalk',
    modes: {
      s2v: takes({
        video: needed({ profile: retalkVideo }),
        driving_audio: needed({ profile: retalkAudio }),
        reference_image: upTo(1, { profile: retalkImage }),
      }),
    },
    regions: regions.beijing,
    geometry: { kind: 'input' },
    duration: { kind: 'input', role: 'video' },
    audio: { kind: 'always' },
    extras: {
      video_extension: { kind: 'boolean', default: false },
      query_face_threshold: { kind: 'integer', min: 120, max: 200 },
    },
    source: 'cinience/alicloud-skills, videoretalk (third party)',
    checked: '2026-07-18',
  },
];
