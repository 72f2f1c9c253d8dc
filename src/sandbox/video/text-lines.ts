import { type Sign, signsOf } from './typeface.ts';

/** Text broken into lines, with the size to draw it at in pixels. */
export type TextBlock = { lines: Sign[][]; size: number };

export const LINE_HEIGHT = 1.3;

// More can never be seen; it also bounds the work for a prompt of any length.
const LONGEST_SHOWN = 1_000;

/** The width of a line in em. */
export function widthOf(line: readonly Sign[]): number {
  return line.reduce((sum, sign) => sum + sign.width, 0);
}

/**
 * Sets the text as large as it fits into the given pixels, between the two sizes; what does not fit at the
 * smallest size ends in an ellipsis.
 */
export function fitText(
  text: string,
  room: { width: number; height: number; smallest: number; largest: number; lines: number },
): TextBlock {
  const signs = signsOf(text.trim().slice(0, LONGEST_SHOWN));
  for (let size = room.largest; size > room.smallest; size *= 0.94) {
    const lines = wrap(signs, room.width / size);
    const fits = lines.length <= room.lines && lines.length * size * LINE_HEIGHT <= room.height;
    if (fits) return { lines: balance(signs, lines, room.width / size), size };
  }
  const size = room.smallest;
  const count = Math.max(1, Math.min(room.lines, Math.floor(room.height / (size * LINE_HEIGHT))));
  const lines = wrap(signs, room.width / size);
  if (lines.length <= count && text.length <= LONGEST_SHOWN) return { lines, size };
  return { lines: shorten(lines.slice(0, count), room.width / size), size };
}

/** Greedy line breaking: after spaces and wide signs, and inside a word only when it alone fills the line. */
function wrap(signs: readonly Sign[], width: number): Sign[][] {
  const lines: Sign[][] = [];
  let line: Sign[] = [];
  let used = 0;
  for (const sign of signs) {
    if (sign.kind !== 'space' && used + sign.width > width && line.length > 0) {
      const end = line.findLastIndex((earlier) => earlier.breaksAfter) + 1 || line.length;
      lines.push(trimEnd(line.slice(0, end)));
      line = line.slice(end);
      used = widthOf(line);
    }
    if (line.length === 0 && sign.kind === 'space') continue;
    line.push(sign);
    used += sign.width;
  }
  const last = trimEnd(line);
  return last.length > 0 ? [...lines, last] : lines;
}

/** Narrows the block while it keeps its number of lines, so that no word stands alone on the last one. */
function balance(signs: readonly Sign[], lines: Sign[][], width: number): Sign[][] {
  let best = lines;
  for (let narrower = width * 0.97; narrower > width / 3; narrower *= 0.97) {
    const attempt = wrap(signs, narrower);
    if (attempt.length > lines.length) break;
    best = attempt;
  }
  return best;
}

function shorten(lines: Sign[][], width: number): Sign[][] {
  const ellipsis = signsOf('…');
  let last = lines.at(-1) ?? [];
  while (last.length > 0 && widthOf(last) + widthOf(ellipsis) > width) last = last.slice(0, -1);
  return [...lines.slice(0, -1), [...trimEnd(last), ...ellipsis]];
}

function trimEnd(line: readonly Sign[]): Sign[] {
  return line.slice(0, line.findLastIndex((sign) => sign.kind !== 'space') + 1);
}
