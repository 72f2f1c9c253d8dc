import { isLoopbackHost } from './loopback.ts';

// Addresses that only this machine, or its network, can reach: a service that is to fetch or call them never will.

/** Endings of names that no public name server knows. */
const localEndings = [
  'local',
  'localhost',
  'localdomain',
  'internal',
  'intranet',
  'lan',
  'corp',
  'home',
  'private',
  'home.arpa',
];

/** First and last address of each block, and what it is called. */
const privateV4 = [
  ['0.0.0.0', '0.255.255.255', 'no address of a host'],
  ['10.0.0.0', '10.255.255.255', 'a private address'],
  ['100.64.0.0', '100.127.255.255', 'an address inside a provider’s network'],
  ['127.0.0.0', '127.255.255.255', 'this machine itself'],
  ['169.254.0.0', '169.254.255.255', 'a link-local address'],
  ['172.16.0.0', '172.31.255.255', 'a private address'],
  ['192.0.0.0', '192.0.0.255', 'a private address'],
  ['192.168.0.0', '192.168.255.255', 'a private address'],
  ['224.0.0.0', '255.255.255.255', 'no address of a host'],
] as const;

/**
 * Why no service can reach an http or https address: what its host is. Undefined where its spelling does not tell.
 * URLs have turned short, octal and hexadecimal forms of addresses into the usual ones.
 */
export function whyUnreachable(address: string): string | undefined {
  if (!/^https?:/iu.test(address) || !URL.canParse(address)) return undefined;
  const host = new URL(address).hostname.toLowerCase().replace(/\.$/u, '');
  if (isLoopbackHost(host)) return 'this machine itself';
  if (host.startsWith('[')) return kindOfV6(groupsOf(host.slice(1, -1)));
  if (/^\d+(?:\.\d+){3}$/u.test(host)) return kindOfV4(numberOf(host));
  if (!host.includes('.')) return 'a name of a container or of a local network';
  return localEndings.some((ending) => host.endsWith(`.${ending}`)) ? 'a name of a local network' : undefined;
}

function kindOfV4(address: number): string | undefined {
  return privateV4.find(([first, last]) => address >= numberOf(first) && address <= numberOf(last))?.[2];
}

function numberOf(dotted: string): number {
  return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function kindOfV6(groups: readonly number[]): string | undefined {
  const [a = 0, b = 0, c = 0] = groups;
  const startsWith = (...wanted: number[]) => wanted.every((value, index) => groups[index] === value);
  const v4 = (groups[6] ?? 0) * 65_536 + (groups[7] ?? 0);
  // An IPv4 address inside: mapped, or as NAT64 writes it.
  if (startsWith(0, 0, 0, 0, 0, 0xffff) || startsWith(0x64, 0xff9b, 0, 0, 0, 0)) return kindOfV4(v4);
  if (startsWith(0, 0, 0, 0, 0, 0)) return v4 === 1 ? 'this machine itself' : 'no address of a host';
  if (a === 0x64 && b === 0xff9b && c === 1) return 'a private address';
  if ((a & 0xfe00) === 0xfc00 || (a & 0xffc0) === 0xfec0) return 'a private address';
  if ((a & 0xffc0) === 0xfe80) return 'a link-local address';
  return a >= 0xff00 ? 'no address of a host' : undefined;
}

/** The eight numbers of an IPv6 address as URLs write it. */
function groupsOf(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const read = (part: string | undefined) =>
    part === undefined || part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [read(head), read(tail)];
  return [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
}
