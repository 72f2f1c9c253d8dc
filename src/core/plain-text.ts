// Text of services, file names and prompts is data: nothing of it may steer a terminal or a CI runner.

// C0, DEL, C1, bidirectional controls and the two Unicode line separators.
const controls =
  // oxlint-disable-next-line no-control-regex -- these are the characters to remove
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
// oxlint-disable-next-line no-control-regex -- CR, LF, tab and their kin are white space, not noise
const blanks = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;

/** The text on one line: line ends become spaces, every other control character is dropped. */
export function oneLine(text: string): string {
  return withoutControls(text).trim();
}

/** The same with the blanks at both ends. */
export function withoutControls(text: string): string {
  return text.replace(blanks, ' ').replace(controls, '');
}

/** Azure's CI runner obeys `##vso[` and GitHub's `##[` also inside a line: they are taken apart. */
export function breakMarks(text: string): string {
  return text.replaceAll(/##(?=\[|vso\[)/giu, '# #');
}

/** The same for whole lines: GitHub's `::` is a command where a line begins. */
export function breakCommands(lines: string): string {
  return breakMarks(lines).replaceAll(/^([^\S\n]*):(?=:)/gmu, '$1: ');
}

/** The same for a text that may yet be broken into lines: no `::name::` is left in it. */
export function breakAllCommands(text: string): string {
  return breakCommands(text).replaceAll(/:(?=:[a-z][\w-]*(?:\s[^:]*)?::)/giu, ': ');
}

/** JSON in which control characters of other alphabets, and the commands of CI runners, are written as escapes. */
export function escapeJson(json: string): string {
  return json
    .replaceAll(
      // oxlint-disable-next-line no-control-regex -- these are the characters to escape
      /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
      (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
    )
    .replaceAll(/##(?=\[|vso\[)/giu, String.raw`#\u0023`);
}

/** The first `max` characters of a text on one line, with an ellipsis where it was cut. */
export function shorten(text: string, max: number): string {
  const characters = Array.from(oneLine(text));
  return characters.length <= max
    ? characters.join('')
    : `${characters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}

/** How services count a prompt: letters, Chinese characters and punctuation each count one. */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}
