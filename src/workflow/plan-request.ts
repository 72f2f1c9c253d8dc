import { buildRequest } from '../core/build-request.ts';
import type { Model } from '../core/model.ts';
import type { Region } from '../core/region.ts';
import type { GenerationRequest } from '../core/request.ts';
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
  checkPlaces(connection, request, model);
  return {
    request,
    model,
    others,
    warnings: [...picked.warnings, ...warnings, ...overrideWarnings(connection, request, model)],
  };
}

/** The region whose rules hold; none at an address of the user's own, unless it was named. */
function regionForChecks(
  { region, isCustomBase }: Connection,
  named: string | undefined,
): Region | undefined {
  if (region !== 'sandbox' && !isCustomBase) return region;
  return named === undefined ? undefined : parseRegion(named);
}
