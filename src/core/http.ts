/** A reply as far as anybody here needs it: never more than a few megabytes of text, and from the client on without keys. */
export type HttpReply = {
  status: number;
  /** Names in lower case; of repeated ones the first. */
  headers: Readonly<Record<string, string>>;
  text: string;
  /** The text parsed as JSON, or undefined where it is none. */
  json: unknown;
  /** Why the text is not all of the answer: it broke off, is too large, or cannot be unpacked. */
  trouble?: string;
};

/** What became of a call. The difference between the last two is what a paid submit turns on. */
export type SendOutcome =
  | { kind: 'reply'; reply: HttpReply }
  /** Not a byte of the request left this machine. */
  | { kind: 'never-sent'; reason: string }
  /** Bytes may have arrived, and no whole answer came back. */
  | { kind: 'lost'; reason: string };

/** The service's clock when it answered, in milliseconds since 1970; undefined where it does not tell. */
export function serviceMs(headers: HttpReply['headers']): number | undefined {
  const value = headers['date']?.trim() ?? '';
  // Date.parse makes a date of nearly anything; those of HTTP begin with a day's name.
  const date = /^[a-z]{3}/iu.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** Milliseconds that a reply asks to wait, by `Retry-After` in seconds or as a date; undefined without one. */
export function retryAfterMs(headers: HttpReply['headers'], nowMs: number): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,9}(?:\.\d+)?$/u.test(value)) return Number(value) * 1000;
  // Date.parse makes a date of nearly anything, `-5` included; those of HTTP begin with a day's name.
  const date = /^[a-z]{3}/iu.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
