import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { checkName } from '../core/check-name.ts';
import { UsageError } from '../core/errors.ts';
import type { MediaFacts, MediaKind } from '../core/media-facts.ts';
import type { MediaRole } from '../core/media-rule.ts';
import { shorten } from '../core/plain-text.ts';
import type { MediaInput } from '../core/request.ts';
import { shownInput } from '../core/shown-input.ts';
import { cutQuery } from '../core/shown-link.ts';
import type { TypedMedia } from './media-flags.ts';

const kindOfEnding: Readonly<Record<string, MediaKind>> = Object.fromEntries([
  ...['jpg', 'jpeg', 'png', 'bmp', 'webp', 'tif', 'tiff'].map((ending) => [ending, 'image'] as const),
  ...['mp4', 'mov', 'avi'].map((ending) => [ending, 'video'] as const),
  ...['mp3', 'wav'].map((ending) => [ending, 'audio'] as const),
]);

const roleOfKind: Partial<Record<MediaFacts['kind'], MediaRole>> = {
  image: 'reference_image',
  video: 'reference_video',
  audio: 'reference_audio',
};

/**
 * The inputs in the order in which they were typed; files and data URLs are looked at.
 * @throws {UsageError} for what is neither a readable file nor an address, and for a reference of unknown kind
 */
export async function readMedia(
  typed: readonly TypedMedia[],
  cwd: string,
  signal?: AbortSignal,
): Promise<MediaInput[]> {
  const inputs: MediaInput[] = [];
  for (const { flag, role, value } of typed) {
    // One after the other: each may be a hundred megabytes, and the first mistake is the one to tell.
    // oxlint-disable-next-line no-await-in-loop
    const source = await readSource(`--${flag}`, value, { cwd, signal, role });
    inputs.push({ ...source, role: role === 'reference' ? roleOf(source) : role });
  }
  return inputs;
}

type Source = Omit<MediaInput, 'role'>;

/** What a flag's value stands for: an address, data, or a file here. */
async function readSource(
  flag: string,
  value: string,
  { cwd, signal, role }: { cwd: string; signal: AbortSignal | undefined; role: TypedMedia['role'] },
): Promise<Source> {
  const text = value.trim();
  const shown = `${flag} ${shorten(cutQuery(text), 80)}`;
  if (/^https?:\/\//iu.test(text)) {
    if (URL.canParse(text) && /^[\x21-\x7e\u0080-\u{10ffff}]+$/u.test(text)) return { url: text };
    throw new UsageError(`${shown} is not a whole address`, { hint: 'write it as https://host/path' });
  }
  if (role === 'link') {
    throw new UsageError(`${shown} is not the address of a web page`, { hint: `${flag} https://…` });
  }
  if (/^oss:\/\/[^\s]+$/iu.test(text) && URL.canParse(text)) return { url: text };
  if (/^data:/iu.test(text)) return readData(flag, text);
  if (/^[a-z][a-z0-9+.-]+:\/\//iu.test(text) && !/^file:/iu.test(text)) {
    throw new UsageError(`${shown} is not an address that services fetch`, {
      hint: `${flag} takes a file, or an http(s) address`,
    });
  }
  // A path is taken as it is: its blanks are its own.
  const file = /^file:/iu.test(text) ? readFileUrl(flag, text) : value;
  const { probeFile } = await import('../media/probe.ts');
  const found = await probeFile(path.resolve(cwd, file), signal === undefined ? {} : { signal });
  const problem = checkName(found.facts, found.file.path);
  if (problem !== undefined) throw new UsageError(problem.message, { hint: problem.hint });
  return { url: pathToFileURL(found.file.path).href, ...found };
}

function readFileUrl(flag: string, text: string): string {
  try {
    return fileURLToPath(new URL(text));
  } catch (error) {
    throw new UsageError(`${flag} ${shorten(text, 80)} is not the address of a file here`, {
      hint: `${flag} file:///home/you/clip.mp4, or just the path`,
      cause: error,
    });
  }
}

async function readData(flag: string, text: string): Promise<Source> {
  const match = /^data:[\w.+-]+\/[\w.+-]+;base64,/iu.exec(text.slice(0, 200));
  const body = match === null ? '' : text.slice(match[0].length);
  if (match === null || !/^[A-Za-z0-9+/]+={0,2}$/u.test(body)) {
    throw new UsageError(`${flag} ${cutQuery(text.slice(0, 100))} is not a data URL that services read`, {
      hint: 'data:image/png;base64,…',
    });
  }
  const { probeBytes } = await import('../media/probe.ts');
  return { url: text, facts: await probeBytes(Buffer.from(body, 'base64'), `${flag} data:…`) };
}

/** What is known is by content; of an address only its ending tells. */
function roleOf(source: Source): MediaRole {
  const role = roleOfKind[source.facts?.kind ?? kindOfAddress(source.url)];
  if (role !== undefined) return role;
  const what = shorten(shownInput(source), 80);
  if (source.facts !== undefined) {
    throw new UsageError(`--ref ${what} is neither an image nor a clip nor a sound`, {
      hint: source.facts.kind === 'document' ? 'use --ref-file for it (wan3.0)' : 'use another file',
    });
  }
  throw new UsageError(`--ref ${what}: its ending does not tell whether it is an image, a clip or a sound`, {
    hint: 'use --ref-image or --ref-video for it',
  });
}

function kindOfAddress(url: string): MediaFacts['kind'] {
  const ending = /\.([a-z0-9]+)$/iu.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? '';
  return kindOfEnding[ending] ?? 'unknown';
}

/** An address that a service calls: http or https. @throws {UsageError} */
export function readCallback(value: string): string {
  const text = value.trim();
  if (/^https?:\/\//iu.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`--callback-url ${shorten(text, 80)} is not an http(s) address`, {
    hint: '--callback-url https://example.com/hook',
  });
}
