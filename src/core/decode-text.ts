// Text files as editors and shells of all systems write them: UTF-8 or UTF-16, with or without a mark at the beginning.

/** The text of a file; undefined for what is neither UTF-8 nor UTF-16. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const encoding = encodingOf(bytes);
  if (encoding === undefined) return undefined;
  try {
    // A mark is skipped by the decoder.
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The same where a letter that cannot be read is no harm: in comments, say. Undefined for what is no text at all. */
export function decodeLoosely(bytes: Uint8Array): string | undefined {
  const text = decodeText(bytes) ?? new TextDecoder().decode(bytes);
  return text.includes('\0') ? undefined : text;
}

/** The same. @throws {Error} for what is no text at all */
export function textOf(bytes: Uint8Array): string {
  const text = decodeLoosely(bytes);
  if (text === undefined) throw new Error('it is neither UTF-8 nor UTF-16 text');
  return text;
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | undefined {
  const [a, b, c, d] = bytes;
  const isUtf32 = (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe);
  if (isUtf32) return undefined;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (bytes.length % 2 !== 0) return 'utf-8';
  // Without a mark: text that is mostly ASCII has every other byte empty, and no UTF-8 text has any.
  const zeros = [0, 0];
  bytes.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const most = bytes.length / 4;
  const guess = odd > most && even === 0 ? 'utf-16le' : even > most && odd === 0 ? 'utf-16be' : 'utf-8';
  // Samples of sound and the like look the same from afar, and are no prompt to pay for.
  return guess === 'utf-8' || isPlain(new TextDecoder(guess).decode(bytes)) ? guess : 'utf-8';
}

function isPlain(text: string): boolean {
  return !/\p{C}/u.test(text.replaceAll(/[\t\n\f\r]|\p{Cf}/gu, ''));
}
