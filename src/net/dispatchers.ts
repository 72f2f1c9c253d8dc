import type { LookupFunction } from 'node:net';
import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { UsageError } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { hasUnreadProxy, pickVariable, readProxy, type Proxy } from '../core/proxy.ts';

export type Dispatchers = {
  /** Pooled connections: for reads, which may be repeated. With `lookup`, names are resolved by it. */
  shared: (url: URL, lookup?: LookupFunction) => Dispatcher;
  /** A connection nobody used before: a stale keep-alive socket would look like a lost submit. Close it after. */
  fresh: (url: URL) => Dispatcher;
  /** What is to be said of proxies where an address could not be reached; empty for nothing. */
  advice: (url: URL) => string;
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
  // As with curl, a proxy for http says nothing about https; undici alone would use it for both.
  const proxies = { http: proxyOf('http_proxy', env), https: proxyOf('https_proxy', env) };
  const noProxy = pickVariable(env, 'no_proxy') ?? '';
  const direct = (lookup?: LookupFunction) => new Agent(optionsWith(lookup));
  const through = (kind: 'http' | 'https') => (lookup?: LookupFunction) => {
    const proxy = proxies[kind];
    if (proxy === undefined) return direct(lookup);
    const { address } = proxy;
    // Types of undici know nothing of what its agent hands on to the one for a single proxy.
    const options = {
      ...optionsWith(lookup),
      ...credentialsOf(proxy),
      httpProxy: address,
      httpsProxy: address,
    };
    return new EnvHttpProxyAgent({ ...options, noProxy });
  };
  const make = { direct, http: through('http'), https: through('https') };
  // A connection that was made with one way to resolve names is not used where another is wanted.
  const pools = new Map<LookupFunction | undefined, Map<keyof typeof make, Dispatcher>>();
  const kindOf = (url: URL) => {
    if (isLoopbackHost(url.hostname)) return 'direct';
    return url.protocol === 'https:' ? 'https' : 'http';
  };
  return {
    shared: (url, lookup) => {
      const kind = kindOf(url);
      const alike = pools.get(lookup) ?? new Map<keyof typeof make, Dispatcher>();
      const present = alike.get(kind);
      // One that was given up on is replaced.
      const pool = present === undefined || isDestroyed(present) ? make[kind](lookup) : present;
      pools.set(lookup, alike.set(kind, pool));
      return pool;
    },
    fresh: (url) => make[kindOf(url)](),
    advice: ({ protocol, hostname }) =>
      hasUnreadProxy(env, protocol) && !isLoopbackHost(hostname)
        ? `; ALL_PROXY is set, which wan does not read: set ${protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY'} to the same`
        : '',
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

/** The proxy that a variable names; undefined for none. @throws {UsageError} */
function proxyOf(name: string, env: Readonly<Record<string, string | undefined>>): Proxy | undefined {
  const text = pickVariable(env, name)?.trim() ?? '';
  if (text === '') return undefined;
  const proxy = readProxy(text);
  if (!('fault' in proxy)) return proxy;
  const variable = name.toUpperCase();
  // Its value is not shown: it may hold a password.
  const message =
    proxy.fault === 'scheme'
      ? `${variable} names a proxy of a kind that wan does not speak: ${proxy.scheme}`
      : `${variable} is not the address of a proxy`;
  throw new UsageError(message, {
    hint: `set ${variable} to http://host:port (https and socks5 work too), or unset it`,
  });
}

/** As undici's agent for one proxy takes them: it would decode what stands in the address, and want both. */
function credentialsOf({ address, user, password }: Proxy): Record<string, string> {
  if (user === '' && password === '') return {};
  if (address.startsWith('socks5:')) return { username: user, password };
  return { token: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
