import type { GenerationRequest } from './request.ts';

/**
 * What the flags say, read but not yet held against any model: a request without a model, and with the picture's
 * shape still as it was typed. Only what was given is set.
 */
export type Wish = Omit<GenerationRequest, 'model' | 'size' | 'resolution' | 'ratio'> & {
  /** Pixels, `1280x720` or `1280*720`. */
  size?: string;
  /** `720P`, `720p`, `720`. */
  resolution?: string;
  ratio?: string;
};

/** Why a model cannot grant a wish. */
export type Problem = {
  message: string;
  /** The nearest thing that is legal. */
  hint: string;
  /** The model lacks the feature itself, so another one may have it. */
  isMissingFeature?: true;
};
