import type { Ratio, Resolution, Size } from './geometry.ts';
import type { Mode } from './mode.ts';
import type { MediaRole } from './model.ts';

/** One input, as the request names it. */
export type MediaInput = { role: MediaRole; url: string };

/**
 * What a person asked for, checked and provider-neutral: what a protocol turns into an HTTP call, and what a
 * job's record keeps. Only what was asked is set; a protocol adds what its service must always be told.
 */
export type GenerationRequest = {
  mode: Mode;
  model: string;
  prompt?: string;
  negativePrompt?: string;
  media: MediaInput[];
  audioUrl?: string;
  size?: Size;
  resolution?: Resolution;
  ratio?: Ratio;
  /** Seconds; -1 where the model may choose. */
  duration?: number;
  audio?: boolean;
  shotType?: 'single' | 'multi';
  promptExtend?: boolean;
  watermark?: boolean;
  seed?: number;
  callbackUrl?: string;
};
