import { expect, test } from 'vitest';
import { readProxy } from '../../src/core/proxy.ts';

test.each([
  ['http://host:8080', 'http://host:8080', '', ''],
  ['host:8080', 'http://host:8080', '', ''],
  ['http://host:80/', 'http://host:80', '', ''],
  ['HTTPS://host', 'https://host', '', ''],
  ['http://[::1]:3128', 'http://[::1]:3128', '', ''],
  ['socks5h://host:1080', 'socks5://host:1080', '', ''],
  ['socks5://host:80', 'socks5://host:80', '', ''],
  ['socks://host', 'socks5://host', '', ''],
  ['http://me:pass@host:1', 'http://host:1', 'me', 'pass'],
  ['me:pass@host:1', 'http://host:1', 'me', 'pass'],
  ['http://me@host:1', 'http://host:1', 'me', ''],
  ['http://me:50%@host:1', 'http://host:1', 'me', '50%'],
  ['http://100%me:%zz%4@host:1', 'http://host:1', '100%me', '%zz%4'],
  ['http://me:p%40ss%25@host:1', 'http://host:1', 'me', 'p@ss%'],
  ['http://me:%E9t%C3%A9@host:1', 'http://host:1', 'me', '%E9té'],
  ['http://me:p@ss#w/o?d:x@host:1', 'http://host:1', 'me', 'p@ss#w/o?d:x'],
  ['socks5h://me:50%@host:1', 'socks5://host:1', 'me', '50%'],
])('%j', (text, address, user, password) => {
  expect(readProxy(text)).toEqual({ address, user, password });
});

test.each([
  ['http://me:pass-word:::/', { fault: 'address' }],
  ['two words', { fault: 'address' }],
  ['http://', { fault: 'address' }],
  ['http://host:99999', { fault: 'address' }],
  ['socks4://host:1', { fault: 'scheme', scheme: 'socks4' }],
  ['ftp://me:pass@host', { fault: 'scheme', scheme: 'ftp' }],
  ['constructor://host', { fault: 'scheme', scheme: 'constructor' }],
])('%j is none of ours', (text, fault) => {
  expect(readProxy(text)).toEqual(fault);
});
