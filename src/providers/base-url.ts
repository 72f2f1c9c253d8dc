import { UsageError } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import type { Provider } from './provider.ts';

/**
 * The provider's base from what people paste: a host with or without scheme, API path and trailing slash, or a whole
 * endpoint.
 * @throws {UsageError} for anything but https (http on loopback), or with credentials or a query in it
 */
export function normalizeBase(
  provider: Pick<Provider, 'basePath' | 'baseSuffixes'> & Partial<Pick<Provider, 'endpoints'>>,
  text: string,
): string {
  const trimmed = text.trim();
  const hint = `write it as --base-url https://host${provider.basePath}`;
  const url = readAddress(trimmed);
  if (url === undefined) throw new UsageError(`the base ${trimmed} is not an address`, { hint });
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`the base at ${url.host} must not hold a user name or password`, { hint });
  }
  const whole = url.pathname.replace(/\/+$/u, '');
  const path = provider.endpoints === undefined ? whole : whole.replace(provider.endpoints, '');
  if (path === whole && (url.search !== '' || url.hash !== '')) {
    throw new UsageError(`the base at ${url.host} must not hold a query`, { hint });
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new UsageError(`the base ${trimmed} is not https`, { hint });
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new UsageError(`the base ${url.origin} is plain http: keys would travel in the open`, {
      hint: `use --base-url https://${url.host}`,
    });
  }
  const suffix = provider.baseSuffixes.find((ending) => path.toLowerCase().endsWith(ending));
  const prefix = suffix === undefined ? path : path.slice(0, -suffix.length);
  return `${url.origin}${prefix}${provider.basePath}`;
}

/** A bare host means https, on this machine http. */
function readAddress(text: string): URL | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//iu.test(text)) return URL.canParse(text) ? new URL(text) : undefined;
  if (!URL.canParse(`https://${text}`)) return undefined;
  const url = new URL(`https://${text}`);
  return isLoopbackHost(url.hostname) ? new URL(`http://${text}`) : url;
}
