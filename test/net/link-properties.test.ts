import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NotSavedError } from '../../src/core/errors.ts';
import { cutQuery } from '../../src/core/shown-link.ts';
import { asLink } from '../../src/core/untrusted.ts';
import {
  isPrivateAddress,
  nextHop,
  refusePrivateHost,
  shownLink,
  splitLink,
} from '../../src/net/link-policy.ts';
import { controls, hostileText } from '../helpers/hostile-text.ts';

/** Nearly links: whatever a parser might see otherwise than the next one. */
const nearlyLink = fc.oneof(
  hostileText,
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'http://',
          'https://',
          'HTTPS://',
          '//',
          '/',
          '\\',
          '@',
          ':',
          '?',
          '#',
          '%',
          '..',
          '.',
        ),
        fc.constantFrom(
          'h.example',
          'evil.example',
          '127.0.0.1',
          '[::1]',
          '0x7f.1',
          'ü',
          ' ',
          '\n',
          '\t',
          '8080',
        ),
        fc.constantFrom('a.mp4', 'Signature=x%2Fy', '%2e%2e', '%zz', '&', 'user:pass'),
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

/** Undefined where the policy refuses; any other failure is thrown. */
function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotSavedError) {
      expect(error.message).not.toMatch(controls);
      return undefined;
    }
    throw error;
  }
}

/** The bytes of an address, one a letter, whether they are percent-encoded or not. */
function bytesOf(address: string): string {
  return Buffer.from(address, 'utf8')
    .toString('latin1')
    .replaceAll(/%([0-9a-f]{2})/giu, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));
}

describe('a link', () => {
  test('is asked for at the host that was checked, byte for byte, without credentials', () => {
    fc.assert(
      fc.property(nearlyLink, (link) => {
        const split = unlessRefused(() => splitLink(link));
        if (split === undefined) return;
        expect(['http:', 'https:']).toContain(split.url.protocol);
        expect(split.origin).toBe(new URL(link).origin);
        expect(split.origin).not.toContain('@');
        expect(split.path).toMatch(/^\/[\u0021-\u007e]*$/u);
        expect(split.path).not.toContain('#');
        expect(link).toContain(split.path.replace(/^\/(?=\?|$)/u, ''));
        // Glued together again it still leads to the same host: nothing of the path became one.
        expect(new URL(`${split.origin}${split.path}`).origin).toBe(split.origin);
      }),
      { numRuns: 3000 },
    );
  });

  test('that a reply gives is one that can be asked for, or the answer is a refusal', () => {
    fc.assert(
      fc.property(nearlyLink, (text) => {
        const link = asLink(text);
        if (link === undefined) return;
        // Trimmed and percent-encoded where it was not yet, and the same address.
        expect(bytesOf(link)).toBe(bytesOf(text.trim()));
        expect(link).toMatch(/^https?:\/\/[\u0021-\u007e]+$/iu);
        unlessRefused(() => splitLink(link));
      }),
      { numRuns: 2000 },
    );
  });

  test('shows neither query nor password, on one line', () => {
    const secret = 'sIgNaTuRe';
    const where = fc.constantFrom(`?Signature=${secret}`, `#${secret}`, `?a#${secret}`);
    fc.assert(
      fc.property(fc.webUrl(), where, hostileText, (url, tail, noise) => {
        for (const link of [`${url}${tail}${noise}`, url.replace('://', `://me:${secret}@`) + tail]) {
          expect(shownLink(link)).not.toContain(secret);
          expect(cutQuery(link)).not.toContain(secret);
          expect(shownLink(link)).not.toMatch(controls);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a redirect', () => {
  test('leads to an http or https address, never down from https', () => {
    const from = fc.constantFrom('https://h.example/dir/a.mp4?q=1', 'http://h.example/dir/a.mp4');
    const location = fc
      .tuple(fc.constantFrom('', '', '/\\', '\\\\', '/', '//', '\t//', 'http:', 'https:\\\\'), nearlyLink)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(from, location, (start, given) => {
        const target = unlessRefused(() => nextHop(start, given));
        if (target === undefined) return;
        const { protocol } = splitLink(target).url;
        expect(protocol === 'https:' || start.startsWith('http:')).toBe(true);
        // The same place as a browser would go to.
        expect(new URL(target).host).toBe(new URL(given.trim(), start).host);
      }),
      { numRuns: 3000 },
    );
  });
});

/** The ways to write an IPv4 address that some parser takes. */
const spellings = (bytes: readonly number[]): string[] => {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number) => value.toString(16);
  return [
    bytes.join('.'),
    `${whole}`,
    `0x${hex(whole)}`,
    `0${whole.toString(8)}`,
    bytes.map((byte) => `0x${hex(byte)}`).join('.'),
    bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${bytes.join('.')}.`,
    `[::ffff:${bytes.join('.')}]`,
    `[::ffff:${hex(a * 256 + b)}:${hex(c * 256 + d)}]`,
    `[64:ff9b::${hex(a * 256 + b)}:${hex(c * 256 + d)}]`,
    bytes.join('%2e'),
    bytes.join('。'),
  ];
};

const byte = fc.integer({ min: 0, max: 255 });
const privateV4 = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127, 224, 239, 255), byte, byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
);

describe('a private address', () => {
  test('is refused however it is written', () => {
    fc.assert(
      fc.property(privateV4, fc.constantFrom('http', 'https'), (bytes, scheme) => {
        for (const host of spellings(bytes)) {
          expect(() => {
            refusePrivateHost(splitLink(`${scheme}://${host}/a.mp4`));
          }, host).toThrow(NotSavedError);
        }
      }),
    );
  });

  test('is known among IPv6 ones, and public ones are none', () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const rest = fc.array(group, { minLength: 7, maxLength: 7 }).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(fc.constantFrom('fc00', 'fd12', 'fe80', 'febf', 'fec0', 'ff02'), rest, (first, others) => {
        expect(isPrivateAddress(`${first}:${others}`)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom('2001', '2606', '2a00', '2400'), rest, (first, others) => {
        expect(isPrivateAddress(`${first}:${others}`)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(1, 8, 47, 93, 120, 203), byte, byte, byte, (a, b, c, d) => {
        expect(isPrivateAddress(`${a}.${b}.${c}.${d}`)).toBe(false);
      }),
    );
  });
});
