import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { isLoopbackHost } from '../core/loopback.ts';

export type Dispatchers = {
  /** Pooled connections: for reads, which may be repeated. */
  shared: (url: URL) => Dispatcher;
  /** A connection nobody used before: a stale keep-alive socket would look like a lost submit. Close it after. */
  fresh: (url: URL) => Dispatcher;
  close: () => Promise<void>;
};

const connectTimeoutMs = 15_000;

/** Connections by the proxy variables, in both cases; this machine itself is never reached through a proxy. */
export function createDispatchers(env: Readonly<Record<string, string | undefined>>): Dispatchers {
  const options = { connect: { timeout: connectTimeoutMs, autoSelectFamily: true } } satisfies Agent.Options;
  const pick = (name: string) => env[name] || env[name.toUpperCase()] || undefined;
  const direct = () => new Agent(options);
  const proxied = () =>
    new EnvHttpProxyAgent({
      ...options,
      httpProxy: pick('http_proxy') ?? '',
      httpsProxy: pick('https_proxy') ?? '',
      noProxy: pick('no_proxy') ?? '',
    });
  const pools = new Map<'direct' | 'proxied', Dispatcher>();
  const kindOf = (url: URL) => (isLoopbackHost(url.hostname) ? 'direct' : 'proxied');
  const make = { direct, proxied };
  return {
    shared: (url) => {
      const kind = kindOf(url);
      const pool = pools.get(kind) ?? make[kind]();
      pools.set(kind, pool);
      return pool;
    },
    fresh: (url) => make[kindOf(url)](),
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}
