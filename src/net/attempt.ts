import { describePage } from '../core/error-page.ts';
import { askLink, readFailure, type AskOptions, type Failure } from './ask-link.ts';
import { parseContentRange } from './content-range.ts';
import { Crew, type StreamLimit } from './crew.ts';
import type { Answer } from './open-link.ts';
import type { PartFile } from './part-file.ts';
import { pump } from './pump.ts';
import { isOfSameFile, readRemote, strongValidator } from './remote-file.ts';
import type { StallWatch } from './stall-watch.ts';
import { WorkList } from './work-list.ts';

/** When a file is fetched over several connections, and in which pieces. Bytes. */
export type SplitRules = {
  /** Smaller files come over one. */
  fileBytes: number;
  leastUnit: number;
  mostUnit: number;
  /** What a slow connection keeps for itself at least when the others have nothing left. */
  leastHelp: number;
};

export type AttemptOptions = AskOptions & {
  streams: StreamLimit;
  split: SplitRules;
  onProgress: (progress: { receivedBytes: number; totalBytes: number | undefined }) => void;
};

/** How it went. */
export type Outcome = { kind: 'whole' } | Failure;

/** What the first answer brings: its first bytes, where they belong, and where they end if that is known. */
type Opened = { first: Buffer[]; end: number | undefined; total: number | undefined };

/** Pieces of a file per connection: enough for a quick one to take over from a slow one. */
const unitsPerStream = 4;

/**
 * One request for the bytes that are still missing, and further ones beside it where the file is large and its server
 * allows it. What arrives is in the part when this returns.
 * @throws NotSavedError where no further attempt can help, and the reason of an aborted signal
 */
export async function attempt(link: string, part: PartFile, options: AttemptOptions): Promise<Outcome> {
  const report = () => options.onProgress({ receivedBytes: part.bytes, totalBytes: part.remote?.totalBytes });
  const crew = new Crew(link, part, { ...options, report });
  try {
    const outcome = await askLink(link, rangeHeaders(part), crew.options, (answer, watch) =>
      lead(answer, watch, part, crew, options),
    );
    if (outcome.kind !== 'split') {
      await crew.join();
    } else {
      await crew.help(outcome.work);
      await crew.join();
    }
    if (part.isComplete) return { kind: 'whole' };
    return outcome.kind === 'split'
      ? (crew.trouble ?? { kind: 'broken', why: 'the connections ended early' })
      : outcome;
  } finally {
    await crew.stop();
  }
}

function rangeHeaders(part: PartFile): Record<string, string> {
  const [gap] = part.gaps;
  const { validator } = part;
  if (validator === undefined || gap === undefined) return {};
  const [first, end] = gap;
  const isLast = end === (part.remote?.totalBytes ?? Infinity);
  return { range: `bytes=${first}-${isLast ? '' : end - 1}`, 'if-range': validator };
}

/** Takes the answer to the first request, and says what is left for others when its own piece is done. */
async function lead(
  answer: Answer,
  watch: StallWatch,
  part: PartFile,
  crew: Crew,
  options: AttemptOptions,
): Promise<Outcome | { kind: 'split'; work: WorkList }> {
  const opened = await open(answer, watch, part, crew);
  if ('kind' in opened) return opened;
  const { first, end, total } = opened;
  const connections = mayShare(answer, part, total, options) ? options.streams.connections : 1;
  const unit = connections === 1 ? Infinity : unitBytes(part, connections, options);
  const work = new WorkList(part.gaps, unit, options.split.leastHelp);
  // The open answer carries twice as much, so that others have shown what they can before it needs what they claim.
  const claim = work.take(2);
  if (claim === undefined) return { kind: 'whole' };
  if (connections > 1) crew.start(work, Math.min(connections - 1, work.pieces));
  const extend = () => !part.isDoubted && work.extend(claim);
  const { report } = crew.options;
  const wrong = await pump({ answer, part, watch, claim, first, end, extend, report }).finally(() => {
    work.giveBack(claim);
  });
  if (wrong !== undefined) return { kind: 'broken', why: wrong.why };
  return total === undefined && (end === undefined || part.bytes === end)
    ? { kind: 'whole' }
    : { kind: 'split', work };
}

/** Makes the part ready for what comes, or says why none of it is wanted. */
async function open(
  answer: Answer,
  watch: StallWatch,
  part: PartFile,
  crew: Crew,
): Promise<Opened | Failure> {
  const { status, headers } = answer;
  if (status === 416) {
    part.doubt();
    return { kind: 'broken', why: 'the server has no bytes from there on (416)' };
  }
  if (status !== 200 && status !== 206) return readFailure(answer, crew.options.clock);
  const range = status === 206 ? parseContentRange(headers['content-range']) : undefined;
  if (status === 206) {
    const isNext = part.validator !== undefined && range?.first === part.gaps[0]?.[0];
    if (!isNext || range === undefined || !isOfSameFile(part.remote ?? {}, headers, range)) {
      part.doubt();
      return { kind: 'broken', why: 'the server sent other bytes than those asked for' };
    }
    await part.resume(range.total);
  }
  watch.wait();
  const first = await answer.body.take();
  watch.pause();
  if (first?.[0] === undefined) return { kind: 'broken', why: 'the server sent an empty file' };
  if (range !== undefined) return { first, end: range.last + 1, total: part.remote?.totalBytes };
  // Before anything is given up for it: a captive portal answers 200 as well.
  const page = describePage(first[0]);
  if (page !== undefined) return { kind: 'broken', why: `the server sent ${page} instead of a video` };
  const remote = readRemote(headers);
  await part.begin(remote);
  return { first, end: remote.totalBytes, total: remote.totalBytes };
}

/** Only where ranges of the very same file can be asked for. */
function mayShare(
  { status, headers }: Answer,
  part: PartFile,
  total: number | undefined,
  { streams, split }: AttemptOptions,
): boolean {
  const hasRanges = status === 206 || headers['accept-ranges']?.trim().toLowerCase() === 'bytes';
  const isLarge = total !== undefined && total >= split.fileBytes;
  return streams.connections > 1 && isLarge && hasRanges && strongValidator(part.remote) !== undefined;
}

function unitBytes(part: PartFile, connections: number, { split }: AttemptOptions): number {
  const missing = part.gaps.reduce((sum, [first, end]) => sum + end - first, 0);
  const even = Math.ceil(missing / (connections * unitsPerStream));
  return Math.min(split.mostUnit, Math.max(split.leastUnit, even));
}
