import { formatBytes } from '../core/bytes.ts';
import { ChecksumError, type NotSavedError } from '../core/errors.ts';
import type { Failure } from './ask-link.ts';
import { attempt, type AttemptOptions, type Outcome, type SplitRules } from './attempt.ts';
import { CurrentLink, notFetched, type LinkOptions } from './current-link.ts';
import type { Checksums } from './file-digest.ts';
import { shownLink } from './link-policy.ts';
import { claimPart } from './claim-part.ts';
import { largeBytes, type PartFile } from './part-file.ts';
import type { StillOurs } from './part-guard.ts';
import { RetryBudget } from './retry-budget.ts';
import { unwrapPart } from './unwrap-part.ts';

export type DownloadOptions = Pick<
  AttemptOptions,
  'dispatcher' | 'allowPrivate' | 'signal' | 'clock' | 'advice'
> &
  LinkOptions & {
    /** Absolute path, `<name>.part`; a name that belongs to something else is numbered, `<name>-2.part`. */
    partPath: string;
    /** The job id: only a part of the same owner is continued. */
    owner: string;
    /** Asked before the file changes. */
    stillOurs?: StillOurs | undefined;
    onProgress?: AttemptOptions['onProgress'] | undefined;
    /** Milliseconds without a byte after which an attempt counts as broken; 30,000 unless told. */
    stallMs?: number | undefined;
    /** What counts as too slow to wait for; a KiB a second for a minute unless told. */
    slow?: AttemptOptions['slow'];
    /** How many connections may be open at once, for large files of servers that know ranges; 4 unless told. */
    connections?: number | undefined;
    /** Told in words when an attempt failed and another follows: at most every half minute while bytes still come. */
    onTrouble?: ((message: string) => void) | undefined;
    /** For tests, whose files are small. */
    split?: SplitRules | undefined;
    /** For tests, which do not run in the built program: the file of the thread that makes checksums. */
    digestWorker?: URL | undefined;
  };

const mebibyte = 1024 * 1024;
const defaultSplit: SplitRules = {
  fileBytes: largeBytes,
  leastUnit: 8 * mebibyte,
  mostUnit: 32 * mebibyte,
  leastHelp: mebibyte / 4,
};
const defaultConnections = 4;
const quietMs = 30_000;
export type Downloaded = {
  /** Where the bytes are: `partPath`, or a numbered name beside it. */
  partPath: string;
  bytes: number;
  /** Hexadecimal, of the whole file. */
  sha256: string;
  contentType: string | undefined;
  /** What the server announced and the file was held against. */
  checked: ('length' | 'md5' | 'crc64')[];
};

/**
 * Fetches a link into a `.part`, in as many attempts as it takes, and continues what an earlier run left. The file is
 * whole, compared with the server's checksums and flushed when this resolves; a part that is whole already needs no
 * network at all.
 * @throws NotSavedError for every failure: what has arrived is kept. When `signal` aborts, its reason is thrown, and
 * what has arrived is kept as well.
 */
export async function downloadToPart(options: DownloadOptions): Promise<Downloaded> {
  const { signal } = options;
  signal.throwIfAborted();
  const part = await claimPart(options.partPath, options.owner, options);
  try {
    await part.hashPresent(signal);
    return await unwrapPart(part, await fetchWhole(part, options), options);
  } catch (error) {
    // A second failure here tells less than the first.
    await part.keep().catch(() => {});
    throw error;
  } finally {
    await part.close();
  }
}

