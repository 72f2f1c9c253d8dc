import type { Dimensions } from '../core/geometry.ts';

/** What a clip or a sound is. */
export type FilmFacts = {
  format: 'mp4' | 'mov' | 'avi' | 'wav' | 'mp3';
  seconds: number;
  /** Pixels as shown; absent for sound. */
  size?: Dimensions;
  /** Frames a second. */
  rate?: number;
};
