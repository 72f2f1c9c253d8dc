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

/** The limits in a line: `jpeg png, 240–8000 px a side, at most 20 MB`. */
export function describeProfile(profile: MediaProfile): string {
  const { formats, sides, maxAspect, maxBytes, seconds, cutsAfter, minFramesPerSecond, isBelowMax } = profile;
  const most = isBelowMax === true ? 'below' : 'at most';
  const parts = [
    formats.join(' '),
    profile.allowsAlpha === false ? 'not transparent' : undefined,
    sides === undefined ? undefined : `${sides.min}–${sides.max} px a side`,
    maxAspect === undefined ? undefined : `1:${maxAspect} to ${maxAspect}:1`,
    maxBytes === undefined ? undefined : `${most} ${maxBytes / 1024 / 1024} MB`,
    seconds === undefined
      ? undefined
      : seconds.min === undefined
        ? `${most} ${seconds.max} s`
        : `${seconds.min}–${seconds.max} s`,
    cutsAfter === undefined ? undefined : `its first ${cutsAfter} s`,
    minFramesPerSecond === undefined ? undefined : `at least ${minFramesPerSecond} frames a second`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
