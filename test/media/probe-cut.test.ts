import { describe, expect, test } from 'vitest';
import { probeBytes } from '../../src/media/probe.ts';
import { gif, jpeg, webp } from '../sandbox/pictures.ts';
import { aviFile, bmpFile, pngFile, riffFile, tiffFile, wavFile, withEnd } from './probe-files.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

const png = pngFile(300, 300);
const photo = withEnd(jpeg(300, 300));

const images: [string, Buffer, RegExp][] = [
  ['a PNG of a signature', png.subarray(0, 8), /: it is cut off inside its header$/u],
  ['a PNG in its picture', png.subarray(0, -20), /: it is cut off inside its IDAT chunk$/u],
  ['a PNG without its last byte', png.subarray(0, -1), /: it is cut off inside its IEND chunk$/u],
  ['a PNG without its end', png.subarray(0, -12), /: it is cut off: it has no end$/u],
  [
    'a PNG without a picture',
    Buffer.concat([png.subarray(0, 33), png.subarray(-12)]),
    /: it holds no picture$/u,
  ],
  ['a PNG of no size', pngFile(0, 300), /: its header tells no size$/u],
  [
    'a PNG with noise inside',
    Buffer.concat([png.subarray(0, 33), Buffer.alloc(20)]),
    /: there is no chunk at byte 33$/u,
  ],
  ['a JPEG of a signature', latin('\xff\xd8\xff'), /: it is cut off in front of its picture$/u],
  ['a JPEG in front of its frame', photo.subarray(0, 20), /: it is cut off in front of its picture$/u],
  ['a JPEG behind its frame', jpeg(300, 300), /: it is cut off: it has no end$/u],
  [
    'a JPEG without a frame',
    latin(`\xff\xd8\xff\xd9${'\0'.repeat(20)}`),
    /: it has no header of a picture$/u,
  ],
  ['a JPEG of no size', withEnd(jpeg(0, 300)), /: its header tells no size$/u],
  ['a WebP in its header', latin('RIFF\0\0\0\0WEBPVP8 '), /: it is cut off inside its header$/u],
  [
    'a WebP in its picture',
    riffFile(webp('VP8 ', 300, 300)).subarray(0, -2),
    /: it is cut off: it should have 60 bytes, of which 58 are there$/u,
  ],
  [
    'a WebP of an unknown kind',
    latin(`RIFF\x20\0\0\0WEBPVP9 ${'\0'.repeat(24)}`),
    /: its header tells no size$/u,
  ],
  ['a GIF in its header', gif(300, 300).subarray(0, 8), /: it is cut off inside its header$/u],
  ['a GIF of no size', gif(300, 0), /: its header tells no size$/u],
  ['a BMP in its header', bmpFile(300, 300, 24).subarray(0, 20), /: it is cut off inside its header$/u],
  ['a BMP in its picture', bmpFile(300, 300, 24).subarray(0, -5), /: it is cut off inside its picture$/u],
  ['a TIFF in its header', latin('II*\0'), /: it is cut off inside its header$/u],
  ['a TIFF in front of its directory', tiffFile(300, 300, 'II').subarray(0, 110), /: it is cut off: /u],
  ['a TIFF of no size', tiffFile(0, 300, 'MM'), /: its header tells no size$/u],
];

test.each(images)('%s is no image', async (_, bytes, message) => {
  const refusal = { message: expect.stringMatching(message), hint: expect.stringContaining('save it anew') };
  await expect(probeBytes(bytes, 'a')).rejects.toMatchObject(refusal);
  await expect(probeBytes(bytes, 'a')).rejects.toThrow(/^a cannot be read as an image: /u);
});

const behind: [string, Buffer][] = [
  ['behind a PNG', Buffer.concat([png, latin('notes')])],
  ['zeros behind a JPEG', Buffer.concat([photo, Buffer.alloc(3000)])],
  ['a film behind a JPEG', Buffer.concat([photo, Buffer.alloc(600_000, 7)])],
  [
    'an end of a JPEG over two pieces',
    withEnd(Buffer.concat([jpeg(300, 300), Buffer.alloc(256 * 1024 - 11)])),
  ],
  ['behind a WebP', Buffer.concat([riffFile(webp('VP8X', 300, 300)), latin('notes')])],
  ['a WebP without its padding', riffFile(Buffer.concat([webp('VP8 ', 300, 300), latin('x')]), 62)],
];

