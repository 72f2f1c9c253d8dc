import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  breakAllCommands,
  breakCommands,
  countCharacters,
  escapeJson,
  oneLine,
  shorten,
} from '../../src/core/plain-text.ts';
import { createSecrets } from '../../src/core/redact.ts';
import { cutQuery } from '../../src/core/shown-link.ts';

// oxlint-disable-next-line no-control-regex -- these are the characters that must not come through
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

test.each([
  ['a\r\nb', 'a b'],
  ['a\n\n\n b', 'a  b'],
  ['a\tb\vc\fd\u0085e\u2028f\u2029g', 'a b c d e f g'],
  ['\u001b[31mred\u001b[0m', '[31mred[0m'],
  ['\u009b2J', '2J'],
  ['\u202eevil\u2066\u2069', 'evil'],
  ['\u0000\u007f', ''],
  ['\n::error::x', '::error::x'],
  ['雨 and 😀', '雨 and 😀'],
])('%j is %j on one line', (text, expected) => {
  expect(oneLine(text)).toBe(expected);
});

test('one line is one line, free of controls, and stays as it is', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\u001b', '\u200e', '\ufeff') }),
  );
  fc.assert(
    fc.property(text, (value) => {
      const line = oneLine(value);
      expect(line).not.toMatch(controls);
      expect(oneLine(line)).toBe(line);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['a ##vso[task.x]b ##[error] ##VSO[c] ###vso[d', 'a # #vso[task.x]b # #[error] # #VSO[c] ## #vso[d'],
  ['::error::x', ': :error::x'],
  ['  ::error::x', '  : :error::x'],
  ['a\n::stop-commands::b', 'a\n: :stop-commands::b'],
  ['a ::error::x # ## [', 'a ::error::x # ## ['],
])('a CI runner obeys nothing in %j', (text, expected) => {
  expect(breakCommands(text)).toBe(expected);
});

test.each([
  ['a ::error::x', 'a : :error::x'],
  ['a::set-output name=b,c=d::e', 'a: :set-output name=b,c=d::e'],
  ['std::vector and b', 'std::vector and b'],
])('nor in %j, wherever it is broken', (text, expected) => {
  expect(breakAllCommands(text)).toBe(expected);
});

test('JSON is the same, and no command', () => {
  const value = { a: '##vso[x] ##[y] ###[z', '##[k': 1 };
  const json = escapeJson(JSON.stringify(value));
  expect(json).not.toMatch(/##(?:\[|vso\[)/u);
  expect(JSON.parse(json)).toEqual(value);
});

test('a shortened text has at most that many characters, whole ones', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef');
  expect(shorten('abcdefg', 6)).toBe('abcde…');
  expect(shorten('ab cdef', 4)).toBe('ab…');
  expect(shorten('😀😀😀', 2)).toBe('😀…');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 50 }), (text, max) => {
      expect(countCharacters(shorten(text, max))).toBeLessThanOrEqual(max);
    }),
  );
});

test.each([
  ['', 0],
  ['abc', 3],
  ['纸船', 2],
  ['😀!', 2],
])('%j counts %i characters', (text, count) => {
  expect(countCharacters(text)).toBe(count);
});

test.each([
  ['https://e.com/a.mp4?Signature=x#y', 'https://e.com/a.mp4'],
  ['https://me:pass@e.com/a', 'https://e.com/a'],
  ['https://e.com/a#token', 'https://e.com/a'],
  ['oss://bucket/k.png?x=1', 'oss://bucket/k.png'],
  ['data:image/png;base64,AAAA', 'data:image/png;base64,…'],
  ['https://e.com/a\n?x', 'https://e.com/a\n'],
])('people see of %j only %j', (link, shown) => {
  expect(cutQuery(link)).toBe(shown);
});

describe('secrets', () => {
  const redact = (secret: string, text: string) => {
    const secrets = createSecrets();
    secrets.add(secret);
    return secrets.redact(text);
  };

  test.each([
    ['sk-abc123', 'Bearer sk-abc123', 'Bearer ***'],
    ['sk-abc123', 'twice: sk-abc123 sk-abc123', 'twice: *** ***'],
    ['a+b/c=d', 'key=a%2Bb%2Fc%3Dd&x', 'key=***&x'],
    ['a+b/c=d', 'a+b/c=d', '***'],
    ['sk-abc123', 'a sk-\u0007abc\u0000123 b', 'a *** b'],
    ['sk-abc123', 'sk-\nabc123', '***'],
    ['sk-abc123', 'sk\u200b-ab\u2060c\ufeff12\u00ad3', '***'],
    ['sk-abc123', String.raw`sk-\u0007ab\nc123`, '***'],
    ['sk-abc123', String.raw`\u0073k-abc123`, '***'],
    ['sk-abc123', '%73%6B%2d%61%62%63%31%32%33', '***'],
    ['sk-abc123', 'sk-%61%62c123 and sk%252Dabc123', '*** and ***'],
    ['sk-abc123', '&#115;k-abc12&#x33;', '***'],
    ['sk-abc123', 'sk-ABC123 sk-abc12', 'sk-ABC123 sk-abc12'],
    ['a"b\\c/d', JSON.stringify('a"b\\c/d').replaceAll('/', String.raw`\/`), '"***"'],
    ['$&$1abc', 'x $&$1abc y', 'x *** y'],
    ['short', 'a short word', 'a short word'],
    ['', 'nothing', 'nothing'],
  ])('%j is taken out of %j', (secret, text, expected) => {
    expect(redact(secret, text)).toBe(expected);
  });

  test.each(['sk-abc123', 'sk-secret-key-01', '?>~~?>~~', 'a+b/c=d&e'])(
    'base64 of %j is taken out, wherever it begins',
    (secret) => {
      for (const before of ['', 'a', 'ab', 'Bearer ', 'user:', '{"key":"']) {
        for (const alphabet of ['base64', 'base64url'] as const) {
          const text = Buffer.from(`${before}${secret}`).toString(alphabet);
          const whole = Buffer.from(`${before}${secret} and more`).toString(alphabet);
          for (const written of [text, whole, encodeURIComponent(whole), whole.replace(/.{7}/u, '$&\r\n')]) {
            const shown = redact(secret, written);
            expect(shown).toContain('***');
            const rest = shown.replace('***', '').replaceAll(/\s|%../gu, '');
            // A letter of base64 at either end may hold some bits of the key.
            expect(rest.length).toBeLessThanOrEqual(
              Buffer.from(`${before} and more`).toString('base64').length + 4,
            );
          }
        }
      }
    },
  );

  test('an innocent escape before a key stays JSON', () => {
    const text = JSON.stringify({ a: String.raw`\u0073k-abc123`, b: 'x\\sk-abc123' });
    expect(() => JSON.parse(redact('sk-abc123', text)) as unknown).not.toThrow();
  });

  test('never come through, whole or encoded', () => {
    const key = fc.string({
      unit: fc.constantFrom('a', 'Z', '0', '-', '_', '.', '+', '/', '=', '%', '&', '$'),
      minLength: 6,
      maxLength: 40,
    });
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (secret, before, after) => {
        const text = redact(secret, `${before}${secret}|${encodeURIComponent(secret)}${after}`);
        expect(text.includes(secret) && !`${before}***|***${after}`.includes(secret)).toBe(false);
      }),
    );
  });
});
