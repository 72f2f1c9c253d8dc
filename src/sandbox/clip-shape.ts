import {
  parseSize,
  tierPixels,
  type Dimensions,
  type PixelTable,
  type Ratio,
  type Resolution,
} from '../core/geometry.ts';

/**
 * The pixels of a video that keeps its picture's shape: as many as the tier's 16:9 has, both sides cut to multiples
 * of 16. Documented by one example: 750×1000 at 720P becomes 816×1104 (Model Studio, image-to-video, 2026-05).
 */
export function shapeOfPicture(picture: Dimensions, tier: Resolution): Dimensions {
  const { width, height } = shapeOfRatio(tier, '16:9');
  const area = width * height;
  const aspect = picture.width / picture.height;
  return { width: floor16(Math.sqrt(area * aspect)), height: floor16(Math.sqrt(area / aspect)) };
}

/** The pixels of a video that keeps its source's size, scaled down where that has more than the tier's 16:9. */
export function shapeWithin(source: Dimensions, tier: Resolution): Dimensions {
  const { width, height } = shapeOfRatio(tier, '16:9');
  if (source.width * source.height > width * height) return shapeOfPicture(source, tier);
  // Encoders want even sides.
  const even = (pixels: number) => Math.max(16, pixels - (pixels % 2));
  return { width: even(source.width), height: even(source.height) };
}

function floor16(pixels: number): number {
  // The tiny addend keeps exact results of inexact roots from falling to the next step.
  return Math.max(16, Math.floor((pixels + 1e-6) / 16) * 16);
}

/** The pixels of a tier and a ratio; of 16:9 where the ratio follows the input or is not offered there. */
export function shapeOfRatio(tier: Resolution, ratio: Ratio): Dimensions {
  const table: PixelTable = tierPixels;
  const size = table[tier]?.[ratio] ?? tierPixels[tier]['16:9'];
  return parseSize(size) ?? { width: 1280, height: 720 };
}

/** The name of a shape, `W:H`, as `usage` shows it: the nearest of the common ones. */
export function ratioOf({ width, height }: Dimensions): string {
  const common = ['16:9', '9:16', '1:1', '4:3', '3:4'] as const;
  const distance = (ratio: string) => {
    const [w = 1, h = 1] = ratio.split(':').map(Number);
    return Math.abs(Math.log(width / height / (w / h)));
  };
  return common.toSorted((a, b) => distance(a) - distance(b))[0] ?? '16:9';
}
