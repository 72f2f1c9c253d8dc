import { extname } from 'node:path';
import type { ByteReader } from './byte-reader.ts';
import type { FactsOfContent } from './image-facts.ts';
import { starts } from './signature.ts';

// Names inside a ZIP that only one kind of document has.
const namesInside = [
  ['word/', 'docx'],
  ['xl/', 'xlsx'],
  ['ppt/', 'pptx'],
] as const;
const packedExtensions = new Set(['docx', 'xlsx', 'pptx', 'pages', 'numbers', 'key']);
const oldExtensions = new Set(['doc', 'xls', 'ppt']);
const tailBytes = 64 * 1024;

/** What document a file is; undefined when it is none. The name decides only between kinds in the same container. */
export async function readDocument(
  head: Buffer,
  reader: ByteReader,
  name: string,
): Promise<FactsOfContent | undefined> {
  const extension = extname(name).slice(1).toLowerCase();
  const document = (format: string): FactsOfContent => ({ kind: 'document', format });
  if (starts(head, '%PDF-')) return document('pdf');
  if (starts(head, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) {
    return document(oldExtensions.has(extension) ? extension : 'ole');
  }
  if (starts(head, 'PK\x03\x04')) {
    // The list of names stands at the end.
    const tail = await reader.read(Math.max(0, reader.size - tailBytes), tailBytes);
    const inside = namesInside.find(([path]) => tail.includes(path, 0, 'latin1'));
    if (inside !== undefined) return document(inside[1]);
    return packedExtensions.has(extension) ? document(extension) : { kind: 'unknown', format: 'zip' };
  }
  return isText(head, head.length < reader.size) ? document('text') : undefined;
}

/** UTF-8 without control characters that no text has. */
function isText(head: Buffer, isCut: boolean): boolean {
  // oxlint-disable-next-line no-control-regex -- these tell bytes from text
  if (head.length === 0 || /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/u.test(head.toString('latin1')))
    return false;
  try {
    // What is cut may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: isCut });
    return true;
  } catch {
    return false;
  }
}
