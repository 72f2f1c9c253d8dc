import type { ImageFormat } from './image-dimensions.ts';

/** What a model takes as a picture. */
export type PictureLimits = {
  maxBytes: number;
  /** Pixels of a side. */
  minSide: number;
  maxSide: number;
  /** Longer side divided by the shorter one. */
  maxAspect: number;
  formats: readonly ImageFormat[];
  /** A PNG with an alpha channel is refused. */
  refusesAlpha?: boolean;
};

/** What a model takes as a clip; what is absent has no limit. */
export type ClipLimits = {
  formats: readonly ('mp4' | 'mov' | 'avi')[];
  maxBytes: number;
  minSide?: number;
  maxSide?: number;
  maxAspect?: number;
  /** Frames a second. */
  minRate?: number;
  minSeconds?: number;
  maxSeconds?: number;
};

/** What a model takes as sound. */
export type SoundLimits = { maxBytes: number; minSeconds?: number; maxSeconds?: number };

const megabyte = 1024 * 1024;

const formats = ['jpeg', 'png', 'bmp', 'webp'] as const;

/** Limits of pictures, by the names of the families' tables (Model Studio API references, 2026-05 to 2026-10). */
export const img20: PictureLimits = {
  maxBytes: 20 * megabyte,
  minSide: 240,
  maxSide: 8000,
  maxAspect: 8,
  formats,
  refusesAlpha: true,
};
export const img20b: PictureLimits = { ...img20, maxAspect: Infinity };
export const img10: PictureLimits = { ...img20b, maxBytes: 10 * megabyte };
export const imgVace: PictureLimits = {
  ...img10,
  minSide: 360,
  maxSide: 2000,
  formats: [...formats, 'tiff'],
  refusesAlpha: false,
};
export const imgAnimate: PictureLimits = {
  ...img20,
  maxBytes: 5 * megabyte,
  minSide: 200,
  maxSide: 4096,
  maxAspect: 3,
  refusesAlpha: false,
};
export const imgSpeech: PictureLimits = { ...img20b, minSide: 400, maxSide: 7000, refusesAlpha: false };

const mp4OrMov = ['mp4', 'mov'] as const;
const sides = { minSide: 240, maxSide: 4096, maxAspect: 8 };

/** Limits of clips, by generation and use. */
export const clip26: ClipLimits = {
  formats: mp4OrMov,
  maxBytes: 100 * megabyte,
  minSeconds: 1,
  maxSeconds: 30,
};
/** The deprecated field `reference_video_urls`. */
export const clip26Old: ClipLimits = { ...clip26, minSeconds: 2 };
export const clip27: ClipLimits = { ...clip26, ...sides, minSeconds: 2, maxSeconds: 10 };
export const reference27: ClipLimits = { ...clip26, ...sides };
export const clip30: ClipLimits = { ...reference27, minRate: 16, maxSeconds: 15 };
/** Longer ones are cut to their first 5 s, not refused. */
export const clipVace: ClipLimits = { formats: ['mp4'], maxBytes: 50 * megabyte, minRate: 16 };
export const endClipVace: ClipLimits = { ...clipVace, maxSeconds: 3 };
export const clipAnimate: ClipLimits = {
  formats: ['mp4', 'avi', 'mov'],
  maxBytes: 200 * megabyte,
  minSide: 200,
  maxSide: 2048,
  maxAspect: 3,
  minSeconds: 2,
  maxSeconds: 30,
};
/** Where the documents state none: whatever can be read. */
export const anyClip: ClipLimits = { formats: ['mp4', 'mov', 'avi'], maxBytes: Infinity };

/** Limits of sounds. */
export const sound25: SoundLimits = { maxBytes: 15 * megabyte, minSeconds: 3, maxSeconds: 30 };
export const sound27: SoundLimits = { ...sound25, minSeconds: 2 };
export const voice27: SoundLimits = { ...sound25, minSeconds: 1, maxSeconds: 10 };
export const sound30: SoundLimits = { ...sound25, minSeconds: 1, maxSeconds: 15 };
/** "Below 20 s" and "below 15 MB". */
export const soundSpeech: SoundLimits = { maxBytes: 15 * megabyte - 1, maxSeconds: 19.95 };
export const anySound: SoundLimits = { maxBytes: Infinity };

/** wan3.0: what all reference videos, and all reference sounds, may come to. Seconds. */
export const totalSeconds30 = 15;
/** vace: what the two clips of an extension may come to. */
export const totalSecondsVace = 3;
