import { expect, test } from 'vitest';
import { decodeLoosely, decodeText } from '../../src/core/decode-text.ts';
import { encodings, unmarkedEncodings } from '../helpers/encodings.ts';

test.each(Object.entries(encodings))('%s is read', (name, encode) => {
  for (const text of ['A=1\n', '{"a":"雨 😀"}', 'x'])
    expect(decodeText(encode(text)), `${name}: ${text}`).toBe(text);
});

test.each(Object.entries(unmarkedEncodings))('%s is read without a mark', (_name, encode) => {
  for (const text of ['A=1\n', '{"a":"雨"}']) expect(decodeText(encode(text)), text).toBe(text);
});

test.each([
  ['a mark alone', [0xef, 0xbb, 0xbf], ''],
  ['nothing', [], ''],
  ['UTF-16 without a mark, half of it ASCII', [...Buffer.from('ab雨d', 'utf16le')], 'ab雨d'],
])('%s', (_name, bytes, text) => {
  expect(decodeText(Uint8Array.from(bytes))).toBe(text);
});

test.each([
  ['Latin-1', Buffer.from('sch\xf6n', 'latin1')],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
  ['samples of a sound', Buffer.from([1, 0, 2, 0, 3, 0, 4, 0])],
  ['samples of a sound, turned round', Buffer.from([0, 1, 0, 2, 0, 3, 0, 4])],
  ['bytes with zeros among them', Buffer.from([0x61, 0, 0x62])],
  ['half a UTF-16 letter', Buffer.from([0xff, 0xfe, 0x61])],
  ['half a pair', Buffer.from([0xff, 0xfe, 0x3d, 0xd8, 0x61, 0])],
])('%s is not', (_name, bytes) => {
  expect(decodeText(bytes)).toBeUndefined();
});

test('where letters may be lost, only what is no text is refused', () => {
  expect(decodeLoosely(Buffer.from('A=1 # sch\xf6n', 'latin1'))).toBe('A=1 # sch\ufffdn');
  expect(decodeLoosely(Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]))).toBeUndefined();
  expect(decodeLoosely(Buffer.from([0x61, 0, 0x62]))).toBeUndefined();
});
