import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { asObject, asText, at } from '../core/untrusted.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { readPlainFile } from './plain-file.ts';

// Two keyboards write one letter in two ways, and what is pasted brings blanks: all of that is one key. Claims of
// earlier versions lie under the very letters that were typed.

/** What the program itself adds to a key; the blank before it is no blank at the key's end. */
const parts = /^(.*?)((?: \(\d+ of \d+\))?(?: \(sandbox\))?)$/su;

/** The one spelling that stands for all. */
export function spellKey(key: string): string {
  const [, own = key, added = ''] = parts.exec(key) ?? [];
  return `${own.normalize('NFC').trim()}${added}`;
}

/** How a key may have been spelled by who typed this one, the likeliest first; the one that counts now is last. */
export function spellingsOf(key: string): string[] {
  const [, own = key, added = ''] = parts.exec(key) ?? [];
  const typed = [own, own.trim()].flatMap((text) => [text, text.normalize('NFD'), text.normalize('NFC')]);
  return [...new Set([...typed.map((text) => `${text}${added}`), spellKey(key)])];
}

const indexName = 'old-spellings.json';

/** The claims that lie under another spelling than theirs: file names by the keys as they count now. */
export type OldSpellings = ReadonlyMap<string, string>;

/**
 * Looks through all claims once, and with `keeps` leaves the result in a file: no such claim is made any more.
 * Throws the file system's error: what cannot be read may stand for something paid.
 */
export async function findOldSpellings(
  directory: string,
  nameOf: (key: string) => string,
  { keeps }: { keeps: boolean },
): Promise<OldSpellings> {
  const file = path.join(directory, indexName);
  const known = parseIndex(await readPlainFile(file));
  if (known !== undefined) return known;
  const found = new Map<string, string>();
  const names = await readdir(directory).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    if (!/^[0-9a-f]{32}\.json$/u.test(name)) continue;
    // oxlint-disable-next-line no-await-in-loop -- once for a directory
    const key = keyIn((await readPlainFile(path.join(directory, name))) ?? '');
    if (key !== undefined && nameOf(spellKey(key)) !== name) found.set(spellKey(key), name);
  }
  if (keeps) {
    const text = `${JSON.stringify({ schema: 1, files: Object.fromEntries(found) })}\n`;
    await writeFileAtomic(file, text).catch(() => {}); // then the next one looks again
  }
  return found;
}

function parseIndex(text: string | null | undefined): OldSpellings | undefined {
  const files = asObject(at(parse(text ?? ''), 'files'));
  return files === undefined
    ? undefined
    : new Map(
        Object.entries(files).flatMap(([key, name]) => (typeof name === 'string' ? [[key, name]] : [])),
      );
}

/** As it was written: blanks at its ends are what matters. */
function keyIn(text: string): string | undefined {
  const key = at(parse(text), 'key');
  return asText(key) === undefined ? undefined : String(key);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
