import type { HttpReply } from './http.ts';
import { shorten } from './plain-text.ts';
import { asObject, asText } from './untrusted.ts';

/** As much as a sentence of an error needs. */
const maxLength = 300;

/**
 * What an answer that is not the service's own says, in its first words: a page's title, a text, or the message of
 * whichever framework or gateway wrote the JSON. Undefined where it says nothing.
 */
export function firstWords({ text, json }: Pick<HttpReply, 'text' | 'json'>): string | undefined {
  const said = json === undefined ? ofText(text) : ofJson(json, 4);
  return said === undefined || said === '' ? undefined : shorten(said, maxLength);
}

/** Keys under which frameworks put their words, in the order in which they are worth reading. */
const messageKeys = [
  'message',
  'msg',
  'error_msg',
  'error_message',
  'errorMessage',
  'error_description',
  'detail',
];
const outerKeys = ['error', 'errors', 'fault', 'data', 'reason', 'faultstring', 'description', 'title'];

function ofJson(value: unknown, depth: number): string | undefined {
  if (depth === 0) return undefined;
  if (Array.isArray(value)) {
    const all = value.slice(0, 3).flatMap((item) => ofJson(item, depth - 1) ?? []);
    return all.length === 0 ? undefined : all.join('; ');
  }
  const object = asObject(value);
  if (object === undefined) return typeof value === 'string' ? asText(value) : undefined;
  const byName = new Map(Object.entries(object).map(([key, inner]) => [key.toLowerCase(), inner]));
  const read = (key: string) => ofJson(byName.get(key.toLowerCase()), depth - 1);
  // RFC 7807: the title names the kind, the detail this very case.
  const title = asText(byName.get('title'));
  const detail = read('detail');
  if (title !== undefined && detail !== undefined && title !== detail) return `${title}: ${detail}`;
  for (const key of [...messageKeys, ...outerKeys]) {
    const said = read(key);
    // FastAPI: which field it is about.
    if (said !== undefined) return `${placeOf(byName.get('loc'))}${said}`;
  }
  // `{"errors": {"prompt": ["is required"]}}`
  const [[name, inner] = []] = Object.entries(object);
  const said = Array.isArray(inner) ? ofJson(inner, depth - 1) : undefined;
  return said === undefined ? undefined : `${asText(name) ?? ''}: ${said}`;
}

function placeOf(place: unknown): string {
  const path = Array.isArray(place) ? place.flatMap((part) => asText(part) ?? []).join('.') : '';
  return path === '' ? '' : `${path}: `;
}

function ofText(text: string): string | undefined {
  const isMarkup = /^\s*</u.test(text);
  if (!isMarkup) return asText(text);
  const inside = /<(title|h1|message|body)\b[^>]*>(.*?)<\/\1\s*>/isu.exec(text)?.[2];
  const words = inside
    ?.replaceAll(/<(script|style)\b.*?<\/\1\s*>|<[^>]*>/gisu, ' ')
    .replaceAll(
      /&(amp|lt|gt|quot|#39|nbsp);/giu,
      (_whole, name: string) => entities[name.toLowerCase()] ?? ' ',
    )
    .replaceAll(/\s+/gu, ' ');
  return asText(words) ?? 'a web page';
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };
