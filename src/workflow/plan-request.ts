import { buildRequest } from '../core/build-request.ts';
import { UsageError } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import type { Model } from '../core/model.ts';
import { shorten } from '../core/plain-text.ts';
import { whyUnreachable } from '../core/reach.ts';
import type { Region } from '../core/region.ts';
import type { GenerationRequest } from '../core/request.ts';
import { shownInput } from '../core/shown-input.ts';
import { cutQuery } from '../core/shown-link.ts';
import type { Wish } from '../core/wish.ts';
import { parseRegion } from '../providers/region.ts';
import { checkPlaces, overrideWarnings } from './compose-call.ts';
import { pickModel } from './pick-model.ts';
import type { Connection } from './runtime.ts';

/** What will be asked of which model, and what a person should know before. */
export type PlannedRequest = {
  request: GenerationRequest;
  model: Model;
  others: readonly Model[];
  warnings: string[];
};

/**
 * Picks the model for a wish and holds the wish against it. Sends nothing.
 * @param asked the model that was named, if one was, and the region that a flag names
 * @throws {UsageError}
 */
export function planRequest(
  connection: Connection,
  wish: Wish,
  asked: { model: string | undefined; region: string | undefined },
): PlannedRequest {
  const region = regionForChecks(connection, asked.region);
  const hasOwnPath = connection.paths?.[wish.mode] !== undefined;
  const picked = pickModel(connection.provider.id, wish.mode, region, asked.model, hasOwnPath);
  const { model, others, omitsModel } = picked;
  const { request, warnings } = buildRequest(wish, model, { others, region, omitsModel });
  checkReach(connection, request);
  checkPlaces(connection, request, model);
  return {
    request,
    model,
    others,
    warnings: [...picked.warnings, ...warnings, ...overrideWarnings(connection, request, model)],
  };
}

/** A service on this machine reaches what this machine reaches; all others need public addresses. */
function checkReach({ base }: Connection, { media, callbackUrl }: GenerationRequest): void {
  if (isLoopbackHost(new URL(base).hostname)) return;
  for (const input of media) {
    const why = whyUnreachable(input.url);
    if (why === undefined) continue;
    throw new UsageError(`no service can reach ${shorten(shownInput(input), 120)}: its host is ${why}`, {
      hint: 'give the file itself, which is uploaded, or a public address',
    });
  }
  const why = callbackUrl === undefined ? undefined : whyUnreachable(callbackUrl);
  if (callbackUrl === undefined || why === undefined) return;
  const shown = shorten(cutQuery(callbackUrl), 120);
  throw new UsageError(`no service can call --callback-url ${shown}: its host is ${why}`, {
    hint: 'give a public address, or leave it out: `wan wait` asks by itself',
  });
}

/** The region whose rules hold; none at an address of the user's own, unless it was named. */
function regionForChecks(
  { region, isCustomBase }: Connection,
  named: string | undefined,
): Region | undefined {
  if (region !== 'sandbox' && !isCustomBase) return region;
  return named === undefined ? undefined : parseRegion(named);
}
