// When a signed link ends, by its own words and by those of the server that no longer takes it.

/** A time that a link's query names, in milliseconds since 1970; undefined where it names none. */
export function linkEndMs(link: string): number | undefined {
  const seconds = Number(/[?&]Expires=(\d{9,11})(?:&|#|$)/iu.exec(link)?.[1]);
  if (Number.isFinite(seconds) && seconds > 0) return seconds * 1000;
  // Newer signatures of object storage: when it was signed, and for how many seconds.
  const signed = /[?&]x-(?:oss|amz)-date=(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:&|#|$)/iu.exec(link);
  const lifetime = Number(/[?&]x-(?:oss|amz)-expires=(\d{1,9})(?:&|#|$)/iu.exec(link)?.[1]);
  if (signed === null || !Number.isFinite(lifetime)) return undefined;
  const [, year, month, day, hour, minute, second] = signed;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + lifetime * 1000;
  return Number.isNaN(ms) ? undefined : ms;
}

/** What a link's server said when it refused to give the file. */
export type LinkRefusal = {
  status: number;
  /** The beginning of the page. */
  text: string;
  /** The server's clock, where it told it. */
  serverMs: number | undefined;
};

const ended =
  /(?:request|signature|url|link|token|policy)s?\s+(?:has\s+|have\s+|is\s+|was\s+)?expired|expired\s*(?:token|request|signature|url|link)/iu;

/** When the link expired, where that is why it was refused: by what the page says, or by the server's clock. */
export function expiredAt(
  link: string,
  { status, text, serverMs }: LinkRefusal,
): { ms?: number } | undefined {
  if (status < 400 || status >= 500 || status === 404) return undefined;
  const toldMs = Date.parse(/<Expires>\s*([^<]{8,40}?)\s*<\/Expires>/iu.exec(text)?.[1] ?? '');
  const endMs = Number.isNaN(toldMs) ? linkEndMs(link) : toldMs;
  const isOver = endMs !== undefined && serverMs !== undefined && endMs <= serverMs;
  if (!isOver && !ended.test(text)) return undefined;
  return endMs === undefined ? {} : { ms: endMs };
}
