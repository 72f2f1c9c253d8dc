/** Bytes `first` to `end`, the end not included. */
export type Stretch = [first: number, end: number];

/** Which bytes of a file are there: stretches in ascending order that never touch. */
export class ByteRanges {
  #list: Stretch[] = [];

  /** Takes them in any order; what overlaps becomes one. */
  constructor(stretches: readonly Stretch[] = []) {
    for (const [first, end] of stretches) this.add(first, end);
  }

  add(first: number, end: number): void {
    if (end <= first) return;
    const before = this.#list.filter((stretch) => stretch[1] < first);
    const behind = this.#list.filter((stretch) => stretch[0] > end);
    const touching = this.#list.slice(before.length, this.#list.length - behind.length);
    const joined: Stretch = [
      Math.min(first, ...touching.map((stretch) => stretch[0])),
      Math.max(end, ...touching.map((stretch) => stretch[1])),
    ];
    this.#list = [...before, joined, ...behind];
  }

  /** A copy. */
  get list(): Stretch[] {
    return this.#list.map(([first, end]) => [first, end]);
  }

  /** How many bytes are there. */
  get bytes(): number {
    return this.#list.reduce((sum, [first, end]) => sum + end - first, 0);
  }

  /** Bytes that are there from the start on. */
  get prefix(): number {
    const [head] = this.#list;
    return head?.[0] === 0 ? head[1] : 0;
  }

  /** Where the last stretch ends. */
  get end(): number {
    return this.#list.at(-1)?.[1] ?? 0;
  }

  /** What is missing of a file of so many bytes, which may be `Infinity`. */
  gaps(total: number): Stretch[] {
    const gaps: Stretch[] = [];
    let at = 0;
    for (const [first, end] of this.#list) {
      if (first > at && at < total) gaps.push([at, Math.min(first, total)]);
      at = end;
    }
    if (at < total) gaps.push([at, total]);
    return gaps;
  }
}
