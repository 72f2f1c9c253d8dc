import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { NotSavedError } from '../../src/core/errors.ts';
import {
  guardLookup,
  isPrivateAddress,
  nextHop,
  PrivateNameError,
  refusePrivateHost,
  shownLink,
  splitLink,
} from '../../src/net/link-policy.ts';

describe('splitLink', () => {
  test.each([
    ['https://h.example/a%2Fb?x=%3d+/=', 'https://h.example', '/a%2Fb?x=%3d+/='],
    ['http://h.example:8080?a=1', 'http://h.example:8080', '/?a=1'],
    ['HTTPS://H.Example:443', 'https://h.example', '/'],
    ['https://user:pass@h.example/a/../b/%2e%2e/c#frag?x', 'https://h.example', '/a/../b/%2e%2e/c'],
    ["https://h.example/a'b|c{d}?q=[1]\\", 'https://h.example', "/a'b|c{d}?q=[1]\\"],
  ])('%s', (link, origin, path) => {
    expect(splitLink(link)).toMatchObject({ origin, path });
  });

  test.each([
    'ftp://h.example/',
    'file:///etc/passwd',
    '//h.example/a',
    'a.mp4',
    '',
    'https:///a',
    'https://h.example\\@evil.example/',
    'https://h.example/ü',
    'https://h.example/a b',
    'https://h.example/\n',
    'https://h:99999/',
  ])('refuses %j', (link) => {
    expect(() => splitLink(link)).toThrow(NotSavedError);
  });
});

test.each([
  ['https://h.example/a.mp4?Signature=secret#x', 'https://h.example/a.mp4'],
  ['https://user:secret@h.example/a', 'https://h.example/a'],
  ['nonsense?Signature=secret', 'nonsense'],
  ['https://h.example/a\u001b[31m\n?secret', 'https://h.example/a[31m'],
])('shownLink(%j)', (link, shown) => {
  expect(shownLink(link)).toBe(shown);
});

describe('nextHop', () => {
  const from = 'https://h.example/dir/a.mp4?q=1';
  test.each([
    ['https://o.example/x%2fy?z=%3D+', 'https://o.example/x%2fy?z=%3D+'],
    ['//o.example/x%2fy', 'https://o.example/x%2fy'],
    ['/x%2fy?z=%3D', 'https://h.example/x%2fy?z=%3D'],
    ['b.mp4?z=%2f', 'https://h.example/dir/b.mp4?z=%2f'],
    ['/ü', 'https://h.example/%C3%BC'],
  ])('%s', (location, expected) => {
    expect(nextHop(from, location)).toBe(expected);
  });

  test('never goes from https to http', () => {
    expect(() => nextHop(from, 'http://h.example/dir/a.mp4?q=1')).toThrow(
      'https://h.example/dir/a.mp4 redirects from https to http: http://h.example/dir/a.mp4',
    );
  });

  test('goes from http to https, and from http to http', () => {
    expect(nextHop('http://h.example/', 'https://h.example/')).toBe('https://h.example/');
    expect(nextHop('http://h.example/', '/b')).toBe('http://h.example/b');
  });

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'http://', 'data:,x'])('refuses %s', (location) => {
    expect(() => nextHop('http://h.example/', location)).toThrow(NotSavedError);
  });
});

describe('private addresses', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
  ])('%s is one', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '198.18.0.1',
    '2606:4700::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    'name.example',
  ])('%s is none', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });

  test.each([
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://0177.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://127.1./',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fe80::1]:80/',
  ])('%s is refused by its spelling', (link) => {
    expect(() => {
      refusePrivateHost(splitLink(link));
    }).toThrow(/private address/u);
  });
});

/** Asks a guarded resolver that knows these addresses. */
function look(answers: LookupAddress[], all: boolean): Promise<unknown> {
  const lookup = guardLookup((_name, _options, callback) => {
    callback(null, answers);
  });
  return new Promise((resolve) => {
    lookup('h.example', { all }, (error, address, family) => {
      resolve(error ?? [address, family]);
    });
  });
}

describe('guardLookup', () => {
  const open = { address: '8.8.8.8', family: 4 };
  const inner = { address: '10.0.0.1', family: 4 };
  test.each([
    [[open, inner], true, [[open], undefined]],
    [[inner, open], false, ['8.8.8.8', 4]],
  ])('%j, all: %s', async (answers, all, expected) => {
    expect(await look(answers, all)).toEqual(expected);
  });

  test('fails for a name that is private only', async () => {
    expect(await look([inner], true)).toBeInstanceOf(PrivateNameError);
  });
});
