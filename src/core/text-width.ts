import { oneLine } from './plain-text.ts';

// Chinese, Japanese and Korean letters and pictures take two columns of a terminal, marks over letters none.
export const wideCharacter = String.raw`[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]`;
const wide = new RegExp(wideCharacter, 'u');
const narrowest = /\p{Mn}|\p{Me}|\p{Cf}/u;
// oxlint-disable-next-line no-control-regex -- our own colours
const colours = /\u001b\[\d+m/gu;

/** Columns of a terminal that a text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(colours, '')) width += widthOf(character);
  return width;
}

/** As much of a text on one line as fits into so many columns, with an ellipsis where it was cut: behind a word. */
export function fit(text: string, columns: number): string {
  const line = oneLine(text);
  if (textWidth(line) <= columns) return line;
  let kept = '';
  let width = 1;
  for (const character of line) {
    width += widthOf(character);
    if (width > columns) break;
    kept += character;
  }
  const next = line[kept.length] ?? '';
  const words = kept.slice(0, Math.max(0, kept.lastIndexOf(' ')));
  // Half of a word tells nothing, but a long word or Chinese, which has no blanks, would leave nothing at all.
  const isInWord = !/[\s]$/u.test(kept) && !/\s/u.test(next) && !wide.test(next);
  return `${(isInWord && textWidth(words) * 2 >= columns ? words : kept).trimEnd()}…`;
}

/** A text with blanks after it, so many columns wide. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - textWidth(text)));
}

function widthOf(character: string): number {
  if (narrowest.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
