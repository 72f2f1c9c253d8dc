import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { asNumber, asObject, asText, at } from '../core/untrusted.ts';

/** What is known of the file behind a link, from the headers that came with its bytes. */
export type RemoteFile = {
  etag: string | undefined;
  lastModified: string | undefined;
  contentType: string | undefined;
  totalBytes: number | undefined;
  /** `Content-MD5`, base64. */
  md5: string | undefined;
  /** `x-oss-hash-crc64ecma`, decimal. */
  crc64: string | undefined;
};

/** The small file beside a `.part`: whose it is, of what, and which bytes of it are on disk for certain. */
export type PartRecord = {
  /** The job id. */
  owner: string;
  /** Undefined until the first byte is about to be written. */
  remote: RemoteFile | undefined;
  /** Finished stretches `[first, end)`: offsets in bytes, the end not included, ascending. */
  ranges: [number, number][];
};

const schema = 1;

export const md5Pattern = /^[\w+/]{22}==$/u;
export const crc64Pattern = /^\d{1,20}$/u;

/** `video.part` -> `video.part.json`. */
export function recordPath(partPath: string): string {
  return `${partPath}.json`;
}

/** The record, `none` without one, `unreadable` for anything that this version did not write. Never throws. */
export async function readPartRecord(partPath: string): Promise<PartRecord | 'none' | 'unreadable'> {
  try {
    return toRecord(JSON.parse(await readFile(recordPath(partPath), 'utf8'))) ?? 'unreadable';
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'none' : 'unreadable';
  }
}

/** Claims the record's name. @throws EEXIST when it is taken */
export async function createPartRecord(partPath: string, record: PartRecord): Promise<void> {
  await writeNew(recordPath(partPath), record);
}

/** Replaces the record as a whole: a kill leaves the old one or the new one. Throws the file system's error. */
export async function savePartRecord(partPath: string, record: PartRecord): Promise<void> {
  const temporary = join(dirname(partPath), `.wan-${randomBytes(8).toString('hex')}.tmp`);
  try {
    await writeNew(temporary, record);
    await rename(temporary, recordPath(partPath));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error tells more
    throw error;
  }
}

/** Drops the record once its `.part` has its final name. A leftover one is harmless, so this never throws. */
export async function forgetPart(partPath: string): Promise<void> {
  await rm(recordPath(partPath), { force: true }).catch(() => {});
}

async function writeNew(path: string, record: PartRecord): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(`${JSON.stringify({ schema, ...record })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

function toRecord(value: unknown): PartRecord | undefined {
  const record = asObject(value);
  const owner = asText(record?.['owner']);
  if (record === undefined || record['schema'] !== schema || owner === undefined) return undefined;
  const ranges = toRanges(record['ranges']);
  return ranges === undefined ? undefined : { owner, remote: toRemote(record['remote']), ranges };
}

function toRemote(value: unknown): RemoteFile | undefined {
  const remote = asObject(value);
  if (remote === undefined) return undefined;
  return {
    etag: asText(remote['etag']),
    lastModified: asText(remote['lastModified']),
    contentType: asText(remote['contentType']),
    totalBytes: asLength(remote['totalBytes']),
    md5: asChecksum(remote['md5'], md5Pattern),
    crc64: asChecksum(remote['crc64'], crc64Pattern),
  };
}

function asLength(value: unknown): number | undefined {
  const bytes = asNumber(value);
  return Number.isSafeInteger(bytes) && Number(bytes) >= 0 ? bytes : undefined;
}

/** A checksum that has another form is none: comparing with it would fail for ever, or throw. */
function asChecksum(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function toRanges(value: unknown): [number, number][] | undefined {
  if (!Array.isArray(value)) return undefined;
  const ranges: [number, number][] = [];
  for (const item of value) {
    const first = asNumber(at(item, 0));
    const end = asNumber(at(item, 1));
    if (first === undefined || end === undefined || first < 0 || end < first) return undefined;
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(end)) return undefined;
    ranges.push([first, end]);
  }
  return ranges;
}
