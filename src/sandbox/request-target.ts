/** Where a request goes, split but not decoded. */
export type RequestTarget = {
  /** Starts with a slash; slashes at the end are gone. */
  path: string;
  rawQuery: string;
  /** The host of a request written for a proxy (`GET http://host/path`). */
  authority: string | undefined;
};

/** Splits the target of a request line. Never throws: an odd one is a path that nobody serves. */
export function readTarget(url: string): RequestTarget {
  const [, authority, rest] = /^https?:\/\/([^/?#]*)(.*)$/isu.exec(url) ?? [undefined, undefined, url];
  const cut = (rest ?? '').indexOf('?');
  const path = cut === -1 ? (rest ?? '') : (rest ?? '').slice(0, cut);
  const rawQuery = cut === -1 ? '' : (rest ?? '').slice(cut + 1);
  return { path: path.replace(/\/+$/u, '') || '/', rawQuery, authority };
}
