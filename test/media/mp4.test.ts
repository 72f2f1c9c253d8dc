import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotSavedError } from '../../src/core/errors.ts';
import { verifyMp4 } from '../../src/media/mp4.ts';

// Made once with ffmpeg: one second of 64x48 H.264 at 10 frames a second, with AAC; the fragmented one is silent.
const fixtures = ['moov-first', 'moov-last', 'silent-fragmented'] as const;
const load = (name: string) => readFile(join(import.meta.dirname, '..', 'fixtures', `${name}.mp4`));

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wan-mp4-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function verify(bytes: Uint8Array) {
  const path = join(directory, 'clip.mp4');
  await writeFile(path, bytes);
  return verifyMp4(path);
}

/** Where a top-level or nested box begins, found by its name. */
function boxAt(file: Buffer, type: string): number {
  return file.indexOf(type, 0, 'latin1') - 4;
}

describe('a whole file', () => {
  test.each(fixtures)('%s is told what it is', async (name) => {
    const file = await load(name);
    expect(await verify(file)).toEqual({
      bytes: file.length,
      width: 64,
      height: 48,
      seconds: 1,
      hasAudio: name !== 'silent-fragmented',
      videoCodec: 'avc',
    });
  });

  test('may carry unknown boxes behind', async () => {
    const recipe = Buffer.from('\0\0\0\x0cuuidWAN!', 'latin1');
    expect(await verify(Buffer.concat([await load('moov-first'), recipe]))).toMatchObject({ width: 64 });
  });

  const behind: [string, Buffer][] = [
    ['zeros', Buffer.alloc(4096)],
    ['three zeros', Buffer.alloc(3)],
    ['a line end', Buffer.from('\r\n')],
    ['a word', Buffer.from('trailer')],
    [
      "a camera's notes",
      Buffer.concat([Buffer.alloc(72, 0xd5), Buffer.from('8db42d694ccc418790edff439fe026bf')]),
    ],
    ['a text', Buffer.from('{"model":"cam","lens":"wide"}\n'.repeat(99))],
    ['a name of no box with a length beyond the end', Buffer.from('\0\x10\0\0beam and so on', 'latin1')],
    ['another file', Buffer.from('PK\x03\x04'.padEnd(5000, 'x'), 'latin1')],
  ];

  test.each(behind.flatMap(([what, bytes]) => fixtures.map((name) => [what, name, bytes] as const)))(
    'may carry %s behind (%s)',
    async (what, name, bytes) => {
      const whole = await load(name);
      const run = verify(Buffer.concat([whole, bytes]));
      // Of a film in fragments that could be the first bytes of one more.
      if (what === 'three zeros' && name === 'silent-fragmented')
        return expect(run).rejects.toThrow(/cut off/u);
      expect(await run).toMatchObject({ width: 64, seconds: 1, bytes: whole.length + bytes.length });
    },
  );

  test.each(['moof', 'mdat', 'moov', 'free', 'mfra'])('but no %s that was cut off', async (type) => {
    const whole = await load('moov-first');
    const box = Buffer.from(`\0\0\x03\0${type}${'x'.repeat(300)}`, 'latin1');
    for (const length of [5, 7, 8, 20, 300]) {
      // oxlint-disable-next-line no-await-in-loop
      await expect(verify(Buffer.concat([whole, box.subarray(0, length)]))).rejects.toThrow(/cut off/u);
    }
  });

  test('nor damage in front of another fragment', async () => {
    const file = await load('silent-fragmented');
    const first = file.indexOf('moof', 0, 'latin1');
    const fragment = file.subarray(first - 4, file.indexOf('mfra', 0, 'latin1') - 4);
    await expect(verify(Buffer.concat([file, Buffer.from('\0\0\0\0\0\0\0\0'), fragment]))).rejects.toThrow(
      /it is damaged at byte/u,
    );
  });

  test('may have 64-bit sizes', async () => {
    const file = await load('moov-last');
    const at = boxAt(file, 'moov');
    const long = Buffer.alloc(16);
    long.writeUInt32BE(1, 0);
    long.write('moov', 4, 'latin1');
    long.writeBigUInt64BE(BigInt(file.length - at + 8), 8);
    expect(await verify(Buffer.concat([file.subarray(0, at), long, file.subarray(at + 8)]))).toMatchObject({
      width: 64,
    });
  });
});

