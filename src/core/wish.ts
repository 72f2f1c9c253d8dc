import type { Mode } from './mode.ts';
import type { MediaInput } from './request.ts';

/** What the flags say, read but not yet held against any model. Only what was given is set. */
export type Wish = {
  mode: Mode;
  prompt?: string;
  negativePrompt?: string;
  media: MediaInput[];
  audioUrl?: string;
  /** Pixels as typed, `1280x720` or `1280*720`. */
  size?: string;
  /** As typed: `720P`, `720p`, `720`. */
  resolution?: string;
  ratio?: string;
  duration?: number;
  audio?: boolean;
  shotType?: 'single' | 'multi';
  promptExtend?: boolean;
  watermark?: boolean;
  seed?: number;
  callbackUrl?: string;
};

/** Why a model cannot grant a wish. */
export type Problem = {
  message: string;
  /** The nearest thing that is legal. */
  hint: string;
  /** The model lacks the feature itself, so another one may have it. */
  isMissingFeature?: true;
};
