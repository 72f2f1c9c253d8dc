import type { Context } from '../cli/context.ts';
import type { Talk } from '../cli/talk.ts';
import { estimateBill, totalBill } from '../core/billing.ts';
import { rulesFor } from '../core/model.ts';
import { escapeJson, oneLine } from '../core/plain-text.ts';
import { composeCall } from '../workflow/compose-call.ts';
import { headersOf } from '../workflow/connection.ts';
import type { PlannedRequest } from '../workflow/plan-request.ts';
import type { Connection } from '../workflow/runtime.ts';
import { withPlaceholders } from '../workflow/upload-inputs.ts';

/** A data URL longer than this is cut for people; the document has it whole. */
const shownData = 100;

/** What would be bought, and what is still to be said of it. */
export type DryRun = Omit<PlannedRequest, 'others'> & {
  count: number;
  /** What a person should know besides. */
  notes: readonly string[];
};

/** Prints the request that would be sent, and what would be billed. Nothing has been uploaded, nothing is sent. */
export function finishDryRun(
  context: Context,
  talk: Talk,
  connection: Connection,
  { request, model, warnings, count, notes }: DryRun,
): number {
  const rules = rulesFor(model, request.mode, request.vaceFunction);
  const planned = withPlaceholders(request, rules, connection.provider.id);
  const call = composeCall(connection, planned.request, model);
  const headers = { ...headersOf(connection), 'content-type': 'application/json', ...call.headers };
  const shownHeaders = Object.entries({ ...headers, authorization: 'Bearer ***' }).map(
    ([name, value]) => [properCase(name), value] as const,
  );
  const url = `${connection.base}${call.path}`;
  const bill = estimateBill(request, rules);
  const total = totalBill(bill, count);
  if (!talk.flags.quiet) {
    context.io.err(count === 1 ? bill.text : `${total.text}: ${count} × ${bill.text}`);
    planned.uploads.forEach(({ path, bytes }) =>
      context.io.err(`would upload ${oneLine(path)} (${bytes} bytes)`),
    );
    context.io.err('dry run: nothing was sent');
  }
  // The summary stands first.
  notes.forEach(talk.notice);
  return talk.finish({
    value: {
      method: call.method,
      url,
      headers: Object.fromEntries(shownHeaders),
      body: call.body,
      provider: connection.provider.id,
      region: connection.region ?? null,
      model: request.omitsModel === true ? null : model.id,
      billed_seconds: bill.seconds ?? null,
      billed_is_at_most: bill.isAtMost,
      billed: bill.text,
      count,
      totals: { billed_seconds: total.seconds ?? null, cost: null },
      uploads: planned.uploads,
      warnings,
    },
    lines: [
      `${call.method} ${url}`,
      ...shownHeaders.map(([name, value]) => `${name}: ${value}`),
      '',
      ...escapeJson(JSON.stringify(call.body, shortenData, 2)).split('\n'),
    ],
  });
}

function shortenData(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('data:') || value.length <= shownData) return value;
  return `${value.slice(0, shownData / 2)}… (${value.length} characters)`;
}

/** Header names as documents write them. */
function properCase(name: string): string {
  return name.includes('DashScope')
    ? name
    : name.replaceAll(
        /(^|-)([a-z])/gu,
        (_all, before: string, letter: string) => `${before}${letter.toUpperCase()}`,
      );
}
