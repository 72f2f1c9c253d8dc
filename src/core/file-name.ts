import { UsageError } from './errors.ts';
import { oneLine } from './plain-text.ts';

export const templateFields = [
  'job',
  'task_id',
  'mode',
  'model',
  'seed',
  'date',
  'time',
  'slug',
  'index',
  'ext',
] as const;
export type TemplateField = (typeof templateFields)[number];

export const defaultTemplate = '{date}-{slug}-{job}.{ext}';

type Part = { text: string } | { field: TemplateField };

export function isTemplate(text: string): boolean {
  return /[{}]/u.test(text);
}

/**
 * A template's parts. `{{` and `}}` stand for braces.
 * @throws {UsageError} for an unknown field, a stray brace, or a `..` that could lead out of the directory
 */
export function parseTemplate(template: string): Part[] {
  const parts: Part[] = [];
  let text = '';
  const tokens = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/gu;
  for (const [token, field] of template.matchAll(tokens)) {
    if (token === '{{' || token === '}}') text += token[0];
    else if (field !== undefined) {
      const known = templateFields.find((name) => name === field.trim());
      if (known === undefined) {
        throw new UsageError(`--output: there is no field {${field}}`, {
          hint: `fields: ${templateFields.map((name) => `{${name}}`).join(' ')}; {{ for a brace`,
        });
      }
      if (text !== '') parts.push({ text });
      text = '';
      parts.push({ field: known });
    } else if (token === '{' || token === '}') {
      throw new UsageError(`--output: a lone ${token} in ${template}`, {
        hint: `write ${token}${token} for a brace`,
      });
    } else text += token;
  }
  if (text !== '') parts.push({ text });
  const start = parts.findIndex((part) => 'field' in part);
  const rest = parts.slice(Math.max(0, start)).map((part) => ('text' in part ? part.text : 'x'));
  if (start !== -1 && rest.join('').split(/[\\/]/u).includes('..')) {
    throw new UsageError(`--output: ${template} climbs out of its directory with ..`, {
      hint: 'put the directory before the first field',
    });
  }
  return parts;
}

/** Fills a template in. Values lose everything that could lead elsewhere or hide. */
export function fillTemplate(template: string, values: Record<TemplateField, string>): string {
  return parseTemplate(template)
    .map((part) => ('text' in part ? part.text : safeName(values[part.field])))
    .join('');
}

/** A value as part of a file's name: no separators, no leading dots, no control characters, no `##`. */
export function safeName(value: string): string {
  const name = oneLine(value)
    .replace(/[\\/:*?"<>|]/gu, '-')
    .replaceAll(/#{2,}/gu, '#')
    .replace(/^[.\s]+/u, '')
    .trim();
  return cut(name === '' ? 'unnamed' : name, 120);
}

/** A few words of a prompt, fit for a file's name in any shell. */
export function slugOf(prompt: string, fallback: string): string {
  const words = oneLine(prompt)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/gu, '');
  const short = cut(words, 40).replace(/-+$/u, '');
  return short === '' ? fallback : short;
}

/** At most `bytes` bytes of UTF-8, by whole characters: names of files are bounded in bytes. */
function cut(text: string, bytes: number): string {
  let size = 0;
  let result = '';
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    result += character;
  }
  return result;
}

/** Local date and time of a moment as names use them: `2026-11-20` and `14-03-09`. */
export function dateAndTime(ms: number): { date: string; time: string } {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    date: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    time: `${two(at.getHours())}-${two(at.getMinutes())}-${two(at.getSeconds())}`,
  };
}
