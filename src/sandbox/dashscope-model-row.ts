import type { PixelTable, Ratio, Resolution } from '../core/geometry.ts';
import type { Region } from '../core/region.ts';
import type { MediaLimits } from './input.ts';

/** What a model does, and so which fields its `input` has. */
export type ModelTask =
  | 't2v'
  | 'i2v'
  | 'kf2v'
  | 'r2v'
  | 'media-i2v'
  | 'media-r2v'
  | 'edit'
  | 'all'
  | 'vace'
  | 'animate'
  | 's2v'
  | 'retalk';

/** How the reply's `usage` is written. */
export type UsageStyle =
  | '2.1'
  | '2.2-text'
  | '2.2-image'
  | '2.2-frames'
  | '2.6-size'
  | '2.6-tier'
  | '2.7'
  | 'animate';

/** How the pixels of a result are chosen. */
export type Shape =
  | { by: 'size'; table: PixelTable; size: string }
  | { by: 'tier'; tiers: readonly Resolution[]; tier: Resolution; ratios?: readonly Ratio[]; ratio?: Ratio }
  | { by: 'input' };

/** What the service knows of a model. */
export type ModelRow = MediaLimits & {
  ids: readonly string[];
  task: ModelTask;
  path: 'video-generation' | 'image2video';
  regions: readonly Region[];
  /** Characters, after which the prompt is cut without a word. */
  promptMax: number;
  shape: Shape;
  /** Legal whole seconds, and the value taken when none is given. */
  seconds: { min: number; max: number; also?: number } | readonly number[];
  defaultSeconds: number;
  sound: 'always' | 'never' | 'toggle';
  usage: UsageStyle;
  /** Reports a rewritten prompt. */
  rewrites?: boolean;
};
