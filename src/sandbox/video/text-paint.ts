import { fillOutline, type OutlineStep } from './outline-mask.ts';
import { blend, type Colour, type Picture } from './picture.ts';
import { widthOf } from './text-lines.ts';
import type { Sign } from './typeface.ts';

/** Boxes stand for words, they should not shout: a wall of them is what a Chinese prompt gives. */
const BOX_OPACITY = 0.3;

/** Draws one line centred on `centre`, its baseline at `baseline`; all in pixels, opacity 0 to 1. */
export function paintLine(
  picture: Picture,
  line: readonly Sign[],
  place: { centre: number; baseline: number; size: number; colour: Colour; opacity: number },
): void {
  const { size } = place;
  const left = Math.floor(place.centre - (widthOf(line) * size) / 2) - 2;
  const top = Math.floor(place.baseline - size * 1.2);
  const width = Math.ceil(widthOf(line) * size) + 4 + Math.ceil(size / 2);
  const height = Math.ceil(size * 1.7);
  for (const kind of ['text', 'box'] as const) {
    if (!line.some((sign) => outlineOf(sign, kind) !== undefined)) continue;
    const mask = fillOutline(outlines(line, kind, place, left, top), width, height);
    const opacity = kind === 'box' ? place.opacity * BOX_OPACITY : place.opacity;
    for (const [index, share] of mask.coverage.entries()) mask.coverage[index] = share * opacity;
    blend(picture, mask, left, top, place.colour);
  }
}

/** The outlines of the line's signs of one kind, measured from the mask's corner. */
function* outlines(
  line: readonly Sign[],
  kind: 'text' | 'box',
  place: { centre: number; baseline: number; size: number },
  left: number,
  top: number,
): Generator<OutlineStep> {
  let x = place.centre - (widthOf(line) * place.size) / 2 - left;
  for (const sign of line) {
    yield* outlineOf(sign, kind)?.(x, place.baseline - top, place.size) ?? [];
    x += sign.width * place.size;
  }
}

/** What a sign has of a kind: a box its own shape, and letters in it. */
function outlineOf(sign: Sign, kind: 'text' | 'box'): Sign['outline'] | undefined {
  if (sign.kind === kind) return sign.outline;
  return kind === 'text' ? sign.label : undefined;
}
