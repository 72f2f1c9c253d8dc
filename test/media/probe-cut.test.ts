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
  ['zeros behind a PNG', Buffer.concat([png, Buffer.alloc(5000)])],
  ['behind a GIF', Buffer.concat([gif(300, 300), latin(';notes')])],
  ['behind a BMP', Buffer.concat([bmpFile(300, 300, 24), Buffer.alloc(99)])],
  ['another picture behind a JPEG', Buffer.concat([photo, photo, photo])],
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

describe('AVI with its parts', () => {
  const chunk = (id: string, content: Buffer, bytes = content.length) => {
    const head = Buffer.alloc(8);
    head.write(id, 'latin1');
    head.writeUInt32LE(bytes, 4);
    return Buffer.concat([head, content]);
  };
  const header = Buffer.alloc(56);
  header.writeUInt32LE(40_000, 0);
  header.writeUInt32LE(0x10, 12);
  header.writeUInt32LE(100, 16);
  header.writeUInt32LE(300, 32);
  header.writeUInt32LE(200, 36);
  const list = chunk('LIST', Buffer.concat([latin('hdrl'), chunk('avih', header)]));
  const film = Buffer.concat([latin('movi'), chunk('00dc', Buffer.alloc(500))]);
  const index = chunk('idx1', Buffer.alloc(32));
  const avi = (movie: Buffer, announced?: number) => {
    const bytes = Buffer.concat([latin('RIFF\0\0\0\0AVI '), list, movie, index]);
    return riffFile(bytes, announced ?? bytes.length);
  };
  const movie = chunk('LIST', film);
  const total = avi(movie).length;

  test.each([8, 100, total + 8, total + 4000, 2_000_000_008, 0xffff_ffff + 8])(
    'is whole whatever its head says: %i bytes',
    async (announced) => {
      const notes = [expect.stringMatching(/its film is whole$/u)];
      expect(await probeBytes(avi(movie, announced), 'a')).toMatchObject({
        format: 'avi',
        seconds: 4,
        notes,
      });
    },
  );

  test('has no note when all is right', async () => {
    expect(await probeBytes(avi(movie), 'a')).not.toHaveProperty('notes');
  });

  test.each([0, 0xffff_ffff, 0x7fff_ffff])('of a film of %i bytes, which nobody counted', async (bytes) => {
    const facts = await probeBytes(avi(chunk('LIST', film, bytes), 0xffff_ffff + 8), 'a');
    expect(facts).toMatchObject({ seconds: 4, notes: [expect.stringMatching(/does not say/u)] });
  });

  test.each([
    ['in its film', avi(movie).subarray(0, total - 100), /its film has 512 bytes/u],
    ['in its film, of unknown length', avi(movie, 8).subarray(0, total - 100), /its film has 512 bytes/u],
    ['in its index', avi(movie).subarray(0, -2), /inside its index/u],
    ['in front of its index', avi(movie).subarray(0, -40), /it should have/u],
  ])('cut off %s', async (_, bytes, message) => {
    await expect(probeBytes(bytes, 'a')).rejects.toThrow(message);
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
      /it is cut off: its sound has 32000 bytes, of which 31998 are there/u,
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
    ['a speech service', 2_000_000_036, 2_000_000_000],
    ['another one', 0x7fff_ffff, 0x7fff_ffff],
    ['one that knows the whole', 32_036, 0xffff_ffff],
  ])('from a pipe by %s is as long as its bytes', async (_, riff, data) => {
    const notes = [expect.stringMatching(/^does not say how long its sound is/u)];
    const facts = await probeBytes(announcing(riff, data), 'a');
    expect(facts).toEqual({ kind: 'audio', format: 'wav', hasAudio: true, seconds: 2, notes, bytes: 32_044 });
  });

  test.each([0, 8, 32_000, 32_044, 32_060, 0x7fff_ffff, 0xffff_ffff, 2_000_000_000])(
    'of %i bytes by its head is as long as its data says',
    async (riff) => {
      const notes = [expect.stringMatching(/and has 32044: its sound is whole$/u)];
      expect(await probeBytes(announcing(riff, 32_000), 'a')).toMatchObject({ seconds: 2, notes });
      const list = Buffer.concat([announcing(riff, 32_000), latin('LIST\x04\0\0\0INFO')]);
      expect(await probeBytes(list, 'a')).toMatchObject({ seconds: 2 });
    },
  );

  /** The same with the largest byte of each number first. */
  const turned = (wav: Buffer) => {
    const bytes = Buffer.from(wav);
    bytes.write('RIFX', 'latin1');
    for (const at of [4, 16, 24, 28, 40]) bytes.subarray(at, at + 4).reverse();
    for (const at of [20, 22, 32, 34]) bytes.subarray(at, at + 2).reverse();
    return bytes;
  };

  test('with the largest byte first is read likewise', async () => {
    const whole = await probeBytes(turned(wavFile(2)), 'a');
    expect(whole).toEqual({ kind: 'audio', format: 'wav', hasAudio: true, seconds: 2, bytes: 32_044 });
    expect(await probeBytes(turned(announcing(0, 0xffff_ffff)), 'a')).toMatchObject({ seconds: 2 });
    await expect(probeBytes(turned(wavFile(2)).subarray(0, -2), 'a')).rejects.toThrow(/cut off/u);
  });

  test.each([
    ['RF64', 0n],
    ['RF64', 0xffff_ffff_ffff_ffffn],
    ['BW64', 2_000_000_000n],
    ['BW64', 32_000n],
  ])('as %s of %i bytes is as long as its bytes', async (id, bytes) => {
    const sizes = Buffer.alloc(36);
    sizes.write('ds64', 0, 'latin1');
    sizes.writeUInt32LE(28, 4);
    sizes.writeBigUInt64LE(bytes, 16);
    const wav = announcing(0xffff_ffff, 0xffff_ffff);
    const long = Buffer.concat([wav.subarray(0, 12), sizes, wav.subarray(12)]);
    long.write(id, 0, 'latin1');
    expect(await probeBytes(long, 'a')).toMatchObject({ format: 'wav', seconds: 2 });
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
