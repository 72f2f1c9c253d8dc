/** A colour as the three BT.709 limited-range numbers the encoder takes. */
export type Colour = { y: number; u: number; v: number };

/** A YUV 4:2:0 picture; the planes are views of `bytes`, which is what the encoder takes. */
export type Picture = {
  width: number;
  height: number;
  bytes: Uint8Array;
  y: Uint8Array;
  u: Uint8Array;
  v: Uint8Array;
};

/** How much of each pixel a shape covers, 0 to 1, row by row. */
export type Mask = { width: number; height: number; coverage: Float32Array };

/** Both sides in pixels and even. */
export function createPicture(width: number, height: number): Picture {
  const luma = width * height;
  const bytes = new Uint8Array((luma * 3) / 2);
  return {
    width,
    height,
    bytes,
    y: bytes.subarray(0, luma),
    u: bytes.subarray(luma, (luma * 5) / 4),
    v: bytes.subarray((luma * 5) / 4),
  };
}

/** The colour of six hexadecimal digits, as on the web: 0xrrggbb. */
export function colourOf(rgb: number): Colour {
  const red = (rgb >> 16) / 255;
  const green = ((rgb >> 8) & 255) / 255;
  const blue = (rgb & 255) / 255;
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return {
    y: 16 + 219 * light,
    u: 128 + (224 * (blue - light)) / 1.8556,
    v: 128 + (224 * (red - light)) / 1.5748,
  };
}

/** The colour a share (0 to 1) of the way from one to the other. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  return {
    y: from.y + (to.y - from.y) * share,
    u: from.u + (to.u - from.u) * share,
    v: from.v + (to.v - from.v) * share,
  };
}

/** Lays one colour over the picture through a mask whose top left corner is at (left, top), in whole pixels. */
export function blend(picture: Picture, mask: Mask, left: number, top: number, colour: Colour): void {
  const firstX = Math.max(0, left);
  const firstY = Math.max(0, top);
  const endX = Math.min(picture.width, left + mask.width);
  const endY = Math.min(picture.height, top + mask.height);
  const { coverage } = mask;
  for (let y = firstY; y < endY; y += 1) {
    const row = (y - top) * mask.width - left;
    for (let x = firstX; x < endX; x += 1) {
      const share = coverage[row + x] ?? 0;
      if (share > 0) mixInto(picture.y, y * picture.width + x, colour.y, share);
    }
  }
  const at = (x: number, y: number): number =>
    x < firstX || x >= endX || y < firstY || y >= endY
      ? 0
      : (coverage[(y - top) * mask.width + x - left] ?? 0);
  const stride = picture.width / 2;
  for (let y = firstY >> 1; y * 2 < endY; y += 1) {
    for (let x = firstX >> 1; x * 2 < endX; x += 1) {
      // One chroma sample stands for four pixels.
      const four = at(x * 2, y * 2) + at(x * 2 + 1, y * 2) + at(x * 2, y * 2 + 1) + at(x * 2 + 1, y * 2 + 1);
      if (four === 0) continue;
      mixInto(picture.u, y * stride + x, colour.u, four / 4);
      mixInto(picture.v, y * stride + x, colour.v, four / 4);
    }
  }
}

function mixInto(plane: Uint8Array, index: number, value: number, share: number): void {
  const old = plane[index] ?? 0;
  plane[index] = old + (value - old) * share + 0.5;
}
