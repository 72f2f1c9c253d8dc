import { describe, expect, test } from 'vitest';
import { checkFile } from '../../src/core/check-file.ts';
import { probeBytes } from '../../src/media/probe.ts';
import { mp3File, wavFile } from './probe-files.ts';

// What is read although it is not to the letter: everything else that plays or shows it does so.

describe('JPEG', () => {
  const segment = (marker: number, ...content: number[]) =>
    Buffer.from([0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff, ...content]);
  /** Tables in which one bit of zero stands for nothing at all. */
  const tables = (...kinds: number[]) =>
    kinds.map((kind) => segment(0xc4, kind, 1, ...Array.from({ length: 15 }, () => 0), 0));
  const start = Buffer.from([0xff, 0xd8]);
  const end = Buffer.from([0xff, 0xd9]);

  /** A grey picture of 300x300: 38 times 38 blocks of two bits. */
  const grey = [
    segment(0xc0, 8, 1, 44, 1, 44, 1, 1, 0x11, 0),
    ...tables(0x00, 0x10),
    segment(0xda, 1, 1, 0, 0, 63, 0),
    Buffer.alloc(361),
  ];
  /** The same in colours: 19 times 19 groups of six blocks, with a restart mark after each four. */
  const groups = Array.from({ length: 91 }, (_, index) =>
    index === 90 ? Buffer.from([0, 0x0f]) : Buffer.from([0, 0, 0, 0, 0, 0, 0xff, 0xd0 + (index % 8)]),
  );
  const coloured = [
    segment(0xc0, 8, 1, 44, 1, 44, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0),
    ...tables(0x00, 0x10, 0x01, 0x11),
    segment(0xdd, 0, 4),
    segment(0xda, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0),
    ...groups,
  ];

  test.each([
    ['grey', grey],
    ['coloured', coloured],
  ])('%s without a mark at its end is whole, or cut off', async (_, parts) => {
    const whole = Buffer.concat([start, ...parts, end]);
    expect(await probeBytes(whole, 'a')).toMatchObject({ width: 300, height: 300 });
    expect(await probeBytes(whole, 'a')).not.toHaveProperty('notes');
    const open = whole.subarray(0, -2);
    const notes = ['has no mark at its end: its picture is whole'];
    expect(await probeBytes(open, 'a')).toMatchObject({ width: 300, notes });
    // A camera's notes behind it do not make it a cut one.
    expect(await probeBytes(Buffer.concat([open, Buffer.alloc(500)]), 'a')).toMatchObject({
      width: 300,
      notes,
    });
    for (const cut of [2, 9, 100, 300, open.length - 60]) {
      // oxlint-disable-next-line no-await-in-loop
      await expect(probeBytes(open.subarray(0, -cut), 'a')).rejects.toThrow(/it is cut off/u);
    }
  });

  test('of several passes and without an end counts as cut off', async () => {
    const open = Buffer.concat([start, ...grey]);
    open.writeUInt8(0xc2, open.indexOf(Buffer.from([0xff, 0xc0])) + 1);
    await expect(probeBytes(open, 'a')).rejects.toThrow(/it is cut off: it has no end/u);
  });

  test.each([1, 2, 3, 500])('%i stray bytes in front of a segment are passed over', async (count) => {
    const parts = [...grey];
    parts.splice(0, 0, segment(0xe0, 1, 2, 3), Buffer.alloc(count, 7));
    expect(await probeBytes(Buffer.concat([start, ...parts, end]), 'a')).toMatchObject({
      width: 300,
      notes: [`has ${count} stray bytes between its segments, which are passed over`],
    });
  });

  test('noise behind its signature is none', async () => {
    await expect(
      probeBytes(Buffer.concat([start, Buffer.alloc(9, 0xff), Buffer.alloc(900)]), 'a'),
    ).rejects.toThrow(/cannot be read as an image/u);
  });
});

describe('MP3', () => {
  const sound = mp3File(100);
  const seconds = expect.closeTo((100 * 1152) / 44_100, 1) as number;

  test.each([
    ['zeros', Buffer.alloc(100)],
    ['many zeros', Buffer.alloc(20_000)],
    ['the rest of a frame', mp3File(1).subarray(200).fill(0x55)],
    ['zeros and the rest of a frame', Buffer.concat([Buffer.alloc(50), Buffer.alloc(300, 0xaa)])],
  ])('that begins with %s is one', async (_, front) => {
    const facts = await probeBytes(Buffer.concat([front, sound]), 'a');
    const notes = [`begins with ${front.length} bytes that are no sound, which are passed over`];
    expect(facts).toMatchObject({ kind: 'audio', format: 'mp3', seconds, notes });
  });

  test.each([
    ['three frames in noise', Buffer.concat([Buffer.alloc(9, 0xaa), mp3File(3), Buffer.alloc(900, 0xaa)])],
    ['zeros', Buffer.alloc(5000)],
    ['noise with a mark of a frame', Buffer.from('\x01\x02\xff\xfb\x90\x00'.repeat(900), 'latin1')],
    ['frames behind too much else', Buffer.concat([Buffer.alloc(1500, 0xaa), mp3File(9)])],
  ])('%s is none', async (_, bytes) => {
    expect(await probeBytes(bytes, 'a')).toMatchObject({ kind: 'unknown' });
  });
});

test('the user is told what was taken against the letter', async () => {
  const wav = wavFile(5);
  wav.writeUInt32LE(2_000_000_000, 40);
  const profile = { name: 'talk', kind: 'audio' as const, formats: ['wav'], seconds: { min: 3, max: 30 } };
  expect(checkFile(await probeBytes(wav, 'a'), profile, 'talk.wav').warnings).toEqual([
    'talk.wav does not say how long its sound is: all bytes that are there are taken for it',
  ]);
});
