import { createReadStream } from 'node:fs';
import { NotSavedError } from '../core/errors.ts';
import { decodedPath } from '../store/part-record.ts';
import { claimPart } from './claim-part.ts';
import { freeBuffers } from './free-buffers.ts';
import type { PartCare, PartFile } from './part-file.ts';
import type { Downloaded } from './transfer.ts';
import { isWrapped, unwrap } from './unwrap.ts';

const headBytes = 128;
const freeEveryBytes = 8 * 1024 * 1024;

/**
 * Where a server packed the file (gzip, aws-chunked, ...) though it was asked for it as it is: unpacks it into a part
 * of its own. Length, ranges and checksums mean the bytes as sent, and what was sent stays until the video has its
 * name. A file that is no packed one, whatever its headers say, or that cannot be unpacked, is given back as it is.
 */
export async function unwrapPart(
  part: PartFile,
  sent: Downloaded,
  options: PartCare & { owner: string; signal: AbortSignal },
): Promise<Downloaded> {
  const { owner, signal } = options;
  const coding = part.remote?.contentEncoding;
  const head = createReadStream(part.path, { end: headBytes - 1 });
  if (!isWrapped(Buffer.concat(await head.toArray()), coding)) return sent;
  const plain = await claimPart(decodedPath(part.path), owner, options);
  try {
    await plain.begin({
      etag: undefined,
      lastModified: undefined,
      contentType: sent.contentType,
      totalBytes: undefined,
      md5: undefined,
      crc64: undefined,
    });
    let freed = 0;
    for await (const chunk of unwrap(createReadStream(part.path), coding)) {
      signal.throwIfAborted();
      await plain.write(plain.bytes, [chunk]);
      if (plain.bytes - freed < freeEveryBytes) continue;
      freed = plain.bytes;
      freeBuffers();
    }
    const { sha256 } = await plain.checksums(signal);
    await plain.complete();
    return { ...sent, partPath: plain.path, bytes: plain.bytes, sha256 };
  } catch (error) {
    signal.throwIfAborted();
    // The disk's failures are told; what is packed in a way nobody can read is kept as it came.
    if (error instanceof NotSavedError) throw error;
    return sent;
  } finally {
    await plain.close();
  }
}
