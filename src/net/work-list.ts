import type { Stretch } from './byte-ranges.ts';

/** What one connection is to fetch. `position` moves on as bytes come; `end` comes nearer when another helps out. */
export type Claim = { position: number; end: number };

/** The missing stretches of a file, handed out to several connections in pieces, those in front first. */
export class WorkList {
  readonly #free: Stretch[];
  readonly #unitBytes: number;
  readonly #leastHelp: number;
  readonly #claims = new Set<Claim>();

  /**
   * @param unitBytes how much is handed out at a time; `Infinity`: each stretch as a whole
   * @param leastHelp below so many bytes nobody helps out: asking would cost more time than it saves
   */
  constructor(gaps: readonly Stretch[], unitBytes: number, leastHelp: number) {
    this.#free = gaps.map(([first, end]) => [first, end]);
    this.#unitBytes = unitBytes;
    this.#leastHelp = leastHelp;
  }

  /** How many pieces nobody has taken. */
  get pieces(): number {
    return this.#free.reduce((sum, [first, end]) => sum + Math.ceil((end - first) / this.#unitBytes), 0);
  }

  /** The next piece; where all are taken, the second half of what the slowest still has before it. */
  take(units = 1): Claim | undefined {
    const gap = this.#free[0];
    if (gap === undefined) return this.#helpOut();
    const claim = { position: gap[0], end: Math.min(gap[1], gap[0] + units * this.#unitBytes) };
    this.#shrink(gap, claim.end);
    this.#claims.add(claim);
    return claim;
  }

  /** Lets a claim that is done go on with the piece right behind it. False when that is not to be had. */
  extend(claim: Claim): boolean {
    const gap = this.#free.find(([first]) => first === claim.end);
    if (gap === undefined) return false;
    claim.end = Math.min(gap[1], gap[0] + this.#unitBytes);
    this.#shrink(gap, claim.end);
    return true;
  }

  /** Whatever of it was not fetched is for others now. */
  giveBack(claim: Claim): void {
    if (!this.#claims.delete(claim) || claim.position >= claim.end) return;
    this.#free.push([claim.position, claim.end]);
    this.#free.sort(([one], [other]) => one - other);
  }

  #shrink(gap: Stretch, first: number): void {
    if (first >= gap[1]) this.#free.splice(this.#free.indexOf(gap), 1);
    else gap[0] = first;
  }

  #helpOut(): Claim | undefined {
    const [slowest] = [...this.#claims].toSorted((one, other) => rest(other) - rest(one));
    if (slowest === undefined || slowest.end === Infinity || rest(slowest) < 2 * this.#leastHelp)
      return undefined;
    const middle = slowest.end - Math.floor(rest(slowest) / 2);
    const claim = { position: middle, end: slowest.end };
    slowest.end = middle;
    this.#claims.add(claim);
    return claim;
  }
}

function rest({ position, end }: Claim): number {
  return end - position;
}
