import { oneLine } from './plain-text.ts';

// Rather too wide than too narrow: a line that is cut early is fine, one that wraps leaves its rest on the screen.
// From here on lie Hangul, kana, Chinese and emoji; some narrow signs among them do no harm.
const firstWide = 0x1100;
const joining = /^\p{M}$/u;

/** The cells that a text takes on a terminal. */
export function displayWidth(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + cellsOf(character), 0);
}

/** The text on one line of at most so many cells, with an ellipsis where it was cut. */
export function fitWidth(text: string, cells: number): string {
  const line = oneLine(text);
  if (displayWidth(line) <= cells) return line;
  let width = 1;
  let cut = '';
  for (const character of line) {
    width += cellsOf(character);
    if (width > cells) break;
    cut += character;
  }
  return cells < 1 ? '' : `${cut.trimEnd()}…`;
}

function cellsOf(character: string): number {
  if (joining.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  // General punctuation, the dashes and the ellipsis of our own lines, is narrow.
  return code < firstWide || (code >= 0x2000 && code < 0x2100) ? 1 : 2;
}
