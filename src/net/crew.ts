import { askLink, readFailure, type AskOptions, type Failure } from './ask-link.ts';
import { parseContentRange } from './content-range.ts';
import type { Answer } from './open-link.ts';
import type { PartFile } from './part-file.ts';
import { pump } from './pump.ts';
import { isOfSameFile, strongValidator } from './remote-file.ts';
import type { StallWatch } from './stall-watch.ts';
import type { Claim, WorkList } from './work-list.ts';

/** How many connections a download may still use: what the user allows, and what its server turned out to stand. */
export type StreamLimit = { connections: number };

export type CrewOptions = AskOptions & { streams: StreamLimit; report: () => void };

type Piece = { kind: 'done' } | Failure | { kind: 'unfit'; why: string };

// Within one attempt: whoever fails this often in a row leaves the rest to the others.
const maxBreaks = 3;
const breakMs = 1_000;

/** The connections that fetch one file together: each asks for one piece after the other. */
export class Crew {
  /** What last went wrong. */
  trouble: Failure | undefined;
  readonly #link: string;
  readonly #part: PartFile;
  readonly #options: CrewOptions;
  readonly #controller = new AbortController();
  readonly #helpers: Promise<void>[] = [];
  #work: WorkList | undefined;
  #active = 1;

  constructor(link: string, part: PartFile, options: CrewOptions) {
    this.#link = link;
    this.#part = part;
    // A disk that fails one of them stops all.
    this.#options = { ...options, signal: AbortSignal.any([options.signal, this.#controller.signal]) };
  }

  get options(): CrewOptions {
    return this.#options;
  }

  /** Has others fetch with whoever calls this. */
  start(work: WorkList, helpers: number): void {
    this.#work = work;
    for (let number = 0; number < helpers; number += 1) {
      this.#active += 1;
      this.#helpers.push(
        this.help(work).catch((error: unknown) => {
          this.#controller.abort(error);
        }),
      );
    }
  }

  /** Fetches pieces until none is left, or this connection is one too many. */
  async help(work: WorkList): Promise<void> {
    let breaks = 0;
    try {
      while (this.#active <= this.#options.streams.connections && !this.#part.isDoubted) {
        const claim = work.take();
        if (claim === undefined) return;
        const { position } = claim;
        // oxlint-disable-next-line no-await-in-loop -- a connection carries one piece at a time
        const piece = await this.#fetch(claim);
        work.giveBack(claim);
        if (piece.kind === 'done') {
          breaks = 0;
          continue;
        }
        this.#note(piece);
        breaks += 1;
        if (piece.kind === 'unfit' || claim.position === position || breaks >= maxBreaks) return;
        // oxlint-disable-next-line no-await-in-loop
        await this.#options.clock.sleep(breakMs, this.#options.signal);
      }
    } finally {
      this.#active -= 1;
    }
  }

  /** Waits until all have ended. @throws what stopped them */
  async join(): Promise<void> {
    await Promise.all(this.#helpers);
    if (this.#work !== undefined) this.#options.signal.throwIfAborted();
  }

  /** Ends all that are still at it. */
  async stop(): Promise<void> {
    this.#controller.abort(new Error('not needed any more'));
    await Promise.all(this.#helpers);
  }

  async #fetch(claim: Claim): Promise<Piece> {
    const asked = claim.end;
    const validator = strongValidator(this.#part.remote);
    const headers = {
      range: `bytes=${claim.position}-${asked === Infinity ? '' : asked - 1}`,
      ...(validator === undefined ? {} : { 'if-range': validator }),
    };
    return askLink<Piece>(this.#link, headers, this.#options, (answer, watch) =>
      this.#take(answer, watch, claim, asked),
    );
  }

  async #take(answer: Answer, watch: StallWatch, claim: Claim, asked: number): Promise<Piece> {
    const { status, headers } = answer;
    if (status === 200) return unfit('the server sent the whole file instead of a range of it');
    if (status === 416) return unfit('the server has no bytes from there on (416)');
    if (status !== 206) return readFailure(answer, this.#options.clock);
    const part = this.#part;
    const range = parseContentRange(headers['content-range']);
    const isAsked = range?.first === claim.position && range.last < asked;
    if (!isAsked || !isOfSameFile(part.remote ?? {}, headers, range)) {
      return unfit('the server sent other bytes than those asked for');
    }
    const { report } = this.#options;
    const end = range.last + 1;
    const wrong = await pump({
      answer,
      part,
      watch,
      claim,
      first: undefined,
      end,
      extend: () => false,
      report,
    });
    return wrong === undefined ? { kind: 'done' } : { kind: 'broken', why: wrong.why };
  }

  #note(piece: Exclude<Piece, { kind: 'done' }>): void {
    const { streams } = this.#options;
    this.trouble = piece.kind === 'unfit' ? { kind: 'broken', why: piece.why } : piece;
    if (piece.kind === 'unfit') streams.connections = 1;
    // A server that turns one away is asked for one less from now on; a line that breaks says nothing of that kind.
    else if (piece.status !== undefined)
      streams.connections = Math.max(1, Math.min(streams.connections, this.#active - 1));
  }
}

function unfit(why: string): Piece {
  return { kind: 'unfit', why };
}
