import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { NotSavedError } from '../core/errors.ts';
import { isLoopbackHost } from '../core/loopback.ts';
import { shorten } from '../core/plain-text.ts';
import { cutQuery } from '../core/shown-link.ts';

/** A link taken apart by hand, because rebuilding a signed one breaks its signature. */
export type SplitLink = {
  /** For looking at only: its path may be written otherwise than the link's. */
  url: URL;
  /** Scheme, host and port, without credentials. */
  origin: string;
  /** Path and query, byte for byte. */
  path: string;
};

/** A link as it may be shown: without query, fragment and credentials, on one line. */
export function shownLink(link: string | URL): string {
  return shorten(cutQuery(String(link)), 160);
}

/** @throws NotSavedError when the text is no absolute http or https address */
export function splitLink(link: string): SplitLink {
  const match = /^https?:\/\/[^/?#\\\s]+([/?][^#]*)?(?:#.*)?$/iu.exec(link);
  if (match === null || !/^[\x21-\x7e]+$/u.test(link) || !URL.canParse(link)) {
    throw new NotSavedError(`not an http or https link: ${shownLink(link)}`);
  }
  const url = new URL(link);
  const path = match[1] ?? '/';
  return { url, origin: url.origin, path: path.startsWith('?') ? `/${path}` : path };
}

/**
 * Where a redirect leads, byte for byte where `Location` allows it.
 * @throws NotSavedError for a step down from https to http, and for what is no http or https address
 */
export function nextHop(from: string, location: string): string {
  const { url, origin } = splitLink(from);
  const target = resolveLocation(url, origin, location.trim());
  if (splitLink(target).url.protocol === 'http:' && url.protocol === 'https:') {
    throw new NotSavedError(`${shownLink(from)} redirects from https to http: ${shownLink(target)}`);
  }
  return target;
}

function resolveLocation(url: URL, origin: string, location: string): string {
  const isPlain = /^[\x21-\x7e]+$/u.test(location);
  if (isPlain && /^https?:\/\//iu.test(location)) return location;
  if (isPlain && location.startsWith('//')) return `${url.protocol}${location}`;
  if (isPlain && /^\/[^\\]/u.test(location)) return `${origin}${location}`;
  if (!URL.canParse(location, url.href)) {
    throw new NotSavedError(`${shownLink(url)} redirects to no address: ${shownLink(location)}`);
  }
  const resolved = new URL(location, url.href);
  resolved.username = '';
  resolved.password = '';
  return resolved.href;
}

// 198.18.0.0/15 is missing on purpose: proxies with "fake IP" name resolution give every public name such an address.
const privateV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const;
const privateV6 = [
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

const privateAddresses = new BlockList();
for (const [address, bits] of privateV4) {
  privateAddresses.addSubnet(address, bits, 'ipv4');
  // NAT64 hides an IPv4 address in an IPv6 one. IPv4-mapped addresses are compared by BlockList itself.
  privateAddresses.addSubnet(`64:ff9b::${address}`, 96 + bits, 'ipv6');
}
for (const [address, bits] of privateV6) privateAddresses.addSubnet(address, bits, 'ipv6');

/** True for an IP address that is no public one: loopback, private, link-local, CGNAT, unique local, multicast. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && privateAddresses.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** True for a URL's host that is by its spelling a private one. */
export function isPrivateHost(hostname: string): boolean {
  // URL has turned decimal, octal, hexadecimal and short forms into four numbers by now.
  const host = hostname.replace(/^\[|\]$/gu, '');
  return isLoopbackHost(host) || isPrivateAddress(host);
}

/** @throws NotSavedError when the link's host is by its spelling a private one */
export function refusePrivateHost({ url }: SplitLink): void {
  if (isPrivateHost(url.hostname)) {
    throw new NotSavedError(`the link leads to a private address, ${url.hostname}: ${shownLink(url)}`);
  }
}

/** A name that stands for private addresses only. */
export class PrivateNameError extends Error {}

type Resolve = (
  hostname: string,
  options: { all: true; family?: number | 'IPv4' | 'IPv6'; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Name resolution for connections that may leave this machine's networks only: private addresses are dropped, and
 * where none remains the connection fails with `PrivateNameError`. It works at connect time, so a name that changes
 * its mind after a check gains nothing.
 */
export function guardLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    const { family, hints } = options;
    const wanted = {
      all: true as const,
      ...(family === undefined ? {} : { family }),
      ...(hints === undefined ? {} : { hints }),
    };
    resolve(hostname, wanted, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const open = addresses.filter(({ address }) => !isPrivateAddress(address));
      const [first] = open;
      if (first === undefined) {
        return callback(
          new PrivateNameError(`${hostname} is a private address, ${addresses[0]?.address ?? 'none'}`),
          [],
        );
      }
      return options.all === true ? callback(null, open) : callback(null, first.address, first.family);
    });
  };
}

/** `guardLookup` with the system's resolver. */
export const publicLookup: LookupFunction = guardLookup(systemLookup);
