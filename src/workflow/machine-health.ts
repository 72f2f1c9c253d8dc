import { NotSavedError, WanError } from '../core/errors.ts';
import { pickVariable, readProxy } from '../core/proxy.ts';
import { failure, ok, warning, type Finding } from './finding.ts';

// What the figures of a machine mean for wan. Measuring them is the command's work.

type Environment = Readonly<Record<string, string | undefined>>;

/** As in package.json's `engines`. */
const oldestNode = [20, 19] as const;

export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor, oldMinor] = oldestNode;
  const details = { version };
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return ok('node', version, details);
  return failure(
    'node',
    new WanError(`Node ${version} is too old for wan`, {
      hint: `install Node ${oldestNode.join('.')} or newer`,
    }),
    details,
  );
}

/** Proxies as `net/dispatchers.ts` picks them. User names and passwords are never shown. */
export function describeProxies(env: Environment): Finding {
  const pick = (name: string) => (pickVariable(env, name) ?? '').trim();
  const http = proxyHost(pick('http_proxy'));
  const https = proxyHost(pick('https_proxy'));
  const exempt = pick('no_proxy');
  const details = { http: http ?? null, https: https ?? null, no_proxy: exempt === '' ? null : exempt };
  const parts = [
    https === undefined ? undefined : `https through ${https}`,
    http === undefined ? undefined : `http through ${http}`,
    exempt === '' ? undefined : `not for ${exempt}`,
    'never for this machine itself',
  ];
  if (http === undefined && https === undefined) {
    return pick('all_proxy') === ''
      ? ok('proxy', 'none', details)
      : warning('proxy', 'ALL_PROXY is set, which wan does not read', 'set HTTPS_PROXY to the same', details);
  }
  return ok('proxy', parts.filter((part) => part !== undefined).join(', '), details);
}

/** Scheme, host and port alone. */
function proxyHost(text: string): string | undefined {
  if (text === '') return undefined;
  const proxy = readProxy(text);
  return 'fault' in proxy ? 'an address that cannot be read' : proxy.address;
}

const gigabyte = 1e9;
const leastBytes = gigabyte / 10;

/** A video takes up to some tens of megabytes, beside which the rest of a script wants room too. */
export function judgeFreeSpace(directory: string, freeBytes: number): Finding {
  const details = { path: directory, free_bytes: freeBytes };
  const free =
    freeBytes < gigabyte ? `${Math.floor(freeBytes / 1e6)} MB` : `${(freeBytes / gigabyte).toFixed(1)} GB`;
  const message = `${free} free in ${directory}`;
  const hint = 'make room, or choose another place with --out-dir';
  if (freeBytes < leastBytes) {
    // What a run would end with: rendered, and no room to save it.
    return failure('output', new NotSavedError(`only ${message}`, { hint }), details);
  }
  return freeBytes < gigabyte
    ? warning('output', `only ${message}`, hint, details)
    : ok('output', message, details);
}

const mostSkewMs = 60_000;

/** How far this machine's clock is from the services' (positive: the service is ahead), the worst one of them. */
export function judgeClock(skews: readonly { of: string; skewMs: number }[]): Finding {
  const worst = skews.toSorted((a, b) => Math.abs(b.skewMs) - Math.abs(a.skewMs))[0];
  if (worst === undefined) {
    return ok('clock', 'not compared: no service told the time', { skew_seconds: null });
  }
  const seconds = Math.round(worst.skewMs / 1000);
  const details = { skew_seconds: seconds };
  if (Math.abs(worst.skewMs) <= mostSkewMs) {
    return ok('clock', `within ${Math.max(1, Math.abs(seconds))} s of ${worst.of}’s`, details);
  }
  return warning(
    'clock',
    `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} ${worst.of}’s`,
    'set this machine’s clock; expiry times and lost submits are judged by it',
    details,
  );
}
