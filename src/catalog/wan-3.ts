import { tierPixels, type Resolution } from '../core/geometry.ts';
import type { InputRule, MediaRole } from '../core/media-rule.ts';
import type { Model, Rules, Variant } from '../core/model.ts';
import { aud3, doc3, img20, vid3 } from './media-profiles.ts';
import { needed, takes, upTo } from './shared.ts';

/** What services that offer wan3.0 differ in. */
type Service = {
  /** The tier taken where none is named. */
  resolution: Resolution;
  /** Images may stand in the request as base64. */
  inline: boolean;
  /** The most files of all kinds together. */
  mostFiles?: number;
};

const references = ['reference_image', 'reference_video', 'reference_audio', 'file', 'link'] as const;
const seconds = [
  { roles: ['reference_video', 'video', 'first_clip'], max: 15 },
  { roles: ['reference_audio'], max: 15 },
] as const;
const fileOrLink = { roles: ['file', 'link'], min: 0, max: 1 } as const;

/** The cells that wan3.0 has wherever it is offered. Editing and extending a clip is to it a reference and a prompt. */
export function wan30({ resolution, inline, mostFiles }: Service) {
  const image: Omit<InputRule, 'max'> = { profile: img20, inline };
  const clip = { profile: vid3 } as const;
  const files = {
    reference_image: upTo(10, image),
    reference_video: upTo(5, clip),
    reference_audio: upTo(5, { profile: aud3 }),
    file: upTo(1, { profile: doc3, needsPromptExtend: true }),
    link: upTo(1, { needsPromptExtend: true }),
  } as const satisfies Partial<Record<MediaRole, InputRule>>;
  const shape = {
    kind: 'resolution+ratio',
    pixels: tierPixels,
    ratios: ['adaptive', '16:9', '4:3', '1:1', '3:4', '9:16'],
    resolution,
    ratio: 'adaptive',
  } as const;
  // Without a bound of the service's own, what the kinds allow together.
  const allowed = Object.values(files).reduce((sum, { max }) => sum + max, 0);
  const modes: Model['modes'] = {
    t2v: {},
    i2v: takes({ first_frame: needed(image), last_frame: upTo(1, image) }),
    kf2v: takes({ first_frame: needed(image), last_frame: needed(image) }),
    r2v: takes(files, {
      totals: [{ roles: references, min: 1, max: mostFiles ?? allowed }, fileOrLink],
      seconds,
    }),
    edit: takes(
      { video: needed(clip), ...files, reference_video: upTo(4, clip) },
      {
        totals: [
          fileOrLink,
          ...(mostFiles === undefined
            ? []
            : [{ roles: ['video', ...references] as const, min: 0, max: mostFiles }]),
        ],
        seconds,
      },
    ),
    // "Extending needs the ratio adaptive": another one is no extension.
    extend: takes({ first_clip: needed(clip) }, { geometry: { ...shape, ratios: ['adaptive'] }, seconds }),
  } satisfies Record<string, Variant>;
  return {
    modes,
    promptMax: 20_000,
    promptRequired: 'or-media',
    geometry: shape,
    duration: {
      kind: 'range',
      min: 2,
      max: 30,
      default: 5,
      special: { value: -1, means: 'the model chooses' },
      maxWithInput: 30,
    },
    referenceNames: 'Image N',
    billing: 'output+input',
  } as const satisfies Partial<Rules & Model>;
}
