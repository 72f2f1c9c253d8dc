const marked = (mark: readonly number[], bytes: Uint8Array) => Buffer.concat([Buffer.from(mark), bytes]);
const little = (text: string) => Buffer.from(text, 'utf16le');
const big = (text: string) => little(text).swap16();

/** Ways in which editors and shells write a text file. */
export const encodings: Record<string, (text: string) => Buffer> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => marked([0xef, 0xbb, 0xbf], Buffer.from(text)),
  'UTF-16 LE with a mark': (text) => marked([0xff, 0xfe], little(text)),
  'UTF-16 BE with a mark': (text) => marked([0xfe, 0xff], big(text)),
};

/** These are told by their zeros, of which they need enough. */
export const unmarkedEncodings: Record<string, (text: string) => Buffer> = {
  'UTF-16 LE': little,
  'UTF-16 BE': big,
};
