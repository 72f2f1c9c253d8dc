import type { MediaKind } from './media-facts.ts';

/** What a model takes as one kind of input. Plain data; what the documents do not state is left out. */
export type MediaProfile = {
  name: string;
  kind: MediaKind;
  /** As `MediaFacts.format` names them. */
  formats: readonly string[];
  /** False where the documents want images without transparency. */
  allowsAlpha?: boolean;
  /** Pixels of each side, both ends included. */
  sides?: { min: number; max: number };
  /** Longer side by shorter side. */
  maxAspect?: number;
  maxBytes?: number;
  /** Length, both ends included unless `isBelowMax`. */
  seconds?: { min?: number; max: number };
  /** Size and length must stay below their maxima, not just reach them. */
  isBelowMax?: boolean;
  /** Seconds; a longer file is taken and cut there. */
  cutsAfter?: number;
  minFramesPerSecond?: number;
};
