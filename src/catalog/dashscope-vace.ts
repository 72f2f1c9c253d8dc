import type { Model } from '../core/model.ts';
import { common, needed, onlyFive, regions, sizesOfTiers, takes, upTo } from './shared.ts';
import { imgV, maskVideo, vidV3, vidV5 } from './media-profiles.ts';

// vace: five functions under one model, each with files and fields of its own.

const image = { profile: imgV, isAsciiOnly: true } as const;
const clip = { profile: vidV5, isAsciiOnly: true } as const;
const shortClip = { profile: vidV3, isAsciiOnly: true } as const;
const fromClip = {
  geometry: { kind: 'input' },
  duration: { kind: 'input', role: 'video', max: 5 },
} as const;
const scale = { kind: 'number', min: 1, max: 2, default: 1 } as const;

const functions: Model['functions'] & {} = {
  image_reference: takes(
    { reference_image: { ...image, min: 1, max: 3 } },
    {
      extras: {
        obj_or_bg: { kind: 'choices', values: ['obj', 'bg'], per: 'reference_image', once: 'bg' },
      },
    },
  ),
  video_repainting: takes(
    { video: needed(clip), reference_image: upTo(1, image) },
    {
      ...fromClip,
      extras: {
        control_condition: {
          kind: 'choice',
          values: ['posebodyface', 'posebody', 'depth', 'scribble'],
          required: true,
        },
        strength: { kind: 'number', min: 0, max: 1, default: 1 },
      },
    },
  ),
  video_edit: takes(
    {
      video: needed(clip),
      mask_image: upTo(1, { ...image, sameSizeAs: 'video' }),
      mask_video: upTo(1, { profile: maskVideo, sameSizeAs: 'video' }),
      reference_image: upTo(1, image),
    },
    {
      totals: [{ roles: ['mask_image', 'mask_video'], min: 1, max: 1 }],
      duration: fromClip.duration,
      extras: {
        control_condition: { kind: 'choice', values: ['posebodyface', 'depth'] },
        // Another page prints 0 as its default.
        mask_frame_id: { kind: 'integer', min: 1, max: Infinity, place: 'input', countsFramesOf: 'video' },
        mask_type: { kind: 'choice', values: ['tracking', 'fixed'], default: 'tracking' },
        expand_ratio: {
          kind: 'number',
          min: 0,
          max: 1,
          default: 0.05,
          onlyWith: { name: 'mask_type', value: 'tracking' },
        },
        expand_mode: {
          kind: 'choice',
          values: ['hull', 'bbox', 'original'],
          default: 'hull',
          onlyWith: { name: 'mask_type', value: 'tracking' },
        },
      },
    },
  ),
  video_extension: takes(
    {
      first_frame: upTo(1, image),
      last_frame: upTo(1, image),
      first_clip: upTo(1, shortClip),
      last_clip: upTo(1, shortClip),
      video: upTo(1, clip),
    },
    {
      totals: [{ roles: ['first_frame', 'last_frame', 'first_clip', 'last_clip'], min: 1, max: 4 }],
      seconds: [{ roles: ['first_clip', 'last_clip'], max: 3 }],
      geometry: { kind: 'input' },
      duration: { ...onlyFive, includesInput: true },
      extras: {
        control_condition: { kind: 'choice', values: ['posebodyface', 'depth'], requiredWith: 'video' },
      },
    },
  ),
  video_outpainting: takes(
    { video: needed(clip) },
    { ...fromClip, extras: { top_scale: scale, bottom_scale: scale, left_scale: scale, right_scale: scale } },
  ),
};

const vace = {
  ...common,
  dialect: 'vace',
  modes: {
    vace: {},
    extend: {
      ...takes({ first_clip: needed(shortClip), last_frame: upTo(1, image) }),
      geometry: { kind: 'input' },
      duration: { ...onlyFive, includesInput: true },
    },
  },
  functions,
  promptMax: 800,
  promptRequired: 'yes',
  geometry: { kind: 'size', pixels: sizesOfTiers.only720, resolution: '720P', ratio: '16:9' },
  duration: onlyFive,
  audio: { kind: 'never' },
  usualMinutes: { ordinary: [5, 10] },
  source: 'Model Studio, "Legacy wanx vace API reference"',
  checked: '2026-05-30',
} as const satisfies Partial<Model>;

export const vaceModels: readonly Model[] = [
  { ...vace, id: 'wanx2.1-vace-plus', regions: regions.beijing },
  { ...vace, id: 'wan2.1-vace-plus', regions: regions.singapore },
];
