import { AuthError, NetworkError, QuotaError } from '../core/errors.ts';
import type { Account } from './account.ts';
import { checkKey, connect, type ConnectionTools } from './connection.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { findOtherRegion, regionHint } from './region-hint.ts';
import type { Connection, Runtime } from './runtime.ts';

/** Nobody waits longer for one answer of a service that is not there. */
const timeoutMs = 10_000;

/** What became of one key on its way to its service. What could not be asked any more is left out. */
export type KeyHealth = {
  key: Finding;
  region?: Finding | undefined;
  service?: Finding | undefined;
  /** The service's clock less ours, in milliseconds. */
  skewMs?: number | undefined;
};

/** Follows a key: where it was found, where it belongs, and whether the service there takes it. */
export async function examineKey(
  account: Account,
  tools: ConnectionTools,
  now: () => number,
): Promise<KeyHealth> {
  const details = detailsOf(account);
  const key = judgeKey(account);
  const send: Runtime['send'] = (connection, call, options) =>
    tools.send(connection, call, { timeoutMs, ...options });
  let how = 'given';
  let connection: Connection;
  try {
    connection = await connect(account, {
      ...tools,
      send,
      notice: () => {},
      recallRegion: (keyFingerprint) => {
        const region = tools.recallRegion(keyFingerprint);
        how = region === undefined ? 'found by the free call' : 'remembered';
        return region;
      },
    });
  } catch (error) {
    return { key, region: failure('region', error, { ...details, region: null, how: null }) };
  }
  return {
    key,
    region: judgeRegion(account, connection, how),
    ...(await examineService(connection, account, send, now)),
  };
}

/** One free call to a service: whether it answers, how quickly, and what time it is there. */
export async function examineService(
  connection: Connection,
  { key, notices }: Pick<Account, 'notices'> & { key: { source: string } },
  send: Runtime['send'],
  now: () => number,
): Promise<Pick<KeyHealth, 'service' | 'skewMs'>> {
  const { provider } = connection;
  const origin = new URL(connection.base).origin;
  const label = labelOf(connection);
  const details = { ...detailsOf(connection), origin };
  let elapsedMs: number | null = null;
  let skewMs: number | undefined;
  try {
    const answer = await checkKey(connection, async (...call) => {
      const startMs = now();
      const outcome = await send(...call);
      const endMs = now();
      if (outcome.kind === 'reply') {
        elapsedMs = Math.round(endMs - startMs);
        skewMs = skewOf(outcome.reply.headers['date'], (startMs + endMs) / 2);
      }
      return outcome;
    });
    const found = { ...details, answer: answer.kind, elapsed_ms: elapsedMs };
    const [notice] = notices;
    switch (answer.kind) {
      case 'good':
        return {
          skewMs,
          service:
            notice === undefined
              ? ok('service', `${label}: takes the key, ${elapsedMs} ms to ${origin}`, found)
              : warning('service', `${label}: takes the key, but ${notice}`, baseHint(connection), found),
        };
      case 'unchecked':
        return { service: ok('service', `${label}: not checked: this service has no free call`, found) };
      case 'refused': {
        const other = await findOtherRegion(connection, send);
        const error = new AuthError(`${label}: refuses the key from ${key.source}: ${answer.reason}`, {
          hint:
            other === undefined ? `wan auth login --provider ${provider.id}` : regionHint(connection, other),
          code: answer.code,
          requestId: answer.requestId,
        });
        return { skewMs, service: failure('service', error, found) };
      }
      case 'inconclusive': {
        const what = `${label}: the key could not be checked at ${origin}: ${answer.reason}`;
        const error =
          answer.class === 'quota'
            ? new QuotaError(what, { hint: `look at the account: ${provider.keyPage}` })
            : new NetworkError(what, {
                hint: 'check the network, the proxy and the address above, then run it again',
                retryable: true,
              });
        return { skewMs, service: failure('service', error, found) };
      }
    }
  } catch (error) {
    return { service: failure('service', error, { ...details, answer: null, elapsed_ms: null }) };
  }
}

function judgeKey(account: Account): Finding {
  const { provider, key, unused, isCustomBase } = account;
  const others = unused.length === 0 ? '' : `; not used: ${unused.join(', ')}`;
  const message = `${labelOf(account)}: from ${key.source}${others}`;
  const details = { ...detailsOf(account), source: key.source, is_stored: key.isStored, not_used: unused };
  // Model Studio's plans: their keys look like any other, and every standard host calls them invalid.
  if (provider.id === 'dashscope' && key.value.startsWith('sk-sp-') && !isCustomBase) {
    return warning(
      'key',
      `${message}; it is a key of a Coding or Token plan, which ordinary hosts refuse`,
      `use a pay-as-you-go key (${provider.keyPage}), or the plan’s own address with --base-url`,
      details,
    );
  }
  return ok('key', message, details);
}

/** Undefined for a service without regions. */
function judgeRegion(account: Account, connection: Connection, how: string): Finding | undefined {
  const { provider } = account;
  const { region } = connection;
  if (Object.keys(provider.regionIds).length === 0) return undefined;
  const details = { ...detailsOf(account), region: region ?? null, how: region === undefined ? null : how };
  const text = region === undefined ? 'none, because the address is a custom one' : `${region}, ${how}`;
  return ok('region', `${labelOf(account)}: ${text}`, details);
}

type Labelled = Pick<Connection, 'provider' | 'profile'>;

function labelOf({ provider, profile }: Labelled): string {
  return profile === provider.id ? provider.id : `${provider.id} (profile ${profile})`;
}

function detailsOf({ provider, profile }: Labelled) {
  return { provider: provider.id, profile };
}

function baseHint({ baseSource }: Connection): string {
  return `leave out ${baseSource ?? 'the address'}, unless the key may go there`;
}

/** `Date` is cut to the second: half a second is its likeliest fraction. */
function skewOf(date: string | undefined, atMs: number): number | undefined {
  const dateMs = Date.parse(date ?? '');
  return Number.isNaN(dateMs) ? undefined : dateMs + 500 - atMs;
}
