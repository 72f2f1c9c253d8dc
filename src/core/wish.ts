import type { GenerationRequest } from './request.ts';

/**
 * What the flags say, read but not yet held against any model: a request without a model, and with the picture's
 * shape and the rarer fields still as they were typed. Only what was given is set.
 */
export type Wish = Omit<
  GenerationRequest,
  'model' | 'omitsModel' | 'size' | 'resolution' | 'ratio' | 'extras' | 'seed' | 'filled'
> & {
  /** Pixels, `1280x720` or `1280*720`. */
  size?: string;
  /** `720P`, `720p`, `720`. */
  resolution?: string;
  ratio?: string;
  /** `random`: what happens without a seed, too, said aloud. */
  seed?: number | 'random';
  extras?: Readonly<Record<string, string | boolean>>;
};
