import { blend, colourOf, type Mask, type Picture } from './picture.ts';

const moonColour = colourOf(0xfbf1d6);

/** How far the halo reaches, in radii of the moon. */
const HALO = 2.3;

/** The seas of the moon: centre and radius in radii of the moon, and how dark. */
const seas = [
  [-0.3, -0.32, 0.36, 0.2],
  [0.22, -0.38, 0.26, 0.16],
  [0.42, 0.05, 0.3, 0.18],
  [-0.45, 0.22, 0.3, 0.14],
  [0.05, 0.5, 0.2, 0.1],
] as const;

/** How bright the moon is where no sun falls on it. */
const NIGHT_SIDE = 0.06;
const FACE_SIDE = 128;

const faceTable = Float32Array.from({ length: FACE_SIDE * FACE_SIDE }, (_, index) => {
  const x = ((index % FACE_SIDE) / FACE_SIDE) * 2.4 - 1.2;
  const y = (Math.floor(index / FACE_SIDE) / FACE_SIDE) * 2.4 - 1.2;
  return seas.reduce((light, [seaX, seaY, size, dark]) => {
    const square = ((x - seaX) ** 2 + (y - seaY) ** 2) / (size * size);
    return square < 1 ? light - dark * (1 - square * square) : light;
  }, 1);
});

/**
 * Paints moons gliding over an arc from left to right, waxing up to its top and waning after it. `turn` (0 to 1) is
 * the share of the loop: at 1 every moon stands where the next one stood at 0, so the loop has no seam.
 */
export function paintMoons(picture: Picture, turn: number): void {
  const { width, height } = picture;
  const largest = Math.min(width, height) * 0.056;
  const count = Math.max(4, Math.round((width * 1.16) / (largest * 3.7)));
  for (let slot = 0; slot < count; slot += 1) {
    const along = (slot + turn) / count;
    const x = width * (1.16 * along - 0.08);
    const y = height * (0.19 + 0.17 * (2 * along - 1) ** 2);
    const radius = largest * (0.55 + 0.45 * Math.sin(Math.PI * along) ** 2);
    const side = Math.ceil(radius * HALO * 2) + 2;
    const left = Math.floor(x - side / 2);
    const top = Math.floor(y - side / 2);
    if (left + side < 0 || left > width) continue;
    blend(picture, moonMask(side, x - left, y - top, radius, along), left, top, moonColour);
  }
}

/** `phase` goes from 0 (new) over 0.5 (full) to 1 (new); the centre and the radius are in pixels. */
function moonMask(side: number, centreX: number, centreY: number, radius: number, phase: number): Mask {
  const coverage = new Float32Array(side * side);
  const bend = Math.cos(2 * Math.PI * phase);
  const waxing = phase < 0.5 ? 1 : -1;
  const full = (1 - bend) / 2;
  const halo = 0.05 + 0.2 * full * full;
  const reach = HALO * HALO;
  // This runs for millions of pixels in a clip, hence plain arithmetic and the table of the face.
  for (let row = 0; row < side; row += 1) {
    const y = (row + 0.5 - centreY) / radius;
    const half = Math.sqrt(Math.max(0, 1 - y * y));
    for (let column = 0; column < side; column += 1) {
      const x = (column + 0.5 - centreX) / radius;
      const square = x * x + y * y;
      if (square >= reach) continue;
      const fading = 1 - square / reach;
      const around = halo * fading * fading * fading;
      const disc = square > 1.2 ? 0 : clamp((1 - Math.sqrt(square)) * radius + 0.5);
      if (disc === 0) {
        coverage[row * side + column] = around;
        continue;
      }
      // The border between day and night is half an ellipse; it is softer than the moon's own edge.
      const lit = clamp((waxing * x - bend * half) * radius * 0.22 + 0.5);
      const face = lit === 0 ? NIGHT_SIDE : NIGHT_SIDE + 0.86 * lit * brightnessAt(x, y);
      coverage[row * side + column] = around + (face - around) * disc;
    }
  }
  return { width: side, height: side, coverage };
}

function brightnessAt(x: number, y: number): number {
  const column = Math.trunc(((x + 1.2) / 2.4) * FACE_SIDE);
  return faceTable[Math.trunc(((y + 1.2) / 2.4) * FACE_SIDE) * FACE_SIDE + column] ?? 1;
}

function clamp(share: number): number {
  return share < 0 ? 0 : share > 1 ? 1 : share;
}
