import { AuthError, NetworkError } from '../core/errors.ts';
import type { ErrorClass } from '../core/exit-code.ts';
import type { Region } from '../core/region.ts';
import { firstWords } from '../core/first-words.ts';
import { describeRefusal, requestIdOf } from '../core/refusal.ts';
import { baseOfRegion, type Provider } from '../providers/provider.ts';
import { type Account } from './account.ts';
import type { Connection, Runtime, SendCallOptions } from './runtime.ts';

/** What finding the way to a provider needs of the world. */
export type ConnectionTools = {
  send: Runtime['send'];
  fingerprint: (text: string) => Promise<string>;
  /** The region found for this key on an earlier day. */
  recallRegion: (keyFingerprint: string) => Region | undefined;
  rememberRegion: (keyFingerprint: string, region: Region) => Promise<void>;
  notice: (message: string) => void;
};

/** Turns an account into a connection; finds the key's region, once, where nothing gives it. */
export async function connect(account: Account, tools: ConnectionTools): Promise<Connection> {
  account.notices.forEach(tools.notice);
  if (account.base !== undefined) return finish(account, account.base, account.region, tools);
  const region = account.region ?? (await regionOfKey(account, tools));
  return finish(account, baseOfRegion(account.provider, region, account.workspace), region, tools);
}

/** A connection as far as it is known here, and what a person should know of it. */
export type OfflineConnection = { connection: Connection; notices: string[] };

/** No service is asked, and an unknown region is taken for `assumed`. */
export async function connectOffline(
  account: Account,
  tools: Pick<ConnectionTools, 'fingerprint' | 'recallRegion'>,
  assumed: Region,
): Promise<OfflineConnection> {
  const { provider, workspace, key } = account;
  const notices = [
    ...(key.value === '' ? [`there is no key for ${provider.title} yet`] : []),
    ...account.notices,
  ];
  if (account.base !== undefined) {
    return { connection: await finish(account, account.base, account.region, tools), notices };
  }
  const recalled = tools.recallRegion(await tools.fingerprint(keyPrint(provider, key.value)));
  const region = account.region ?? recalled ?? assumed;
  if (account.region === undefined && recalled === undefined) {
    notices.push(`the key’s region is not known yet; here it is taken for ${assumed} (--region)`);
  }
  const base = baseOfRegion(provider, region, workspace);
  return { connection: await finish(account, base, region, tools), notices };
}

/** What a key's region is remembered by, before it is hashed. */
export function keyPrint(provider: Provider, key: string): string {
  return `${provider.id}\n${key}`;
}

async function regionOfKey(account: Account, tools: ConnectionTools): Promise<Region> {
  const { provider, key } = account;
  const keyFingerprint = await tools.fingerprint(keyPrint(provider, key.value));
  const known = tools.recallRegion(keyFingerprint);
  if (known !== undefined) return known;
  const region = await findRegion(account, tools);
  tools.notice(`the key from ${key.source} belongs to ${region}; use --region to say so yourself`);
  await tools.rememberRegion(keyFingerprint, region);
  return region;
}

/**
 * Asks every region's free call whether the key is one of its own.
 * @throws {AuthError} only when all have refused it; {NetworkError} while one could not be asked
 */
export async function findRegion(account: Account, tools: Pick<ConnectionTools, 'send'>): Promise<Region> {
  const regions = Object.keys(account.provider.sharedHosts) as Region[];
  const answers = await Promise.all(
    regions.map(async (region) => {
      const connection = toConnection(account, baseOfRegion(account.provider, region, undefined), region, '');
      return { region, answer: await checkKey(connection, tools.send) };
    }),
  );
  const good = answers.find(({ answer }) => answer.kind === 'good');
  if (good !== undefined) return good.region;
  const unasked = answers.filter(({ answer }) => answer.kind !== 'refused');
  if (unasked.length > 0) {
    throw new NetworkError(`cannot find the key’s region: ${whyUnasked(unasked)}`, {
      hint: 'give it with --region',
      retryable: true,
    });
  }
  throw new AuthError(`the key from ${account.key.source} is refused in ${regions.join(', ')}`, {
    hint: 'check the key; in Frankfurt and Tokyo give --region and --workspace',
  });
}

