import { randomUUID } from 'node:crypto';
import { boundaryOf, MalformedForm, readForm } from './multipart.ts';
import type { Call } from './route.ts';
import type { UploadStore } from './upload-store.ts';

// Files that a service keeps behind a plain address: AceData's and SinanCode's uploads. They lie in the same store
// as DashScope's, under keys that no `oss://` address can name.

const pattern = /^\/hosted\/([0-9a-f-]{36}(?:\.[a-z0-9]{1,8})?)$/u;

/** A new key for a file of this name; only its ending is kept. */
export function newHostedKey(filename: string | undefined): string {
  const ending = /\.[A-Za-z0-9]{1,8}$/u.exec(filename ?? '')?.[0].toLowerCase() ?? '';
  return `hosted/${randomUUID()}${ending}`;
}

/** The key behind a path, undefined for another path. */
export function hostedKey(path: string): string | undefined {
  const name = pattern.exec(path)?.[1];
  return name === undefined ? undefined : `hosted/${name}`;
}

/** The key behind an address, whatever host and directory it is reached under: nobody else has such a name. */
export function hostedKeyOf(url: string): string | undefined {
  return hostedKey(/\/hosted\/[^/]*$/u.exec(new URL(url).pathname)?.[0] ?? '');
}

const contentTypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  bmp: 'image/bmp',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
};

/** The type that goes with a key's ending. */
export function contentTypeOf(key: string): string {
  return contentTypes[key.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}

/** The ending that goes with a type, with its dot; empty for one that is not known. */
export function endingOf(contentType: string): string {
  const ending = Object.entries(contentTypes).find(([, type]) => type === contentType)?.[0];
  return ending === undefined ? '' : `.${ending}`;
}

/** What a service makes of a form with a file. */
export type HostedFile = { key: string; url: string; sizeBytes: number };

/** Why a form was not stored. */
export class UploadFault extends Error {
  readonly reason: 'malformed' | 'no-file' | 'too-large';

  constructor(reason: UploadFault['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** Stores the part `file` of a form. @throws {UploadFault} */
export async function hostForm(call: Call, uploads: UploadStore, maxBytes: number): Promise<HostedFile> {
  const boundary = boundaryOf(call.headers['content-type']);
  if (boundary === undefined) throw new UploadFault('malformed');
  try {
    for await (const part of readForm(call.body.stream(), boundary)) {
      if (part.name === 'file') return await hostBytes(call, uploads, part.filename, part.body, maxBytes);
    }
  } catch (error) {
    if (error instanceof MalformedForm) throw new UploadFault('malformed');
    throw error;
  }
  throw new UploadFault('no-file');
}

/** Stores bytes under a new key. @throws {UploadFault} when they are more than allowed */
export async function hostBytes(
  call: Call,
  uploads: UploadStore,
  filename: string | undefined,
  content: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<HostedFile> {
  const key = newHostedKey(filename);
  if ((await uploads.store(key, content, maxBytes, call.now)) === 'too-large') {
    throw new UploadFault('too-large');
  }
  const sizeBytes = (await uploads.find(key, call.now))?.sizeBytes ?? 0;
  return { key, url: `${call.origin}/${key}`, sizeBytes };
}
