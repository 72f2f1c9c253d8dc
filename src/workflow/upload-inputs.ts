import type { Asset } from '../core/asset.ts';
import { formatBytes } from '../core/bytes.ts';
import { UploadUnavailableError } from '../core/errors.ts';
import { mediaTypeOf } from '../core/media-type.ts';
import { rulesFor, type Model, type ProviderId } from '../core/model.ts';
import type { GenerationRequest, MediaInput } from '../core/request.ts';
import { shownInput } from '../core/shown-input.ts';
import type { Job } from '../core/job.ts';
import { providers } from '../providers/index.ts';
import { bytesAsset, fileAsset } from '../store/asset-file.ts';
import type { Connection, Runtime } from './runtime.ts';
import { checkUpload, uploadAsset } from './upload.ts';

/** Whether the service must be given a copy of an input: it has no address that others can read. */
export function needsUpload(input: MediaInput, rules: Model): boolean {
  if (/^data:/iu.test(input.url)) {
    return rules.unchecked !== true && rules.media?.roles[input.role]?.inline !== true;
  }
  return input.file !== undefined && input.url.startsWith('file:');
}

/** The request as it will be, with words in place of the addresses that uploads will get. */
export function withPlaceholders(
  request: GenerationRequest,
  rules: Model,
  provider: ProviderId,
): { request: GenerationRequest; uploads: { path: string; bytes: number; role: string }[] } {
  const { scheme } = providers[provider].upload;
  const pending = request.media.filter((input) => needsUpload(input, rules));
  const media = request.media.map((input) =>
    pending.includes(input)
      ? { ...input, url: `${scheme}<upload:${encodeURI(shownInput(input))}>` }
      : { ...input, url: withTrueType(input) },
  );
  const uploads = pending.map((input) => ({
    path: shownInput(input),
    bytes: bytesOf(input),
    role: input.role,
  }));
  return { request: { ...request, media }, uploads };
}

/** Finds inputs that could not be uploaded, before there is a job. Sends nothing. @throws {WanError} */
export async function checkUploads(
  tools: Pick<Runtime, 'clock' | 'uploading'>,
  connection: Connection,
  request: GenerationRequest,
  model: Model,
): Promise<void> {
  const rules = rulesFor(model, request.mode, request.vaceFunction);
  const pending = request.media.filter((input) => needsUpload(input, rules));
  for (const input of pending) {
    // The first that cannot is the one to tell.
    // oxlint-disable-next-line no-await-in-loop
    await checkUpload(tools, connection, { model: request.model, asset: assetOf(input) });
  }
}

/** A data URL may have 10 MB, and base64 makes a third more of a file. */
const maxInlineBytes = 7_000_000;

/** What uploading made of a request: as it is sent, and as the record keeps it. */
export type UploadedRequest = { sent: GenerationRequest; kept: GenerationRequest };

/**
 * Gives the service every input that only this machine has, one after the other. Where it takes no uploads now, a
 * small image goes along in the request itself, if the model reads such.
 * @throws {UsageError} when a file has changed since it was looked at, or is too large; nothing is submitted then
 */
export async function uploadInputs(
  runtime: Runtime,
  connection: Connection,
  { job, request, model }: { job: Job; request: GenerationRequest; model: Model },
): Promise<UploadedRequest> {
  const rules = rulesFor(model, request.mode, request.vaceFunction);
  const sent: MediaInput[] = [];
  const kept: MediaInput[] = [];
  for (const input of request.media) {
    // One after the other: the first that fails ends it all, and the line is one.
    // oxlint-disable-next-line no-await-in-loop
    const url = needsUpload(input, rules)
      ? await addressOf(runtime, connection, job, input, rules)
      : withTrueType(input);
    sent.push({ ...input, url });
    // What was put into the request itself is kept as the file that it came from.
    kept.push(/^data:/iu.test(url) ? input : { ...input, url });
  }
  return { sent: { ...request, media: sent }, kept: { ...request, media: kept } };
}

async function addressOf(
  runtime: Runtime,
  connection: Connection,
  job: Job,
  input: MediaInput,
  rules: Model,
): Promise<string> {
  const asset = assetOf(input);
  const tell = (sentBytes: number) =>
    runtime.emit({ event: 'uploading', job, file: asset.name, sentBytes, totalBytes: asset.bytes });
  const notice = (message: string) => runtime.emit({ event: 'notice', job, message });
  try {
    const order = { model: job.model ?? '', asset, onProgress: tell };
    const { url } = await uploadAsset({ ...runtime, notice }, connection, order);
    return url;
  } catch (error) {
    const isSmall = asset.bytes <= maxInlineBytes && rules.media?.roles[input.role]?.inline === true;
    if (!(error instanceof UploadUnavailableError) || !isSmall) throw error;
    const size = formatBytes(asset.bytes);
    notice(`${error.message}; ${asset.name} (${size}) goes along in the request itself`);
    return dataUrl(asset);
  }
}

/** A data URL says itself what it is, and services believe it: where the content is known, it has the last word. */
function withTrueType({ url, facts }: MediaInput): string {
  if (facts === undefined || !/^data:/iu.test(url)) return url;
  const { mimeType } = mediaTypeOf(facts, '');
  const isKnown = mimeType !== 'application/octet-stream';
  return isKnown ? url.replace(/^data:[^;,]*/iu, `data:${mimeType}`) : url;
}

/** The local file, or the bytes of a data URL. */
function assetOf(input: MediaInput): Asset {
  const type = mediaTypeOf(input.facts ?? { format: '' }, shownInput(input));
  if (input.file !== undefined) return fileAsset(input.file, type);
  const bytes = Buffer.from(input.url.slice(input.url.indexOf(',') + 1), 'base64');
  return bytesAsset(bytes, `data.${type.extension}`, type);
}

async function dataUrl(asset: Asset): Promise<string> {
  const source = await asset.open();
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.chunks()) chunks.push(chunk);
    return `data:${asset.mimeType};base64,${Buffer.concat(chunks).toString('base64')}`;
  } finally {
    await source.close();
  }
}

function bytesOf({ file, facts }: MediaInput): number {
  return file?.bytes ?? facts?.bytes ?? 0;
}
