import type { Mask } from './picture.ts';

/** One step of an outline, in pixels, y downwards: the shape opentype.js gives for a TrueType font. */
export type OutlineStep =
  | { type: 'M'; x: number; y: number }
  | { type: 'L'; x: number; y: number }
  | { type: 'Q'; x1: number; y1: number; x: number; y: number }
  | { type: 'Z' };

const CURVE_PIECES = 8;

/**
 * Fills an outline with exact area coverage, so that small text stays smooth. Every edge leaves in each pixel the
 * area it cuts off to its right; a running sum along the row then gives the coverage.
 */
export function fillOutline(steps: Iterable<OutlineStep>, width: number, height: number): Mask {
  // Two columns more: an edge at the right border still writes into its neighbour.
  const stride = width + 2;
  const areas = new Float32Array(stride * height);
  let startX = 0;
  let startY = 0;
  let x = 0;
  let y = 0;
  const lineTo = (toX: number, toY: number): void => {
    addEdge(areas, stride, height, x, y, toX, toY);
    x = toX;
    y = toY;
  };
  for (const step of steps) {
    if (step.type === 'Z') {
      lineTo(startX, startY);
    } else if (step.type === 'M') {
      lineTo(startX, startY);
      startX = x = step.x;
      startY = y = step.y;
    } else if (step.type === 'L') {
      lineTo(step.x, step.y);
    } else {
      const fromX = x;
      const fromY = y;
      for (let piece = 1; piece <= CURVE_PIECES; piece += 1) {
        const t = piece / CURVE_PIECES;
        const rest = 1 - t;
        lineTo(
          rest * rest * fromX + 2 * rest * t * step.x1 + t * t * step.x,
          rest * rest * fromY + 2 * rest * t * step.y1 + t * t * step.y,
        );
      }
    }
  }
  lineTo(startX, startY);
  return { width, height, coverage: sumRows(areas, stride, width, height) };
}

function sumRows(areas: Float32Array, stride: number, width: number, height: number): Float32Array {
  const coverage = new Float32Array(width * height);
  for (let row = 0; row < height; row += 1) {
    let sum = 0;
    for (let column = 0; column < width; column += 1) {
      sum += areas[row * stride + column] ?? 0;
      coverage[row * width + column] = Math.min(1, Math.abs(sum));
    }
  }
  return coverage;
}

function addEdge(
  areas: Float32Array,
  stride: number,
  height: number,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): void {
  if (fromY === toY) return;
  const direction = fromY < toY ? 1 : -1;
  const [topX, topY, bottomX, bottomY] = fromY < toY ? [fromX, fromY, toX, toY] : [toX, toY, fromX, fromY];
  const slope = (bottomX - topX) / (bottomY - topY);
  const clampX = (x: number): number => Math.min(stride - 2, Math.max(0, x));
  for (let row = Math.max(0, Math.floor(topY)); row < Math.min(height, bottomY); row += 1) {
    const upper = Math.max(row, topY);
    const lower = Math.min(row + 1, bottomY);
    const start = clampX(topX + (upper - topY) * slope);
    const end = clampX(topX + (lower - topY) * slope);
    addPiece(areas, row * stride, Math.min(start, end), Math.max(start, end), direction * (lower - upper));
  }
}

/** An edge inside one row, from `left` to `right`, of the signed height `rise`. */
function addPiece(areas: Float32Array, row: number, left: number, right: number, rise: number): void {
  const add = (column: number, area: number): void => {
    areas[row + column] = (areas[row + column] ?? 0) + area;
  };
  const width = right - left;
  for (let column = Math.floor(left); column <= Math.floor(right); column += 1) {
    const from = Math.max(left, column);
    const to = Math.min(right, column + 1);
    const share = width === 0 ? rise : (rise * (to - from)) / width;
    const inside = column + 1 - (from + to) / 2;
    add(column, share * inside);
    add(column + 1, share * (1 - inside));
    if (width === 0) break;
  }
}
