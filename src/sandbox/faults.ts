import type { FaultRule, RequestKind } from './fault-plan.ts';

/** A rule that applies to a request, and its number in the plan, from 1. */
export type Fault = { rule: FaultRule; number: number };

/**
 * Counts requests against a plan. Every rule counts every request that its `on` fits; one that still skips, or
 * has been used up, does not match; of those that match the first wins. A rule that loses has spent that turn too.
 */
export class FaultCounter {
  readonly #rules: readonly FaultRule[];
  readonly #seen: number[];

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules;
    this.#seen = rules.map(() => 0);
  }

  /** @param kind undefined for a request that no service knows: only `any` fits it */
  take(kind: RequestKind | undefined): Fault | undefined {
    let winner: Fault | undefined;
    for (const [index, rule] of this.#rules.entries()) {
      if (rule.on !== 'any' && rule.on !== kind) continue;
      const seen = (this.#seen[index] ?? 0) + 1;
      this.#seen[index] = seen;
      if (seen > rule.after && seen <= rule.after + rule.times) winner ??= { rule, number: index + 1 };
    }
    return winner;
  }
}
