import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { errorCode } from '../core/error-code.ts';

type Unpack = (bytes: Uint8Array, limit: number) => Uint8Array;

// Flushed rather than finished: of a body that was cut, what is there is read.
const zipped = (maxOutputLength: number) => ({ maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
const codings: Record<string, Unpack> = {
  gzip: (bytes, limit) => gunzipSync(bytes, zipped(limit)),
  // By its name it has a header, and many servers leave that out.
  deflate: (bytes, limit) =>
    hasZlibHeader(bytes) ? inflateSync(bytes, zipped(limit)) : inflateRawSync(bytes, zipped(limit)),
  br: (bytes, limit) =>
    brotliDecompressSync(bytes, {
      maxOutputLength: limit,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    }),
};

/** Nobody packs a reply more often, and each layer may be a bomb. */
const maxLayers = 5;

/**
 * The text of a body, whatever it was packed in: we ask for it plain, and proxies pack it all the same, forget to
 * say so, or say so and do not. Never throws, and never makes more than `limit` bytes of it.
 */
export function decodeBody(
  body: Uint8Array,
  headers: { encoding: string; type: string },
  limit: number,
): { text: string; trouble?: string } {
  // The last one named was put on last.
  const named = headers.encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().replace(/^x-/u, ''))
    .filter((name) => Object.hasOwn(codings, name))
    .toReversed();
  let bytes = body;
  for (let layer = 0; layer < maxLayers; layer += 1) {
    // The bytes know best whether they are gzip; the other two can only be tried.
    const coding = isGzip(bytes) ? 'gzip' : named.find((name) => name !== 'gzip');
    if (coding === undefined || bytes.length === 0) break;
    const position = named.indexOf(coding);
    if (position !== -1) named.splice(0, position + 1);
    try {
      bytes = codings[coding]?.(bytes, limit) ?? bytes;
    } catch (error) {
      if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE')
        return { text: '', trouble: 'the answer, unpacked, is larger than 4 MiB' };
      // Not what its header says: perhaps it is plain.
    }
  }
  return isGzip(bytes)
    ? { text: '', trouble: 'the answer cannot be unpacked' }
    : { text: toText(bytes, headers.type) };
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function hasZlibHeader(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

/** By its byte order mark, which is not part of the text; else UTF-8; else what the header names. */
function toText(bytes: Uint8Array, type: string): string {
  const charset = /charset\s*=\s*"?([\w.:-]+)/iu.exec(type)?.[1]?.toLowerCase() ?? '';
  const [first, second] = bytes;
  const marked =
    first === 0xff && second === 0xfe
      ? 'utf-16le'
      : first === 0xfe && second === 0xff
        ? 'utf-16be'
        : undefined;
  const wide = marked ?? (/^utf-?16/u.test(charset) ? widthOf(bytes) : undefined);
  const text =
    (wide === undefined ? undefined : decode(wide, bytes, false)) ??
    decode('utf-8', bytes, true) ??
    (charset === '' ? undefined : decode(charset, bytes, false)) ??
    new TextDecoder().decode(bytes);
  return text.replace(/^\uFEFF+/u, '');
}

/** Without a mark, JSON tells by where its zeros are; and some say UTF-16 of what is UTF-8. */
function widthOf([first, second]: Uint8Array): string | undefined {
  return first === 0 ? 'utf-16be' : second === 0 ? 'utf-16le' : undefined;
}

function decode(label: string, bytes: Uint8Array, fatal: boolean): string | undefined {
  try {
    // As of a stream: a last letter that was cut in half is left out.
    return new TextDecoder(label, { fatal }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}
