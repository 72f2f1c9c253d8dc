import type { Clock } from '../core/clock.ts';
import { describePage } from '../core/error-page.ts';
import { NotSavedError, TakenOverError } from '../core/errors.ts';
import { retryAfterMs, serviceMs } from '../core/http.ts';
import type { LinkRefusal } from '../core/link-expiry.ts';
import { describeFault } from './describe-fault.ts';
import { PrivateNameError, shownLink } from './link-policy.ts';
import { openLink, type Answer, type OpenOptions } from './open-link.ts';
import { StallWatch, type StallRules } from './stall-watch.ts';

export type AskOptions = OpenOptions & {
  clock: Clock;
  /** Milliseconds without a byte after which a request counts as broken. */
  stallMs: number;
  /** What counts as too slow; a KiB a second unless told. */
  slow?: StallRules['slow'] | undefined;
  /** What is to be said of proxies where an address could not be reached. */
  advice?: ((url: URL) => string) | undefined;
};

/** How one request failed. `refused`: this link will not do, a fresh one may. */
export type Failure = {
  kind: 'broken' | 'refused';
  why: string;
  /** Where the server said so itself. */
  status?: number | undefined;
  /** The bytes that came this way are no reason to go on like this. */
  isStalled?: boolean;
  retryAfterMs?: number | undefined;
  /** What the server said, where it refused. */
  refusal?: LinkRefusal | undefined;
};

/**
 * One request. `use` reads the answer's body, with the watch running while it waits for the other side; afterwards
 * what is left of the body is dropped.
 * @throws NotSavedError where no further request can help, and the reason of an aborted signal
 */
export async function askLink<T>(
  link: string,
  headers: Readonly<Record<string, string>>,
  options: AskOptions,
  use: (answer: Answer, watch: StallWatch) => Promise<T>,
): Promise<T | Failure> {
  const watch = new StallWatch(options.stallMs, options.slow);
  const signal = AbortSignal.any([options.signal, watch.signal]);
  let answer: Answer | undefined;
  try {
    watch.wait();
    answer = await openLink(link, headers, { ...options, signal });
    return await use(answer, watch);
  } catch (error) {
    options.signal.throwIfAborted();
    const { stalled } = watch;
    if (stalled !== undefined) return { kind: 'broken', why: stalled, isStalled: true };
    if (error instanceof NotSavedError || error instanceof TakenOverError) throw error;
    const cause = error instanceof Error ? error.cause : undefined;
    const privateName = [error, cause].find((reason) => reason instanceof PrivateNameError);
    if (privateName !== undefined) throw new NotSavedError(`${privateName.message}: ${shownLink(link)}`);
    const advice = answer === undefined ? (options.advice?.(new URL(link)) ?? '') : '';
    return { kind: 'broken', why: `${describeFault(error)}${advice}` };
  } finally {
    watch.stop();
    answer?.discard();
  }
}

const errorBytes = 4096;

/** What an answer means that brings none of the file's bytes. */
export async function readFailure(answer: Answer, clock: Clock): Promise<Failure> {
  const { status, headers } = answer;
  const { why, text } = await describeRefusal(answer);
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: 'broken', why, status, retryAfterMs: retryAfterMs(headers, clock.now()) };
  }
  const refusal = { status, text, serverMs: serviceMs(headers) };
  return { kind: status >= 400 ? 'refused' : 'broken', why, status, refusal };
}

/** The status, and what the error page calls itself; and the page. */
async function describeRefusal({ status, body }: Answer): Promise<{ why: string; text: string }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (bytes < errorBytes) {
    // oxlint-disable-next-line no-await-in-loop -- one reader
    const more = await body.take();
    if (more === undefined) break;
    chunks.push(...more);
    bytes += more.reduce((sum, { length }) => sum + length, 0);
  }
  const bytesSeen = Buffer.concat(chunks);
  const page = describePage(bytesSeen);
  const why = `the server answered ${status}${page === undefined ? '' : ` with ${page}`}`;
  return { why, text: bytesSeen.toString('utf8', 0, errorBytes) };
}
