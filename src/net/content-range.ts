/** What a 206 delivers: `first` and `last` are byte offsets, both inclusive; `total` is undefined for `*`. */
export type ContentRange = { first: number; last: number; total: number | undefined };

/** Reads `Content-Range: bytes 0-99/200`; undefined for every other shape and for numbers that contradict. */
export function parseContentRange(text: string | undefined): ContentRange | undefined {
  // 15 digits stay below 2^53, so no offset loses its last bits.
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(?:(\d{1,15})|\*)$/iu.exec(text?.trim() ?? '');
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2]);
  const total = match[3] === undefined ? undefined : Number(match[3]);
  return last < first || (total !== undefined && last >= total) ? undefined : { first, last, total };
}