/** Regions that could not be asked, those with one cause together. */
function whyUnasked(unasked: readonly { region: Region; answer: KeyAnswer }[]): string {
  const reasons = new Map<string, Region[]>();
  for (const { region, answer } of unasked) {
    const reason = 'reason' in answer ? answer.reason : 'it has no call for that';
    reasons.set(reason, [...(reasons.get(reason) ?? []), region]);
  }
  return [...reasons]
    .map(([reason, regions]) => `${regions.join(', ')} could not be asked: ${reason}`)
    .join('; ');
}

export type KeyAnswer =
  | { kind: 'good' }
  | { kind: 'refused'; reason: string; code: string | undefined; requestId: string | undefined }
  /** `class` is what kept the service from telling: the network, or an empty account. */
  | { kind: 'inconclusive'; reason: string; class: ErrorClass }
  /** The service has no call for it that costs nothing. */
  | { kind: 'unchecked' };

/** Whether a service takes a key, by a call that costs nothing. A network failure proves nothing. */
export async function checkKey(
  connection: Connection,
  send: ConnectionTools['send'],
  options?: SendCallOptions,
): Promise<KeyAnswer> {
  const { protocol } = connection.provider;
  if (protocol.checkKey === undefined) return { kind: 'unchecked' };
  const outcome = await send(connection, protocol.checkKey, options);
  if (outcome.kind !== 'reply') return { kind: 'inconclusive', reason: outcome.reason, class: 'network' };
  const { status, json, text, trouble } = outcome.reply;
  const refusal = protocol.readRefusal(json);
  const isAnswer =
    json !== undefined || (protocol.checkMayBeEmpty && text.trim() === '' && trouble === undefined);
  if (status >= 200 && status < 300 && isAnswer && refusal === undefined) return { kind: 'good' };
  const meaning = refusal === undefined ? undefined : protocol.meaningOf(status, refusal);
  // Whoever wrote the body, a text or a page included: only a known code outranks these two.
  const isRefused = (status === 401 || status === 403) && meaning?.known !== true;
  if (isRefused || meaning?.class === 'auth') {
    const words = describeRefusal(refusal) ?? firstWords(outcome.reply);
    const reason = words ?? `the service answered ${status}`;
    const requestId = refusal?.requestId ?? requestIdOf(outcome.reply);
    return { kind: 'refused', reason, code: refusal?.code, requestId };
  }
  const reason = describeRefusal(refusal) ?? `the service answered ${status}`;
  return { kind: 'inconclusive', reason, class: meaning?.class ?? 'network' };
}

async function finish(
  account: Account,
  base: string,
  region: Region | undefined,
  tools: Pick<ConnectionTools, 'fingerprint'>,
): Promise<Connection> {
  const fingerprint = await tools.fingerprint(
    [account.provider.id, account.key.value, region ?? '', base].join('\n'),
  );
  return toConnection(account, base, region, fingerprint);
}

function toConnection(
  account: Account,
  base: string,
  region: Region | undefined,
  fingerprint: string,
): Connection {
  const { provider, profile, workspace, isCustomBase, baseSource, key } = account;
  return {
    provider,
    profile,
    region,
    base,
    isCustomBase,
    baseSource,
    workspace,
    key: key.value,
    fingerprint,
    paths: account.profileSettings?.path ?? {},
  };
}

/** The headers of every call on a connection. */
export function headersOf(connection: Connection): Record<string, string> {
  const { provider, workspace, isCustomBase } = connection;
  return {
    authorization: `Bearer ${connection.key}`,
    ...(workspace !== undefined && isCustomBase && provider.workspaceHeader !== undefined
      ? { [provider.workspaceHeader]: workspace }
      : {}),
  };
}
