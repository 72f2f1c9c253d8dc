import type { WanError } from '../core/errors.ts';
import type { Region } from '../core/region.ts';
import { baseOfRegion, isOwnHost } from '../providers/provider.ts';
import { checkKey } from './connection.ts';
import type { Connection, Runtime } from './runtime.ts';

/** Other regions are asked for the sake of a hint alone, so not for long. */
const timeoutMs = 5_000;

/**
 * Which other region takes a key that this one has refused, by the free call of each, all at once; the first that
 * takes it is the answer. Undefined where none does, where none could be asked, and for addresses that are not the
 * provider's own. Never throws.
 */
export async function findOtherRegion(
  connection: Connection,
  send: Runtime['send'],
): Promise<Region | undefined> {
  const { provider, base, isCustomBase } = connection;
  if (isCustomBase || !isOwnHost(provider, new URL(base).host)) return undefined;
  const others = (Object.keys(provider.sharedHosts) as Region[]).filter(
    (region) => region !== connection.region,
  );
  const asked = others.map(async (region) => {
    const there = { ...connection, region, base: baseOfRegion(provider, region, undefined) };
    const answer = await checkKey({ ...there, workspace: undefined }, send, { timeoutMs });
    if (answer.kind !== 'good') throw new Error(answer.kind);
    return region;
  });
  return Promise.any(asked).catch(() => undefined);
}

/**
 * The failure of a call, with a hint that names the region that its key does belong to. Any other failure comes back
 * as it is; so does this one where no other region takes the key. Call it where a service's refusal of the key is
 * about to be thrown.
 */
export async function withRegionHint(
  runtime: Pick<Runtime, 'send' | 'forgetRegion'>,
  connection: Connection,
  error: WanError,
  { isSameAccount = true }: { isSameAccount?: boolean } = {},
): Promise<WanError> {
  // `InvalidApiKey` and its lower-case twin; other refusals of class auth know the key, and deny it something.
  if (error.class !== 'auth' || !/invalid_?api_?key/iu.test(error.code ?? '')) return error;
  const region = await findOtherRegion(connection, runtime.send);
  if (region === undefined) return error;
  await runtime.forgetRegion(connection);
  return error.with({ hint: regionHint(connection, region, isSameAccount) });
}

/** What to type, once the key's own region is known. */
export function regionHint(connection: Connection, region: Region, isSameAccount = true): string {
  if (!isSameAccount) {
    return `the key belongs to ${region}, and the job to ${connection.region}: use the key that made it (--profile)`;
  }
  const without = [connection.baseSource, connection.workspace === undefined ? undefined : 'the workspace'];
  const named = without.filter((part) => part !== undefined);
  return `the key belongs to ${region}: --region ${region}${named.length === 0 ? '' : `, without ${named.join(' and ')}`}`;
}
