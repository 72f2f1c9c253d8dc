/**
 * What a clip shows. Width and height in pixels, both even; seconds from 1 to 60, fractions allowed. With another seed
 * the same title makes another clip.
 */
export type ClipSpec = {
  width: number;
  height: number;
  seconds: number;
  sound: boolean;
  title: string;
  seed?: number | undefined;
};
