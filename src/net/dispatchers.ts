import type { LookupFunction } from 'node:net';
import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { UsageError } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';

export type Dispatchers = {
  /** Pooled connections: for reads, which may be repeated. With `lookup`, names are resolved by it. */
  shared: (url: URL, lookup?: LookupFunction) => Dispatcher;
  /** A connection nobody used before: a stale keep-alive socket would look like a lost submit. Close it after. */
  fresh: (url: URL) => Dispatcher;
  close: () => Promise<void>;
};

const connectTimeoutMs = 15_000;
/** Gateways add headers of their own: policies, traces, cookies. Node's 16 KiB are too few. */
const maxHeaderSize = 256 * 1024;

/** Connections by the proxy variables, in both cases; this machine itself is never reached through a proxy. */
export function createDispatchers(env: Readonly<Record<string, string | undefined>>): Dispatchers {
  const optionsWith = (lookup: LookupFunction | undefined) => ({
    maxHeaderSize,
    connect: {
      timeout: connectTimeoutMs,
      autoSelectFamily: true,
      ...(lookup === undefined ? {} : { lookup }),
    },
  });
  const pick = (name: string) => env[name] || env[name.toUpperCase()] || undefined;
  const [httpProxy, httpsProxy] = [proxyAddress('http_proxy', pick), proxyAddress('https_proxy', pick)];
  const direct = (lookup?: LookupFunction) => new Agent(optionsWith(lookup));
  const proxied = (lookup?: LookupFunction) =>
    new EnvHttpProxyAgent({
      ...optionsWith(lookup),
      httpProxy,
      httpsProxy,
      noProxy: pick('no_proxy') ?? '',
    });
  // A connection that was made with one way to resolve names is not used where another is wanted.
  const pools = new Map<LookupFunction | undefined, Map<'direct' | 'proxied', Dispatcher>>();
  // As with curl, a proxy for http says nothing about https; undici alone would use it for both.
  const isDirect = (url: URL) =>
    isLoopbackHost(url.hostname) || (url.protocol === 'https:' && httpsProxy === '');
  const kindOf = (url: URL) => (isDirect(url) ? 'direct' : 'proxied');
  const make = { direct, proxied };
  return {
    shared: (url, lookup) => {
      const kind = kindOf(url);
      const alike = pools.get(lookup) ?? new Map<'direct' | 'proxied', Dispatcher>();
      const present = alike.get(kind);
      // One that was given up on is replaced.
      const pool = present === undefined || isDestroyed(present) ? make[kind](lookup) : present;
      pools.set(lookup, alike.set(kind, pool));
      return pool;
    },
    fresh: (url) => make[kindOf(url)](),
    close: async () => {
      const all = [...pools.values()].flatMap((alike) => [...alike.values()]);
      await Promise.all(all.map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

function isDestroyed(dispatcher: Dispatcher): boolean {
  return 'destroyed' in dispatcher && dispatcher.destroyed === true;
}

/** A proxy as curl reads it: without a scheme it means http. Empty for none. @throws {UsageError} */
function proxyAddress(name: string, pick: (name: string) => string | undefined): string {
  const text = pick(name)?.trim() ?? '';
  if (text === '') return '';
  const address = text.includes('://') ? text : `http://${text}`;
  if (/^(?:https?|socks5?):\/\//iu.test(address) && URL.canParse(address)) return address;
  // Its value is not shown: it may hold a password.
  throw new UsageError(`${name.toUpperCase()} is not the address of a proxy`, {
    hint: `set ${name.toUpperCase()} to http://host:port, or unset it`,
  });
}
