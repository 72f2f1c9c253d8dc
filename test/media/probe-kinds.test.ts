import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probeBytes } from '../../src/media/probe.ts';
import { gif, jpeg, webp } from '../sandbox/pictures.ts';
import {
  aviFile,
  bmpFile,
  mp3File,
  pngFile,
  tiffFile,
  transparency,
  wavFile,
  withEnd,
  zipFile,
} from './probe-files.ts';

function withFlag(file: Buffer, at: number, bits: number): Buffer {
  const copy = Buffer.from(file);
  copy[at] = (copy[at] ?? 0) | bits;
  return copy;
}

const size = { width: 301, height: 202 };
const latin = (text: string) => Buffer.from(text, 'latin1');

const images: [string, Buffer, object][] = [
  ['png', pngFile(301, 202), { format: 'png', hasAlpha: false, ...size }],
  ['png, grey and alpha', pngFile(301, 202, 4), { format: 'png', hasAlpha: true, ...size }],
  ['png, RGBA', pngFile(301, 202, 6), { format: 'png', hasAlpha: true, ...size }],
  ['png, one colour transparent', pngFile(301, 202, 2, [transparency]), { format: 'png', hasAlpha: true }],
  ['jpeg', withEnd(jpeg(301, 202)), { format: 'jpeg', hasAlpha: false, ...size }],
  ['jpeg, large EXIF', withEnd(jpeg(301, 202, 65_000)), { format: 'jpeg', ...size }],
  ['webp, lossy', webp('VP8 ', 301, 202), { format: 'webp', hasAlpha: false, ...size }],
  ['webp, lossless', webp('VP8L', 301, 202), { format: 'webp', hasAlpha: false, ...size }],
  ['webp, lossless, alpha', withFlag(webp('VP8L', 301, 202), 24, 0x10), { hasAlpha: true, ...size }],
  ['webp, extended', webp('VP8X', 301, 202), { format: 'webp', hasAlpha: false, ...size }],
  ['webp, extended, alpha', withFlag(webp('VP8X', 301, 202), 20, 0x10), { hasAlpha: true, ...size }],
  ['bmp', bmpFile(301, 202, 24), { format: 'bmp', hasAlpha: false, ...size }],
  ['bmp, from the top', bmpFile(301, -202, 24), { format: 'bmp', ...size }],
  ['bmp, 32 bits padded', bmpFile(301, 202, 32), { hasAlpha: false, ...size }],
  ['bmp, 32 bits with a mask', bmpFile(301, 202, 32, 0xff00_0000), { hasAlpha: true, ...size }],
  ['gif', gif(301, 202), { format: 'gif', ...size }],
  ['tiff, little', tiffFile(301, 202, 'II'), { format: 'tiff', hasAlpha: false, ...size }],
  ['tiff, big, alpha', tiffFile(301, 202, 'MM', 2), { format: 'tiff', hasAlpha: true, ...size }],
  ['heic', latin('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), { format: 'heic' }],
];

test.each(images)('image: %s', async (_, bytes, facts) => {
  expect(await probeBytes(bytes, 'a')).toMatchObject({ kind: 'image', bytes: bytes.length, ...facts });
});

const others: [string, Buffer, string, object][] = [
  [
    'avi',
    aviFile(301, 202, 25, 100),
    'a',
    { kind: 'video', format: 'avi', framesPerSecond: 25, seconds: 4, ...size },
  ],
  ['mkv', latin('\x1a\x45\xdf\xa3\x01\0\0\0'), 'a', { kind: 'video', format: 'mkv' }],
  ['wav', wavFile(2.5), 'a', { kind: 'audio', format: 'wav', seconds: 2.5 }],
  ['flac', latin('fLaC\0\0\0\0'), 'a', { kind: 'audio', format: 'flac' }],
  ['ogg', latin('OggS\0\0\0\0'), 'a', { kind: 'audio', format: 'ogg' }],
  ['pdf', latin('%PDF-1.7\n\xff\0'), 'a', { kind: 'document', format: 'pdf' }],
  ['docx', zipFile('word/document.xml'), 'a.bin', { kind: 'document', format: 'docx' }],
  ['xlsx', zipFile('xl/workbook.xml'), 'a', { kind: 'document', format: 'xlsx' }],
  ['pptx', zipFile('ppt/presentation.xml'), 'a', { kind: 'document', format: 'pptx' }],
  ['pages', zipFile('Index/Document.iwa'), 'a.pages', { kind: 'document', format: 'pages' }],
  ['any other zip', zipFile('a.txt'), 'a.png', { kind: 'unknown', format: 'zip' }],
  ['doc', latin('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0'), 'a.DOC', { kind: 'document', format: 'doc' }],
  ['text', Buffer.from('# Größe\n'), 'a.png', { kind: 'document', format: 'text' }],
  ['noise', Buffer.from([0xff, 0xfb, 0x90, 0, 1, 2]), 'a.mp3', { kind: 'unknown', format: 'unknown' }],
];

test.each(others)('%s', async (_, bytes, name, facts) => {
  expect(await probeBytes(bytes, name)).toMatchObject(facts);
});

test.each([
  ['bare', Buffer.alloc(0)],
  ['behind an ID3 tag', latin(`ID3\x04\0\0\0\0\0\x0a${'\0'.repeat(10)}`)],
])('mp3, %s', async (_, tag) => {
  const facts = await probeBytes(Buffer.concat([tag, mp3File(100)]), 'a');
  expect(facts).toMatchObject({ kind: 'audio', format: 'mp3' });
  expect(facts.seconds).toBeCloseTo((100 * 1152) / 44_100, 1);
});

test('mov and m4a are told by their brand', async () => {
  const film = await readFile(join(import.meta.dirname, '..', 'fixtures', 'moov-first.mp4'));
  for (const [brand, facts] of [
    ['qt  ', { kind: 'video', format: 'mov', width: 64 }],
    ['M4A ', { kind: 'audio', format: 'm4a' }],
  ] as const) {
    const copy = Buffer.from(film);
    copy.write(brand, 8, 'latin1');
    // oxlint-disable-next-line no-await-in-loop -- two cases
    expect(await probeBytes(copy, 'a')).toMatchObject(facts);
  }
});
