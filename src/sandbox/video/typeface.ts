import { type Font, type Glyph, parse } from 'opentype.js/dist/opentype.mjs';

import notoSans from './noto-sans-latin.woff?inline';
import type { OutlineStep } from './outline-mask.ts';

/** One visible character. Widths are in em, so one layout serves every size. */
export type Sign = {
  width: number;
  kind: 'text' | 'space' | 'box';
  /** The outline with its origin on the baseline at (x, y); x, y and size in pixels. */
  outline: (x: number, y: number, size: number) => Iterable<OutlineStep>;
  /** Letters on a box, placed like it. */
  label?: Sign['outline'];
  /** True when a line may end after the sign although no space follows, as in Chinese. */
  breaksAfter: boolean;
};

// Wide in East Asian text and drawn without spaces between words.
const WIDE = /\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Hangul}|\p{Extended_Pictographic}/u;
const INVISIBLE = /^[\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Cs}\p{Default_Ignorable_Code_Point}]+$/u;

let loaded: Font | undefined;

function font(): Font {
  if (loaded) return loaded;
  const file = Buffer.from(notoSans.slice(notoSans.indexOf(',') + 1), 'base64');
  loaded = parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  return loaded;
}

/** Turns text into signs; a character the font lacks becomes a box with its code point, an invisible one nothing. */
export function signsOf(text: string): Sign[] {
  const face = font();
  const signs: Sign[] = [];
  for (const { segment } of new Intl.Segmenter('en').segment(text.normalize('NFC'))) {
    const characters = Array.from(segment);
    const known = characters.every((character) => face.charToGlyphIndex(character) > 0);
    if (/^\s+$/u.test(segment)) {
      signs.push(spaceSign);
    } else if (INVISIBLE.test(segment)) {
      continue;
    } else if (known) {
      for (const character of characters) {
        signs.push(glyphSign(face, face.charToGlyph(character), character === '-'));
      }
    } else {
      signs.push(boxSign(face, segment.codePointAt(0) ?? 0, WIDE.test(segment)));
    }
  }
  return signs;
}

const spaceSign: Sign = { width: 0.26, kind: 'space', outline: () => [], breaksAfter: true };

function glyphSign(face: Font, glyph: Glyph, breaksAfter: boolean): Sign {
  return {
    width: (glyph.advanceWidth ?? 0) / face.unitsPerEm,
    kind: 'text',
    outline: (x, y, size) => glyph.getPath(x, y, size).commands,
    breaksAfter,
  };
}

/** A code point in a box, in two rows: 732B as 73 over 2B, 1F600 as 01F over 600. */
function boxSign(face: Font, codePoint: number, breaksAfter: boolean): Sign {
  const digits = codePoint.toString(16).toUpperCase();
  const half = Math.max(2, Math.ceil(digits.length / 2));
  const written = digits.padStart(2 * half, '0');
  const rows = [written.slice(0, half), written.slice(half)];
  const width = 0.34 + DIGIT_WIDTH * half;
  return {
    width,
    kind: 'box',
    outline: (x, y, size) => boxOutline(x + 0.07 * size, y - 0.8 * size, (width - 0.14) * size, 0.92 * size),
    label: (x, y, size) =>
      rows.flatMap((row, index) => {
        const baseline = y + (index === 0 ? -0.4 : 0.03) * size;
        return Array.from(row).flatMap((digit, place) => {
          const left = x + (0.17 + DIGIT_WIDTH * place) * size;
          return face.charToGlyph(digit).getPath(left, baseline, DIGIT_SIZE * size).commands;
        });
      }),
    breaksAfter,
  };
}

/** Of the digits in a box, in em: their size, and the room that each of them has. */
const DIGIT_SIZE = 0.45;
const DIGIT_WIDTH = 0.28;

/** A box with rounded corners. */
function boxOutline(left: number, top: number, width: number, height: number): OutlineStep[] {
  const right = left + width;
  const bottom = top + height;
  const round = Math.min(width, height) * 0.22;
  return [
    { type: 'M', x: left + round, y: top },
    { type: 'L', x: right - round, y: top },
    { type: 'Q', x1: right, y1: top, x: right, y: top + round },
    { type: 'L', x: right, y: bottom - round },
    { type: 'Q', x1: right, y1: bottom, x: right - round, y: bottom },
    { type: 'L', x: left + round, y: bottom },
    { type: 'Q', x1: left, y1: bottom, x: left, y: bottom - round },
    { type: 'L', x: left, y: top + round },
    { type: 'Q', x1: left, y1: top, x: left + round, y: top },
    { type: 'Z' },
  ];
}
