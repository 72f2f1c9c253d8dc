import { textWidth, wideCharacter } from './text-width.ts';

// Lines for a terminal, folded at blanks: words, flags, paths and ids stay whole, also where one alone is too wide.

/** Less beside a label is a staircase: the text then goes below it. */
const leastRoom = 36;
/** A word or two stand beside a short label in any case. */
const shortLabel = 14;

/** Chinese, Japanese and Korean need no blank to be folded at, but keep their closing punctuation. */
const piece = new RegExp(
  String.raw`( *)(${wideCharacter}(?:\u200d${wideCharacter}|\p{M}|\p{Cf})*[、。，．：；！？）」』】》〉]*|(?:(?!${wideCharacter})[^ ])+)`,
  'gu',
);

/** A text as lines of at most so many columns; the first may have more. */
export function foldText(text: string, columns: number, firstColumns = columns): string[] {
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const [, blanks = '', word = ''] of text.matchAll(piece)) {
    const wordWidth = textWidth(word);
    if (line !== '' && width + blanks.length + wordWidth > (lines.length === 0 ? firstColumns : columns)) {
      lines.push(line);
      line = '';
      width = 0;
    }
    const gap = line === '' ? '' : blanks;
    line += gap + word;
    width += gap.length + wordWidth;
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** A label and its text in a column beside it, or below it where there is no room. */
export function foldPair(label: string, text: string, columns: number): string[] {
  const start = textWidth(label);
  const room = columns - start;
  const beside = foldText(text, room);
  const isWhole = beside.every((line) => textWidth(line) <= room);
  if (isWhole && (room >= leastRoom || (beside.length === 1 && start <= shortLabel))) {
    return beside.map((line, index) => (index === 0 ? label : ' '.repeat(start)) + line);
  }
  const name = label.trimEnd();
  const indent = ' '.repeat(name === '' ? 2 : indentOf(name) + 2);
  const below = foldText(text, columns - indent.length).map((line) => indent + line);
  return name === '' ? below : [...foldHanging(name, columns), ...below];
}

/** A line of help, of a table or a page as it is; what follows two blanks is a column. */
export function foldLine(line: string, columns: number): string[] {
  const [, label, text] = /^( *\S+(?: \S+)* {2,})(\S.*)$/u.exec(line) ?? [];
  if (label !== undefined && text !== undefined) return foldPair(label, text, columns);
  return line.startsWith(' ') ? foldHanging(line, columns) : foldText(line, columns);
}

/** A line whose continuation stands further right, so that it is never taken for a line of its own. */
export function foldHanging(line: string, columns: number): string[] {
  if (textWidth(line) <= columns) return [line];
  const start = indentOf(line);
  const hang = ' '.repeat(start + 2);
  const lines = foldText(line.slice(start), columns - start - 2, columns - start);
  return lines.map((text, index) => (index === 0 ? ' '.repeat(start) : hang) + text);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
