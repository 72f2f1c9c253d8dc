import { paintBackdrop } from './backdrop.ts';
import type { ClipSpec } from './clip-spec.ts';
import { paintMoons } from './moons.ts';
import { colourOf, createPicture, type Picture } from './picture.ts';
import { fitText, LINE_HEIGHT } from './text-lines.ts';
import { paintLine } from './text-paint.ts';
import { signsOf } from './typeface.ts';

const titleColour = colourOf(0xf6f2ea);
const captionColour = colourOf(0xc3c8e6);

/**
 * The pictures of one loop, in order. Every round gives the same object painted anew, so take its bytes before
 * asking for the next.
 */
export function* picturesOf(spec: ClipSpec, count: number): Generator<Picture> {
  const still = createPicture(spec.width, spec.height);
  // Without a seed the title alone decides.
  paintBackdrop(still, seedOf(spec.seed === undefined ? spec.title : `${spec.seed} ${spec.title}`));
  const hasBoxes = paintTitle(still, spec.title);
  paintCaption(still, spec);
  if (hasBoxes) paintNote(still);
  const picture = createPicture(spec.width, spec.height);
  for (let frame = 0; frame < count; frame += 1) {
    picture.bytes.set(still.bytes);
    paintMoons(picture, frame / count);
    yield picture;
  }
}

/** True where signs stand there as boxes with their code points. */
function paintTitle(picture: Picture, title: string): boolean {
  const { width, height } = picture;
  const small = Math.min(width, height);
  const block = fitText(title, {
    width: width * 0.8,
    height: height * 0.33,
    smallest: small * 0.042,
    largest: small * 0.088,
    lines: 5,
  });
  const step = block.size * LINE_HEIGHT;
  // Letters without descenders reach from the baseline up by 0.71 of the size: this centres what the eye sees.
  const first = height * 0.58 - ((block.lines.length - 1) * step) / 2 + block.size * 0.36;
  for (const [index, line] of block.lines.entries()) {
    const place = { centre: width / 2, baseline: first + index * step, size: block.size };
    paintLine(picture, line, { ...place, colour: titleColour, opacity: 0.96 });
  }
  return block.lines.some((line) => line.some(({ kind }) => kind === 'box'));
}

function paintCaption(picture: Picture, { width, height, seconds, seed }: ClipSpec): void {
  const parts = ['wan sandbox', `${width} × ${height}`, `${Number(seconds.toFixed(2))} s`];
  if (seed !== undefined) parts.push(`seed ${seed}`);
  paintSmall(picture, parts.join('   ·   '), 0.945);
}

/** The typeface knows few alphabets; where the words can be read is said. */
function paintNote(picture: Picture): void {
  paintSmall(picture, 'code points; the words are in the title tag', 0.9);
}

/** One small line; `level` is its baseline, as a share of the picture's height. */
function paintSmall(picture: Picture, words: string, level: number): void {
  const { width, height } = picture;
  paintLine(picture, signsOf(words), {
    centre: width / 2,
    baseline: height * level,
    size: Math.max(11, Math.min(width, height) * 0.03),
    colour: captionColour,
    opacity: 0.8,
  });
}

/** A 32-bit number of the text (FNV-1a): it chooses the colours and places the stars. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
