/** A link as people may see it: without user, password, query and fragment, which may hold a signature. */
export function cutQuery(link: string): string {
  if (/^data:/iu.test(link)) return `${link.slice(0, link.indexOf(',') + 1 || 30)}…`;
  return link.replace(/[?#].*$/su, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/iu, '$1');
}