describe('a file that is cut off', () => {
  const tenths = fixtures.flatMap((name) => Array.from({ length: 10 }, (_, tenth) => [name, tenth] as const));
  test.each(tenths)('%s after %i tenths', async (name, tenth) => {
    const file = await load(name);
    const run = verify(file.subarray(0, Math.floor((file.length * tenth) / 10)));
    await expect(run).rejects.toThrow(/is not a whole MP4 file: /u);
  });

  test.each(fixtures)('%s without its last byte', async (name) => {
    const file = await load(name);
    await expect(verify(file.subarray(0, -1))).rejects.toThrow(NotSavedError);
  });

  test.each([1, 10, 1000])('%i bytes, although its film is said to run to the end', async (missing) => {
    const file = await load('moov-first');
    file.writeUInt32BE(0, boxAt(file, 'mdat'));
    expect(await verify(file)).toMatchObject({ width: 64 });
    await expect(verify(file.subarray(0, -missing))).rejects.toThrow(/its index reaches to byte/u);
  });
});

describe('what is no video', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['an HTML page', '<!doctype html><p>no', /is no video: the server sent an HTML page$/u],
    [
      'an XML error',
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code>',
      /an XML error page: <Code> AccessDenied$/u,
    ],
    ['JSON', '{"code":"Throttling","message":"slow down"}', /a JSON document: code Throttling$/u],
    ['nothing', '', /it is empty$/u],
    ['zeros', Buffer.alloc(100), /there is no box at byte 0$/u],
    ['a JPEG', Buffer.from('ffd8ffe000104a46494600010100', 'hex'), /there is no box at byte 0$/u],
    ['a box that is too small', Buffer.from('\0\0\0\x04ftyp', 'latin1'), /no legal size$/u],
    ['no film', Buffer.from('\0\0\0\x08ftyp\0\0\0\x08moov', 'latin1'), /it has no mdat box$/u],
    ['no index', Buffer.from('\0\0\0\x08ftyp\0\0\0\x08mdat', 'latin1'), /it has no moov box$/u],
    [
      'a film before its type',
      Buffer.from('\0\0\0\x08mdat\0\0\0\x08ftyp', 'latin1'),
      /does not begin like one$/u,
    ],
    [
      'no picture',
      Buffer.from('\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov\0\0\0\x08mdat', 'latin1'),
      /it has no picture|cannot be read/u,
    ],
    [
      'endless empty boxes',
      Buffer.from(`\0\0\0\x08ftyp${'\0\0\0\x08free'.repeat(30_000)}`, 'latin1'),
      /more than 20000 boxes/u,
    ],
  ])('%s', async (_, bytes, message) => {
    const run = verify(Buffer.from(bytes));
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toBeInstanceOf(NotSavedError);
  });

  test('a file that is not there', async () => {
    await expect(verifyMp4(join(directory, 'none.mp4'))).rejects.toBeInstanceOf(NotSavedError);
  });
});

describe('damage', () => {
  test('random bytes end in NotSavedError', async () => {
    const box = fc
      .tuple(fc.constantFrom('ftyp', 'moov', 'mdat', 'trak', 'stco'), fc.uint8Array())
      .map(([type, bytes]) => {
        const header = Buffer.alloc(8);
        header.writeUInt32BE(bytes.length + 8, 0);
        header.write(type, 4, 'latin1');
        return Buffer.concat([header, bytes]);
      });
    const file = fc.oneof(
      fc.uint8Array(),
      fc.array(box).map((boxes) => Buffer.concat(boxes)),
    );
    await fc.assert(
      fc.asyncProperty(file, async (bytes) => {
        await expect(verify(bytes)).rejects.toBeInstanceOf(NotSavedError);
      }),
    );
  });

  test.each(fixtures)('flipped bytes of %s are noticed or harmless, and never take long', async (name) => {
    const file = await load(name);
    const place = fc.nat(file.length - 1);
    const flips = fc.array(fc.tuple(place, fc.constantFrom(0, 1, 127, 255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const damaged = Buffer.from(file);
        for (const [at, byte] of changes) damaged[at] = byte;
        const outcome: unknown = await verify(damaged).catch((error: unknown) => error);
        expect(outcome instanceof NotSavedError || !(outcome instanceof Error)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  // Each of these made mediabunny fill all memory, or count for minutes.
  test.each([
    ['stts', 8, /stts table counts/u],
    ['ctts', 8, /ctts table counts/u],
    ['stsc', 12, /stsc table counts more/u],
    ['stsc', 8, /stsc table names chunks/u],
    ['stsz', 8, /stsz table is cut off/u],
    ['stco', 4, /stco table is cut off/u],
  ])('a %s table with a damaged number at %i is refused', async (type, offset, message) => {
    const file = await load('moov-first');
    file[boxAt(file, type) + 8 + offset] = 0x7f;
    await expect(verify(file)).rejects.toThrow(message);
  });

  test('so is a fragment that lists a billion samples', async () => {
    const file = await load('silent-fragmented');
    file[boxAt(file, 'trun') + 12] = 0x7f;
    await expect(verify(file)).rejects.toThrow(/one of its fragments lists \d+ samples/u);
  });
});
