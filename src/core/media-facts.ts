import * as z from 'zod';

export const mediaKinds = ['image', 'video', 'audio', 'document'] as const;
export type MediaKind = (typeof mediaKinds)[number];

/** What a file is by its content. Its name has no say; what could not be read is left out. */
export const mediaFactsSchema = z.object({
  kind: z.enum([...mediaKinds, 'unknown']),
  /** `jpeg` `png` `bmp` `webp` `tiff` `gif`, `mp4` `mov` `avi` `mkv`, `wav` `mp3` ..., `pdf` `docx` `text` ... */
  format: z.string(),
  bytes: z.number().int().nonnegative(),
  /** Pixels: of a video as shown, of an image as stored (its EXIF orientation may turn it; limits hold both ways). */
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  /** That the image can hold transparency, whether or not any pixel uses it. */
  hasAlpha: z.boolean().optional(),
  seconds: z.number().nonnegative().optional(),
  framesPerSecond: z.number().positive().optional(),
  hasAudio: z.boolean().optional(),
  /** `avc`, `hevc`, `vp9`, `av1`, ..., or `unknown` */
  videoCodec: z.string().optional(),
  /** In what it is taken against the letter of its format, each completing "clip.wav ". */
  notes: z.array(z.string()).optional(),
});
export type MediaFacts = z.infer<typeof mediaFactsSchema>;

/** A file as it was when it was looked at: enough to notice that it changed since. */
export const localFileSchema = z.object({
  /** Absolute. */
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  modifiedMs: z.number(),
  /** In hexadecimal. */
  sha256: z.string(),
});
export type LocalFile = z.infer<typeof localFileSchema>;
