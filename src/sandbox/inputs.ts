import type { Dimensions } from '../core/geometry.ts';
import { readImageHeader, type ImageFormat } from './image-dimensions.ts';
import { callLoopback, isLoopbackUrl } from './loopback.ts';
import type { Signer } from './signer.ts';
import { isBoundTo } from './upload-policy.ts';
import { readHead, type UploadStore } from './upload-store.ts';

/** What an input is, by the field that names it. */
export type InputKind = 'image' | 'video' | 'audio' | 'file';

/** A file that a request names. */
export type Input = { field: string; kind: InputKind; url: string };

/** Why a task fails on an input, in DashScope's words. */
export type InputFailure = { code: string; message: string };

/** What a model takes as a picture. */
export type InputLimits = {
  maxBytes: number;
  /** Pixels of a side. */
  minSide: number;
  maxSide: number;
  /** Longer side divided by the shorter one. */
  maxAspect: number;
  formats: readonly ImageFormat[];
};

/** What was found. An address elsewhere is taken on trust: the sandbox fetches from this machine only. */
export type FoundInput = { size?: Dimensions } | { failure: InputFailure };

/** Who asks for which model, and where uploads are. */
export type InputContext = {
  uploads: UploadStore;
  signer: Signer;
  account: string;
  model: string;
  now: number;
  /** Whether `oss://` addresses and base64 are understood. */
  takesInline: boolean;
};

/** Enough for a JPEG's frame header behind a large EXIF block. */
const headBytes = 1024 * 1024;

/** Looks at an input as far as the sandbox can. Never throws. */
export async function inspectInput(
  input: Input,
  limits: InputLimits,
  context: InputContext,
): Promise<FoundInput> {
  const bytes = await readInput(input, context);
  if (bytes === 'elsewhere') return {};
  if ('failure' in bytes) return bytes;
  if (bytes.sizeBytes !== undefined && input.kind === 'image' && bytes.sizeBytes > limits.maxBytes) {
    return failure(
      'InvalidFile.Size',
      `${input.field}: the file exceeds ${limits.maxBytes / 1024 / 1024} MB.`,
    );
  }
  return input.kind === 'image' ? inspectImage(input, bytes.head, limits) : {};
}

function inspectImage(input: Input, head: Buffer, limits: InputLimits): FoundInput {
  const header = readImageHeader(head);
  if (header === undefined || !limits.formats.includes(header.format)) {
    return failure('InvalidImageFormat', `${input.field}: the image format is illegal and cannot be opened.`);
  }
  if (header.size === undefined) return {};
  const [short, long] = [
    Math.min(header.size.width, header.size.height),
    Math.max(header.size.width, header.size.height),
  ];
  if (short < limits.minSide || long > limits.maxSide || long / short > limits.maxAspect) {
    return failure(
      'InvalidImageResolution',
      `${input.field}: ${header.size.width}*${header.size.height} is not within ${limits.minSide} to ${limits.maxSide} pixels a side.`,
    );
  }
  return { size: header.size };
}

type Bytes = { head: Buffer; sizeBytes: number | undefined };

function failure(code: string, message: string): { failure: InputFailure } {
  return { failure: { code, message } };
}

async function readInput(
  input: Input,
  context: InputContext,
): Promise<Bytes | { failure: InputFailure } | 'elsewhere'> {
  const { url, field } = input;
  if (context.takesInline && /^oss:\/\//iu.test(url)) return readUpload(url.slice(6), field, context);
  const inline = context.takesInline ? decodeInline(url) : undefined;
  if (inline !== undefined) {
    // Clips are taken by address only.
    if (input.kind === 'video') return failure('InvalidURL', `${field}: base64 is not accepted for videos.`);
    return { head: inline.subarray(0, headBytes), sizeBytes: inline.length };
  }
  if (!/^https?:\/\//iu.test(url) || !URL.canParse(url)) {
    return failure('InvalidURL', `${field}: the URL is not valid.`);
  }
  return isLoopbackUrl(url) ? fetchInput(url, input) : 'elsewhere';
}

async function readUpload(
  key: string,
  field: string,
  context: InputContext,
): Promise<Bytes | { failure: InputFailure }> {
  const upload = isBoundTo(key, context.account, context.model, context.signer)
    ? await context.uploads.find(key, context.now)
    : undefined;
  if (upload === undefined) {
    return failure(
      'InvalidParameter.DataInspection',
      `${field}: unable to download the media resource during the data inspection process.`,
    );
  }
  return { head: await readHead(upload.path, headBytes), sizeBytes: upload.sizeBytes };
}

async function fetchInput(url: string, { field, kind }: Input): Promise<Bytes | { failure: InputFailure }> {
  try {
    const reply = await callLoopback(url, { maxBytes: kind === 'image' ? headBytes : 1 });
    if (reply.status === 200) return { head: reply.head, sizeBytes: reply.sizeBytes };
    return failure(
      'BadRequest.InputDownloadFailed',
      `${field}: failed to download the input file (status ${reply.status}).`,
    );
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
