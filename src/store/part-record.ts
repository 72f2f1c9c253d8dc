import { createHash } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { discard, lacksLinks, writeNew } from './atomic-file.ts';
import { readPlainFile } from './plain-file.ts';
import { asNumber, asObject, asText, at } from '../core/untrusted.ts';

/** What is known of the file behind a link, from the headers that came with its bytes. */
export type RemoteFile = {
  etag: string | undefined;
  lastModified: string | undefined;
  contentType: string | undefined;
  /** `Content-Encoding`: the codings it names, from the first to the last. */
  contentEncoding?: string | undefined;
  /** Of the whole file. */
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
    const text = await readPlainFile(recordPath(partPath));
    return text === undefined ? 'none' : (toRecord(JSON.parse(text ?? '')) ?? 'unreadable');
  } catch {
    return 'unreadable';
  }
}

/** Asked right before a record takes its name: it may still refuse. */
type BeforeName = () => Promise<void>;

/** Claims the record's name, which appears with its whole content. @throws EEXIST when it is taken */
export async function createPartRecord(
  partPath: string,
  record: PartRecord,
  beforeName?: BeforeName,
): Promise<void> {
  const temporary = await writeTemporary(partPath, record);
  try {
    await beforeName?.();
    await link(temporary, recordPath(partPath));
  } catch (error) {
    if (!lacksLinks(error) && errorCode(error) !== 'EXDEV') throw error;
    await writeNew(recordPath(partPath), textOf(record), { mode: 0o666 });
  } finally {
    await discard(temporary);
  }
}

/** Replaces the record as a whole: a kill leaves the old one or the new one. Throws the file system's error. */
export async function savePartRecord(
  partPath: string,
  record: PartRecord,
  beforeName?: BeforeName,
): Promise<void> {
  const temporary = await writeTemporary(partPath, record);
  try {
    await beforeName?.();
    await rename(temporary, recordPath(partPath));
  } catch (error) {
    await discard(temporary);
    throw error;
  }
}

/** Drops the record once its `.part` has its final name. A leftover one is harmless, so this never throws. */
export async function forgetPart(partPath: string): Promise<void> {
  await discard(recordPath(partPath));
}

/**
 * Removes an owner's `.part` and record, under any of its names: a run that was killed after the file had got its
 * final name leaves them. Never throws.
 */
export async function removeParts(wanted: string, owner: string): Promise<void> {
  await Promise.all(
    partNames(wanted)
      .flatMap((name) => [name, decodedPath(name)])
      .map(async (partPath) => {
        const record = await readPartRecord(partPath);
        if (typeof record === 'string' || record.owner !== owner) return;
        await discard(partPath);
        await forgetPart(partPath);
      }),
  );
}

const maxNames = 9;

/** The names that a part may have: another download may have taken the first. */
export function partNames(wanted: string): string[] {
  const numbered = (number: number) => wanted.replace(/(\.part)?$/u, (ending) => `-${number}${ending}`);
  return Array.from({ length: maxNames }, (_, index) => (index === 0 ? wanted : numbered(index + 1)));
}

/** The part that a part's content becomes where its server packed it. As short as a number: names have limits. */
export function decodedPath(partPath: string): string {
  return partPath.replace(/(\.part)?$/u, (ending) => `-0${ending}`);
}

/**
 * Its name is the same each time, so that what a kill leaves of it is gone after the next write. No two processes
 * have it: a part belongs to one owner, and the owner's lock to one process.
 */
async function writeTemporary(partPath: string, record: PartRecord): Promise<string> {
  const hash = createHash('sha256').update(`${record.owner}\n${partPath}`).digest('hex').slice(0, 16);
  const temporary = join(dirname(partPath), `.wan-${hash}.tmp`);
  await rm(temporary, { force: true });
  await writeNew(temporary, textOf(record), { mode: 0o666 });
  return temporary;
}

function textOf(record: PartRecord): string {
  return `${JSON.stringify({ schema, ...record })}\n`;
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
    contentEncoding: asText(remote['contentEncoding']),
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