async function fetchWhole(part: PartFile, options: DownloadOptions): Promise<Downloaded> {
  const { signal, clock } = options;
  const attemptOptions = {
    ...options,
    stallMs: options.stallMs ?? 30_000,
    onProgress: options.onProgress ?? (() => {}),
    // What a server does not stand is not asked of it again.
    streams: { connections: options.connections ?? defaultConnections },
    split: options.split ?? defaultSplit,
  };
  const told = new Told(options);
  const budget = new RetryBudget();
  const link = new CurrentLink(options);
  let mismatches = 0;
  for (;;) {
    const bytesBefore = part.bytes;
    let outcome: Outcome = part.isComplete
      ? { kind: 'whole' }
      : await attempt(link.value, part, attemptOptions);
    if (outcome.kind === 'whole') {
      const sums = await part.checksums(signal);
      const wrong = wrongChecksum(part, sums);
      if (wrong === undefined) return finish(part, sums.sha256);
      mismatches += 1;
      outcome = { kind: 'broken', why: `the file does not match the server's ${wrong} checksum` };
      if (mismatches > 1) {
        await part.complete();
        throw new ChecksumError(`${outcome.why}: ${shownLink(link.value)}`, part.path);
      }
      part.doubt();
    } else {
      await part.checkpoint();
    }
    const againMs = outcome.kind === 'refused' ? link.lookAgainMs(outcome.status) : undefined;
    if (againMs !== undefined) {
      told.tell(`${outcome.why}; looking again in ${againMs / 1000} s`, false);
      await clock.sleep(againMs, signal);
      continue;
    }
    const moved = outcome.kind === 'broken' && outcome.isStalled === true ? part.bytes : bytesBefore;
    const progress = { bytesBefore: moved, bytesAfter: part.bytes, restarts: part.restarts };
    const delay = budget.afterFailure(progress, outcome.retryAfterMs);
    if (budget.isMoving) link.mayAskAgain();
    if (delay === undefined) {
      // A link that leads nowhere may be an old one: the last thing to try is another.
      if (outcome.kind === 'broken' && (await link.refresh(outcome, signal))) continue;
      throw failure(link.value, outcome, part);
    }
    if (outcome.kind === 'broken') {
      told.tell(`${outcome.why}; trying again in ${Math.ceil(delay / 1000)} s`, budget.isMoving);
      await clock.sleep(delay, signal);
    } else if (!(await link.refresh(outcome, signal))) {
      throw failure(link.value, outcome, part);
    }
  }
}

/** What the user hears between attempts. */
class Told {
  readonly #tell: (message: string) => void;
  readonly #now: () => number;
  #lastAt = -Infinity;

  constructor({ onTrouble, clock }: DownloadOptions) {
    this.#tell = onTrouble ?? (() => {});
    this.#now = clock.now;
  }

  /** A line that breaks all the time and yet moves on is told of now and then only. */
  tell(message: string, isMoving: boolean): void {
    const now = this.#now();
    if (isMoving && now - this.#lastAt < quietMs) return;
    this.#lastAt = now;
    this.#tell(message);
  }
}

function wrongChecksum(part: PartFile, sums: Checksums): 'MD5' | 'CRC-64' | undefined {
  const { md5, crc64 } = part.remote ?? {};
  if (md5 !== undefined && md5 !== sums.md5) return 'MD5';
  return crc64 !== undefined && BigInt(crc64).toString() !== sums.crc64 ? 'CRC-64' : undefined;
}

async function finish(part: PartFile, sha256: string): Promise<Downloaded> {
  const { contentType, totalBytes, md5, crc64 } = part.remote ?? {};
  // Afterwards a file of unannounced length has one, too.
  await part.complete();
  return {
    partPath: part.path,
    bytes: part.bytes,
    sha256,
    contentType,
    checked: [
      ...(totalBytes === undefined ? [] : ['length' as const]),
      ...(md5 === undefined ? [] : ['md5' as const]),
      ...(crc64 === undefined ? [] : ['crc64' as const]),
    ],
  };
}

function failure(link: string, refused: Failure, part: PartFile): NotSavedError {
  const total = part.remote?.totalBytes;
  const of = total === undefined ? '' : ` of ${formatBytes(total)}`;
  const kept = part.bytes === 0 ? '' : `; ${formatBytes(part.bytes)}${of} kept in ${part.path}`;
  const message = `${shownLink(link)} could not be downloaded: ${refused.why}${kept}`;
  return notFetched(link, refused, message, { retryable: true });
}
