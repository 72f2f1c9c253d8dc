import type { Content } from './film-facts.ts';
import { hostedKeyOf } from './hosted-files.ts';
import type { Input, InputContext, InputFailure } from './input.ts';
import { callLoopback, isLoopbackUrl } from './loopback.ts';
import { isBoundTo } from './upload-policy.ts';
import { readHead } from './upload-store.ts';

/** A file as far as it was read. `content` is the whole of it where that was asked for. */
export type InputBytes = { head: Buffer; sizeBytes: number; content?: Content };

/** Enough for a JPEG's frame header behind a large EXIF block. */
const headBytes = 1024 * 1024;

/**
 * Gets at the bytes of an input: an upload, a file hosted by the sandbox, an inline one, or one on this machine.
 * Addresses elsewhere are never called. Never throws.
 * @param maxBytes of a clip or sound; a longer one is not read, since its length alone makes it fail
 */
export async function readInput(
  input: Input,
  context: InputContext,
  maxBytes: number,
): Promise<InputBytes | { failure: InputFailure } | 'elsewhere'> {
  const { url, field } = input;
  if (context.takesUploads && /^oss:\/\//iu.test(url)) {
    const key = url.slice(6);
    const isOwn = isBoundTo(key, context.account, context.model, context.signer);
    return (isOwn ? await readStored(key, context) : undefined) ?? unreachable(field);
  }
  const inline = decodeInline(url);
  if (inline !== undefined && context.takesInline) {
    // Clips are taken by address only.
    if (input.kind === 'video') return invalidUrl(`${field}: base64 is not accepted for videos.`);
    return { head: inline.subarray(0, headBytes), sizeBytes: inline.length, content: { bytes: inline } };
  }
  if (inline !== undefined) return invalidUrl(`${field}: base64 is not accepted here.`);
  if (!/^https?:\/\//iu.test(url) || !URL.canParse(url)) {
    return invalidUrl(`${field}: the URL is not valid.`);
  }
  // The sandbox's own files are read without a call, which would stand in its log and spend turns of a fault plan.
  const key = hostedKeyOf(url);
  const hosted = key === undefined ? undefined : await readStored(key, context);
  if (hosted !== undefined) return hosted;
  return isLoopbackUrl(url) ? fetchInput(url, input, maxBytes) : 'elsewhere';
}

async function readStored(key: string, { uploads, now }: InputContext): Promise<InputBytes | undefined> {
  const upload = await uploads.find(key, now);
  if (upload === undefined) return undefined;
  const { path, sizeBytes } = upload;
  return { head: await readHead(path, headBytes), sizeBytes, content: { path } };
}

async function fetchInput(
  url: string,
  { field, kind, isEither }: Input,
  maxBytes: number,
): Promise<InputBytes | { failure: InputFailure }> {
  const isPicture = kind === 'image' && isEither !== true;
  // One byte more tells a reply of unknown length from one that just fits.
  const wanted = isPicture ? headBytes : kind === 'file' ? 1 : maxBytes + 1;
  try {
    const reply = await callLoopback(url, { maxBytes: wanted, ...(isPicture ? {} : { longest: maxBytes }) });
    if (reply.status !== 200) {
      return failure(
        'BadRequest.InputDownloadFailed',
        `${field}: failed to download the input file (status ${reply.status}).`,
      );
    }
    const sizeBytes = reply.sizeBytes ?? reply.head.length;
    const head = reply.head.subarray(0, headBytes);
    return reply.head.length < sizeBytes
      ? { head, sizeBytes }
      : { head, sizeBytes, content: { bytes: reply.head } };
  } catch {
    return failure(
      'InvalidParameter.DataInspection',
      `${field}: download the media resource timed out during the data inspection process.`,
    );
  }
}

/** A data URL, or bare base64 as some clients send; undefined for an address. */
function decodeInline(text: string): Buffer | undefined {
  const data = /^data:[\w.+-]+\/[\w.+-]+;base64,/iu.exec(text.slice(0, 200));
  if (data !== null) return Buffer.from(text.slice(data[0].length), 'base64');
  return text.length >= 64 && /^[A-Za-z0-9+/]+={0,2}$/u.test(text) ? Buffer.from(text, 'base64') : undefined;
}

function unreachable(field: string): { failure: InputFailure } {
  return failure(
    'InvalidParameter.DataInspection',
    `${field}: unable to download the media resource during the data inspection process.`,
  );
}

function invalidUrl(message: string): { failure: InputFailure } {
  return failure('InvalidURL', message);
}

function failure(code: string, message: string): { failure: InputFailure } {
  return { failure: { code, message } };
}
