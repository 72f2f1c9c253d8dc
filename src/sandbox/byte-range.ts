/** Bytes of a whole: `start` included, `end` not. */
export type ByteRange = { start: number; end: number };

/**
 * Reads a `Range` header as object stores do by default (Alibaba Cloud OSS, GetObject, 2026): one range that lies
 * inside; undefined for anything else (several, malformed, out of bounds), which is answered with everything.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/u.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  if (first === '') {
    const count = Number(last);
    return last === '' || count === 0 || count > size ? undefined : { start: size - count, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Number(last) + 1;
  return start < end && end <= size ? { start, end } : undefined;
}
