import { oneLine, shorten } from './plain-text.ts';

/**
 * What a text page in place of a file says of itself: `an XML error page: <Code> AccessDenied`, `an HTML page`,
 * `a JSON document`. Undefined for anything that does not begin like one. Only codes are quoted, never messages:
 * those may repeat a signed link.
 */
export function describePage(head: Uint8Array): string | undefined {
  const text = new TextDecoder()
    .decode(head.subarray(0, 4096))
    .replace(/^\uFEFF/u, '')
    .trimStart();
  if (/^<(?:!doctype html|html|head|body|title|script|center)\b/iu.test(text)) return 'an HTML page';
  if (/^<[?!a-z]/iu.test(text)) {
    const code = /<Code>([^<]{1,200})/iu.exec(text)?.[1];
    const isHtml = /<html\b/iu.test(text);
    if (code !== undefined) return `an XML error page: <Code> ${quoted(code)}`;
    return isHtml ? 'an HTML page' : 'an XML page';
  }
  if (/^\{\s*(?:"|\}|$)/u.test(text) || /^\[\s*(?:["[{\]]|$)/u.test(text)) {
    const code = /"code"\s*:\s*"?([^",}]{1,200})/iu.exec(text)?.[1];
    return code === undefined ? 'a JSON document' : `a JSON document: code ${quoted(code)}`;
  }
  return undefined;
}

function quoted(code: string): string {
  return shorten(oneLine(code), 60);
}
