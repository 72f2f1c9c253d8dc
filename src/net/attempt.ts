import type { Clock } from '../core/clock.ts';
import { describePage } from '../core/error-page.ts';
import { NotSavedError } from '../core/errors.ts';
import { retryAfterMs } from '../core/http.ts';
import { parseContentRange } from './content-range.ts';
import { describeFault } from './describe-fault.ts';
import { PrivateNameError, shownLink } from './link-policy.ts';
import { openLink, type Answer, type OpenOptions } from './open-link.ts';
import type { PartFile } from './part-file.ts';
import { crc64Pattern, md5Pattern, type RemoteFile } from '../store/part-record.ts';
import { StallWatch } from './stall-watch.ts';

export type AttemptOptions = OpenOptions & {
  clock: Clock;
  /** Milliseconds without a byte after which the attempt counts as broken. */
  stallMs: number;
  onProgress: (progress: { receivedBytes: number; totalBytes: number | undefined }) => void;
};

/** How one request went. `refused`: this link will not do, a fresh one may. */
export type Outcome =
  | { kind: 'whole' }
  | { kind: 'broken'; why: string; retryAfterMs?: number | undefined }
  | { kind: 'refused'; why: string };

const errorBytes = 4096;

/**
 * One request for the bytes that are still missing. What arrives is in the part when this returns.
 * @throws NotSavedError where no further attempt can help, and the reason of an aborted signal
 */
export async function attempt(link: string, part: PartFile, options: AttemptOptions): Promise<Outcome> {
  const watch = new StallWatch(options.stallMs);
  const signal = AbortSignal.any([options.signal, watch.signal]);
  let answer: Answer | undefined;
  try {
    watch.wait();
    answer = await openLink(link, rangeHeaders(part), { ...options, signal });
    return await take(answer, part, watch, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (watch.hasStalled) return { kind: 'broken', why: `no byte for ${options.stallMs / 1000} s` };
    if (error instanceof NotSavedError) throw error;
    const cause = error instanceof Error ? error.cause : undefined;
    const privateName = [error, cause].find((reason) => reason instanceof PrivateNameError);
    if (privateName !== undefined) throw new NotSavedError(`${privateName.message}: ${shownLink(link)}`);
    return { kind: 'broken', why: describeFault(error) };
  } finally {
    watch.pause();
    answer?.discard();
  }
}

function rangeHeaders(part: PartFile): Record<string, string> {
  const { validator } = part;
  return validator === undefined ? {} : { range: `bytes=${part.bytes}-`, 'if-range': validator };
}

async function take(
  answer: Answer,
  part: PartFile,
  watch: StallWatch,
  options: AttemptOptions,
): Promise<Outcome> {
  const { status, headers } = answer;
  if (status === 200 || status === 206) {
    const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    if (coding !== 'identity' && coding !== '') {
      throw new NotSavedError(
        `the server sent the file in a coding nobody asked for: ${coding.slice(0, 40)}`,
      );
    }
    return status === 200
      ? receive(answer, part, watch, options, undefined)
      : continueAt(answer, part, watch, options);
  }
  if (status === 416) {
    part.doubt();
    return { kind: 'broken', why: 'the server has no bytes from there on (416)' };
  }
  const why = await describeRefusal(answer);
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: 'broken', why, retryAfterMs: retryAfterMs(headers, options.clock.now()) };
  }
  return status >= 400 ? { kind: 'refused', why } : { kind: 'broken', why };
}

function continueAt(
  answer: Answer,
  part: PartFile,
  watch: StallWatch,
  options: AttemptOptions,
): Promise<Outcome> {
  const range = parseContentRange(answer.headers['content-range']);
  const { etag, lastModified, totalBytes } = part.remote ?? {};
  const isSameFile =
    (etag === undefined || (answer.headers['etag'] ?? etag) === etag) &&
    (lastModified === undefined || (answer.headers['last-modified'] ?? lastModified) === lastModified) &&
    (totalBytes === undefined || range?.total === totalBytes);
  if (part.validator === undefined || range?.first !== part.bytes || !isSameFile) {
    part.doubt();
    return Promise.resolve({ kind: 'broken', why: 'the server sent other bytes than those asked for' });
  }
  return receive(answer, part, watch, options, range);
}

/** Writes the body into the part: from its start, or from where `range` says. */
async function receive(
  answer: Answer,
  part: PartFile,
  watch: StallWatch,
  options: AttemptOptions,
  range: { last: number; total: number | undefined } | undefined,
): Promise<Outcome> {
  const remote = readRemote(answer.headers);
  const total = range === undefined ? remote.totalBytes : range.total;
  const end = range === undefined ? total : range.last + 1;
  const report = () => options.onProgress({ receivedBytes: part.bytes, totalBytes: total });
  let isOpen = range !== undefined;
  if (isOpen) await part.resume(total);
  watch.wait();
  for await (const chunk of answer.body) {
    watch.pause();
    if (!isOpen) {
      // Before anything is given up for it: a captive portal answers 200 as well.
      const page = describePage(chunk);
      if (page !== undefined) return { kind: 'broken', why: `the server sent ${page} instead of a video` };
      await part.begin(remote);
      isOpen = true;
    }
    if (end !== undefined && part.bytes + chunk.length > end) {
      part.doubt();
      return { kind: 'broken', why: 'the server sent more bytes than it announced' };
    }
    await part.append(chunk);
    report();
    watch.wait();
  }
  if (!isOpen) return { kind: 'broken', why: 'the server sent an empty file' };
  const wanted = total ?? end;
  return wanted === undefined || part.bytes === wanted
    ? { kind: 'whole' }
    : { kind: 'broken', why: `the connection ended ${wanted - part.bytes} bytes early` };
}

function readRemote(headers: Answer['headers']): RemoteFile {
  const length = headers['content-length'];
  const md5 = headers['content-md5']?.trim();
  const crc64 = headers['x-oss-hash-crc64ecma']?.trim();
  return {
    etag: headers['etag'],
    lastModified: headers['last-modified'],
    contentType: headers['content-type'],
    totalBytes: length !== undefined && /^\d{1,15}$/u.test(length) ? Number(length) : undefined,
    md5: md5 !== undefined && md5Pattern.test(md5) ? md5 : undefined,
    crc64: crc64 !== undefined && crc64Pattern.test(crc64) ? crc64 : undefined,
  };
}

/** The status, and what the error page calls itself. */
async function describeRefusal({ status, body }: Answer): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= errorBytes) break;
  }
  const page = describePage(Buffer.concat(chunks));
  return page === undefined ? `the server answered ${status}` : `the server answered ${status} with ${page}`;
}
