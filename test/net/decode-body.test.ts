import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeBody } from '../../src/net/decode-body.ts';

const text = '{"output":{"task_id":"t-1"},"message":"完成"}';
const plain = Buffer.from(text);
const limit = 4 * 1024 * 1024;
const read = (body: Uint8Array, encoding = '', type = 'application/json') =>
  decodeBody(body, { encoding, type }, limit);
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

test.each<[string, Uint8Array, string]>([
  ['nothing', plain, ''],
  ['gzip', gzipSync(plain), 'gzip'],
  ['gzip by its old name', gzipSync(plain), 'x-gzip'],
  ['gzip in capitals', gzipSync(plain), ' GZIP '],
  ['gzip that nobody names', gzipSync(plain), ''],
  ['gzip that is not there', plain, 'gzip'],
  ['gzip, called br', gzipSync(plain), 'br'],
  ['deflate', deflateSync(plain), 'deflate'],
  ['deflate without its header', deflateRawSync(plain), 'deflate'],
  ['deflate that is not there', plain, 'deflate'],
  ['br', brotliCompressSync(plain), 'br'],
  ['br that is not there', plain, 'Br'],
  ['br, then gzip', gzipSync(brotliCompressSync(plain)), 'br, gzip'],
  ['gzip, then br', brotliCompressSync(gzipSync(plain)), 'gzip, br'],
  ['gzip, then deflate', deflateSync(gzipSync(plain)), 'gzip,deflate'],
  ['gzip twice, named once', gzipSync(gzipSync(plain)), 'gzip'],
  ['what says nothing', plain, 'identity, aws-chunked, utf-8'],
])('a body in %s is read', (_name, body, encoding) => {
  expect(read(body, encoding)).toEqual({ text });
});

test.each<[string, Uint8Array, string]>([
  ['UTF-8', Buffer.from(`\uFEFF${text}`), 'application/json'],
  ['UTF-8, twice', Buffer.from(`\uFEFF\uFEFF${text}`), ''],
  ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'application/json'],
  ['UTF-16, the other way round', swapped(Buffer.from(`\uFEFF${text}`, 'utf16le')), ''],
])('a byte order mark of %s is skipped', (_name, body, type) => {
  expect(read(body, '', type)).toEqual({ text });
  expect(read(gzipSync(body), 'gzip', type)).toEqual({ text });
});

test.each<[string, Uint8Array, string]>([
  ['UTF-16 without a mark', Buffer.from(text, 'utf16le'), 'application/json; charset=utf-16'],
  ['UTF-8 that is called UTF-16', plain, 'application/json;charset="UTF-16LE"'],
  ['UTF-8 that is called Latin 1', plain, 'text/plain; charset=iso-8859-1'],
  ['UTF-8 of a name nobody knows', plain, 'text/plain; charset=nonsense'],
])('%s is read', (_name, body, type) => {
  expect(read(body, '', type)).toEqual({ text });
});

test('a text in an old alphabet is read by its name', () => {
  expect(read(Buffer.from([0xcd, 0xea, 0xb3, 0xc9]), '', 'text/html; charset=GBK')).toEqual({ text: '完成' });
});

test.each<[string, Uint8Array, string]>([
  ['gzip', gzipSync(Buffer.alloc(limit + 1)), 'gzip'],
  ['gzip in gzip', gzipSync(gzipSync(Buffer.alloc(40 * limit))), 'gzip'],
  ['br', brotliCompressSync(Buffer.alloc(limit + 1)), 'br'],
  ['deflate', deflateSync(Buffer.alloc(limit + 1)), 'deflate'],
])('a bomb of %s is not unpacked', (_name, body, encoding) => {
  expect(read(body, encoding)).toEqual({ text: '', trouble: 'the answer, unpacked, is larger than 4 MiB' });
});

test('as much as is allowed is unpacked', () => {
  expect(read(gzipSync(Buffer.alloc(limit, 'a')), 'gzip').text).toHaveLength(limit);
});

test.each<[string, Uint8Array, string]>([
  ['gzip', gzipSync(plain), 'gzip'],
  ['deflate', deflateSync(plain), 'deflate'],
])('of a cut body in %s, what is there is read', (_name, body, encoding) => {
  const { text: part } = read(body.subarray(0, body.length - 12), encoding);
  expect(part.length).toBeGreaterThan(10);
  expect(text.startsWith(part)).toBe(true);
});

test('what only begins like gzip is no text', () => {
  expect(read(Buffer.from([0x1f, 0x8b, 1, 2, 3]))).toEqual({
    text: '',
    trouble: 'the answer cannot be unpacked',
  });
});
