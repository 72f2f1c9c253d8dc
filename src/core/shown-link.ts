/** A link as people may see it: without user, password, query and fragment, which may hold a signature. */
export function cutQuery(link: string): string {
  if (/^data:/iu.test(link)) return `${link.slice(0, link.indexOf(',') + 1 || 30)}…`;
  return link.replace(/[?#].*$/su, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/iu, '$1');
}

/** What a service says may quote a signed link. */
export function cutLinks(text: string): string {
  return text.replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/giu, cutQuery);
}

/** The same for every address in a value, however deep. */
export function cutQueries(value: unknown): unknown {
  if (typeof value === 'string')
    return /^(?:[a-z][a-z0-9+.-]*:\/\/|data:)/iu.test(value) ? cutQuery(value) : value;
  if (Array.isArray(value)) return value.map(cutQueries);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutQueries(item)]));
}
