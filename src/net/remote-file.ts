import { crc64Pattern, md5Pattern, type RemoteFile } from '../store/part-record.ts';
import type { ContentRange } from './content-range.ts';
import type { Answer } from './open-link.ts';

/** What an answer's headers say of the file. */
export function readRemote(headers: Answer['headers']): RemoteFile {
  const length = headers['content-length'];
  const md5 = headers['content-md5']?.trim();
  const crc64 = headers['x-oss-hash-crc64ecma']?.trim();
  return {
    etag: headers['etag'],
    lastModified: headers['last-modified'],
    contentType: headers['content-type'],
    contentEncoding: codingOf(headers),
    totalBytes: length !== undefined && /^\d{1,15}$/u.test(length) ? Number(length) : undefined,
    md5: md5 !== undefined && md5Pattern.test(md5) ? md5 : undefined,
    crc64: crc64 !== undefined && crc64Pattern.test(crc64) ? crc64 : undefined,
  };
}

/**
 * False where a 206 says of itself that it belongs to another file than the one there is a part of, or that it is no
 * such range: its length is another.
 */
export function isOfSameFile(
  { etag, lastModified, totalBytes, contentEncoding }: Partial<RemoteFile>,
  headers: Answer['headers'],
  range: ContentRange | undefined,
): boolean {
  const length = headers['content-length'];
  return (
    (length === undefined || range === undefined || Number(length) === range.last + 1 - range.first) &&
    codingOf(headers) === contentEncoding &&
    (etag === undefined || (headers['etag'] ?? etag) === etag) &&
    (lastModified === undefined || (headers['last-modified'] ?? lastModified) === lastModified) &&
    (totalBytes === undefined || range?.total === totalBytes)
  );
}

/** In what form the server says that it sends the file; undefined for the file's own, also under names of no coding. */
function codingOf(headers: Answer['headers']): string | undefined {
  const names = (headers['content-encoding'] ?? '').toLowerCase().split(',');
  const codings = names.map((name) => name.trim()).filter((name) => knownCodings.has(name));
  return codings.length === 0 ? undefined : codings.join(',');
}

const knownCodings = new Set(['gzip', 'x-gzip', 'deflate', 'br', 'zstd', 'compress', 'aws-chunked']);

/** What may be sent as `If-Range`, or undefined where nothing tells whether the file is still the same. */
export function strongValidator(remote: RemoteFile | undefined): string | undefined {
  const { etag, lastModified } = remote ?? {};
  return etag !== undefined && !/^W\//iu.test(etag) ? etag : lastModified;
}
