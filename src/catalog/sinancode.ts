import type { Model } from '../core/model.ts';
import { needed, takes, upTo } from './shared.ts';
import { aud25, sinancodeImage } from './media-profiles.ts';

// SinanCode, a gateway with two calls of its own. It advises to name no model, so that it takes the newest.

const common = {
  provider: 'sinancode',
  isImplied: true,
  promptMax: 2000,
  promptRequired: 'no',
  negativePromptMax: 500,
  promptExtend: true,
  watermark: true,
  seed: { min: 0, max: 2_147_483_647 },
  extras: { template: { kind: 'text', replacesPrompt: true } },
  billing: 'output',
  // How long its links live is not documented.
  linkHours: null,
  usualMinutes: { ordinary: [1, 5], heavy: [5, 10] },
  checked: '2026-11-20',
} as const satisfies Partial<Model>;

const image = { profile: sinancodeImage, inline: true } as const;

export const sinancodeModels: readonly Model[] = [
  {
    ...common,
    id: 'wan2.6-i2v',
    dialect: 'image',
    // The page says that only wan2.5 listens to a sound track, which it does not offer; it is passed on.
    modes: {
      i2v: takes({
        first_frame: needed(image),
        driving_audio: upTo(1, {
          profile: aud25,
          doubt: 'its page says that only wan2.5 listens to it, and this is not',
        }),
      }),
    },
    geometry: { kind: 'resolution', resolutions: ['720P', '1080P'], resolution: '1080P' },
    duration: { kind: 'list', values: [5, 10, 15], default: 5 },
    audio: { kind: 'optional', default: true },
    shotType: true,
    source: 'SinanCode, "Wan2 Image-to-Video"',
  },
  {
    ...common,
    id: 'wan2.2-kf2v-flash',
    dialect: 'frames',
    modes: {
      kf2v: takes({
        first_frame: needed(image),
        last_frame: { ...needed(image), optionalWith: 'template' },
      }),
    },
    geometry: { kind: 'resolution', resolutions: ['480P', '720P', '1080P'], resolution: '720P' },
    duration: { kind: 'list', values: [5], default: 5 },
    audio: { kind: 'never' },
    source: 'SinanCode, "Wan2 Keyframe-to-Video"',
  },
];