test.each(behind)('%s does no harm', async (_, bytes) => {
  expect(await probeBytes(bytes, 'a')).toMatchObject({ kind: 'image', width: 300, height: 300 });
});

describe('AVI', () => {
  const whole = riffFile(aviFile(300, 200, 25, 100));

  test.each([
    ['in its header', whole.subarray(0, 40), /it is cut off/u],
    [
      'in its film',
      whole.subarray(0, -2),
      /it is cut off: it should have 200 bytes, of which 198 are there$/u,
    ],
    ['of nothing but a signature', latin('RIFF\0\0\0\0AVI '), /it is cut off inside its header$/u],
  ])('cut off %s', async (_, bytes, message) => {
    await expect(probeBytes(bytes, 'a')).rejects.toThrow(message);
    await expect(probeBytes(bytes, 'a')).rejects.toThrow(/^a cannot be read as a video: /u);
  });

  test.each([
    ['whole', whole],
    ['without its padding', riffFile(whole, 201)],
    ['from a pipe', riffFile(whole, 0xffff_ffff + 8)],
  ])('%s', async (_, bytes) => {
    expect(await probeBytes(bytes, 'a')).toMatchObject({ format: 'avi', seconds: 4 });
  });

  test.each([0, 0x4000_0000])('of %i frames has no length: nobody counted them', async (frames) => {
    expect(await probeBytes(aviFile(300, 200, 25, frames), 'a')).not.toHaveProperty('seconds');
  });
});

describe('WAV', () => {
  /** @param riff what it announces to have behind its first 8 bytes, @param data how much sound */
  const announcing = (riff: number, data: number) => {
    const bytes = wavFile(2);
    bytes.writeUInt32LE(riff, 4);
    bytes.writeUInt32LE(data, 40);
    return bytes;
  };

  test.each([
    [
      'in its sound',
      wavFile(2).subarray(0, -2),
      /it is cut off: it should have 32044 bytes, of which 32042 are/u,
    ],
    ['in a sound from a pipe', announcing(0xffff_ffff, 40_000), /it is cut off: its sound has 40000 bytes/u],
    ['in front of its sound', riffFile(wavFile(2).subarray(0, 30)), /it is cut off in front of its sound$/u],
    ['where no sound is', riffFile(wavFile(2).subarray(0, 36)), /it has no sound$/u],
  ])('cut off %s', async (_, bytes, message) => {
    await expect(probeBytes(bytes, 'a')).rejects.toThrow(message);
    await expect(probeBytes(bytes, 'a')).rejects.toThrow(/^a cannot be read as a sound file: /u);
  });

  test.each([
    ['ffmpeg', 0xffff_ffff, 0xffff_ffff],
    ['sox', 0x7fff_f024, 0x7fff_f000],
    ['a writer of zeros', 0, 0],
    ['a writer of an empty head', 36, 0],
  ])('from a pipe by %s has no length', async (_, riff, data) => {
    const facts = await probeBytes(announcing(riff, data), 'a');
    expect(facts).toEqual({ kind: 'audio', format: 'wav', hasAudio: true, bytes: 32_044 });
  });

  test('with its sizes in front, as those above 4 GB, has a length', async () => {
    const wav = wavFile(2);
    const sizes = Buffer.alloc(36);
    sizes.write('ds64', 0, 'latin1');
    sizes.writeUInt32LE(28, 4);
    sizes.writeBigUInt64LE(BigInt(wav.length + 28), 8);
    sizes.writeBigUInt64LE(32_000n, 16);
    const long = Buffer.concat([wav.subarray(0, 12), sizes, wav.subarray(12)]);
    long.write('RF64', 0, 'latin1');
    long.writeUInt32LE(0xffff_ffff, 4);
    long.writeUInt32LE(0xffff_ffff, 76);
    expect(await probeBytes(long, 'a')).toMatchObject({ format: 'wav', seconds: 2 });
    await expect(probeBytes(long.subarray(0, -2), 'a')).rejects.toThrow(/its sound has 32000 bytes/u);
  });
});
