import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { img20 } from '../../src/catalog/media-profiles.ts';
import { checkFile } from '../../src/core/check-file.ts';
import { UsageError } from '../../src/core/errors.ts';
import { localFileSchema, mediaFactsSchema } from '../../src/core/media-facts.ts';
import { probeBytes, probeFile } from '../../src/media/probe.ts';
import { mp3File, pngFile, wavFile } from './probe-files.ts';

const load = (name: string) => readFile(join(import.meta.dirname, '..', 'fixtures', `${name}.mp4`));

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wan-probe-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, bytes);
  return path;
}

test('a file is told what it is, with the hash of its content', async () => {
  const bytes = await load('moov-last');
  const path = await put('clip.mp4', bytes);
  const { file, facts } = await probeFile(path);
  expect(facts).toEqual({
    kind: 'video',
    format: 'mp4',
    bytes: bytes.length,
    width: 64,
    height: 48,
    seconds: 1,
    framesPerSecond: 10,
    hasAudio: true,
    videoCodec: 'avc',
  });
  expect(file).toMatchObject({ path, bytes: bytes.length });
  expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(localFileSchema.parse(file)).toEqual(file);
  expect(mediaFactsSchema.parse(facts)).toEqual(facts);
});

test('a hash is that of all the content, over many pieces', async () => {
  const bytes = Buffer.concat([pngFile(300, 300), Buffer.alloc(1_000_000, 7)]);
  const { file } = await probeFile(await put('a.png', bytes));
  expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
});

describe('files that lie', () => {
  test('a PNG named .jpg is a PNG', async () => {
    const { facts } = await probeFile(await put('a.jpg', pngFile(300, 200)));
    expect(facts).toMatchObject({ kind: 'image', format: 'png', width: 300, height: 200, hasAlpha: false });
    expect(checkFile({ ...facts, height: 300 }, img20, 'a.jpg')).toEqual({ warnings: [] });
  });

  test('text named .mp4 is text', async () => {
    const { facts } = await probeFile(await put('a.mp4', 'no film at all\n'));
    expect(facts).toMatchObject({ kind: 'document', format: 'text' });
  });

  test.each([
    ['1x1', pngFile(1, 1), 'is 1x1 px: wan wants 240–8000 px a side'],
    ['20,000 px', pngFile(20_000, 10_000), 'is 20000x10000 px: wan wants 240–8000 px a side'],
    ['alpha', pngFile(300, 300, 6), 'has an alpha channel'],
  ])('an image of %s is read and refused', async (_, bytes, message) => {
    const { facts } = await probeFile(await put('a.png', bytes));
    expect(checkFile(facts, img20, 'a.png').problem?.message).toContain(message);
  });

  test.each(['moov-first', 'moov-last', 'silent-fragmented'])('%s, cut off anywhere', async (name) => {
    const bytes = await load(name);
    for (let tenth = 1; tenth < 10; tenth += 1) {
      const run = probeBytes(bytes.subarray(0, Math.floor((bytes.length * tenth) / 10)), 'clip.mp4');
      // oxlint-disable-next-line no-await-in-loop -- mediabunny once at a time
      await expect(run).rejects.toThrow(/^clip\.mp4 cannot be read as a video: it /u);
    }
  });

  test('a sound file that holds nothing but its head', async () => {
    await expect(probeBytes(Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), 'a.mp3')).rejects.toThrow(
      UsageError,
    );
  });
});

describe('a file that no service takes', () => {
  test.each([
    [
      'an image of more than 256 MB',
      pngFile(300, 300),
      256 * 1024 ** 2,
      /a is an image of more than 256 MB/u,
    ],
    ['anything of more than 4 GB', Buffer.from('text'), 4 * 1024 ** 3, /a has more than 4 GB/u],
  ])('%s is refused by its size', async (_, bytes, largest, message) => {
    const path = await put('a', bytes);
    await truncate(path, largest + 1);
    const signal = AbortSignal.abort(new Error('its content was read'));
    await expect(probeFile(path, { signal })).rejects.toThrow(message);
    await truncate(path, largest);
    await expect(probeFile(path, { signal })).rejects.toThrow('its content was read');
  });
});

test('a signal stops the reading, with its own reason', async () => {
  const path = await put('a.txt', 'x'.repeat(1_000_000));
  const { signal } = new AbortController();
  const reason = new Error('enough');
  const look = vi.spyOn(signal, 'throwIfAborted');
  await probeFile(path, { signal });
  const looks = look.mock.calls.length;
  expect(looks).toBeGreaterThan(3);
  look
    .mockReset()
    .mockReturnValueOnce()
    .mockImplementation(() => {
      throw reason;
    });
  await expect(probeFile(path, { signal })).rejects.toBe(reason);
  expect(look).toHaveBeenCalledTimes(2);
});

describe('what is no file', () => {
  const refused = async (path: string) => {
    const error: unknown = await probeFile(path).catch((cause: unknown) => cause);
    if (!(error instanceof UsageError)) throw new Error('not refused', { cause: error });
    expect(error.hint).toBeTruthy();
    return error.message;
  };

  test('an empty file', async () => {
    expect(await refused(await put('a.png', ''))).toMatch(/a\.png is empty$/u);
  });

  test('nothing there', async () => {
    expect(await refused(join(directory, 'a.png'))).toMatch(/^there is no file .*a\.png$/u);
    const file = await put('b', 'text');
    expect(await refused(join(file, 'a.png'))).toMatch(/^there is no file /u);
  });

  test('a directory', async () => {
    await mkdir(join(directory, 'inner'));
    expect(await refused(join(directory, 'inner'))).toMatch(/inner is a directory$/u);
  });

  test('a pipe that nobody writes to', async () => {
    await execa('mkfifo', [join(directory, 'pipe')]);
    expect(await refused(join(directory, 'pipe'))).toMatch(/is a pipe/u);
  });

  test('a device, a socket', async () => {
    expect(await refused('/dev/zero')).toMatch(/is a device or a socket/u);
    const path = join(directory, 'socket');
    const server = createServer();
    await new Promise<void>((done) => server.listen(path, done));
    expect(await refused(path)).toMatch(/is a device or a socket/u);
    await new Promise((done) => server.close(done));
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const path = await put('a.png', pngFile(300, 300));
    await chmod(path, 0);
    expect(await refused(path)).toMatch(/may not be read$/u);
  });
});

describe('whatever the bytes are', () => {
  const isFineOrRefused = async (bytes: Uint8Array) => {
    try {
      mediaFactsSchema.parse(await probeBytes(bytes, 'a'));
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
    }
  };
  const heads = [
    '',
    '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
    '\xff\xd8\xff',
    'RIFF\0\0\0\0WEBPVP8X',
    'BM',
    'GIF89a',
    'II*\0',
    'MM\0*',
    '\0\0\0\x10ftypisom\0\0\0\0',
    'RIFF\0\0\0\0AVI ',
    'RIFF\xff\0\0\0WAVEfmt ',
    'ID3\x04\0\0\0\0\0\0',
    '\xff\xfb\x90\0',
    '\xff\xf1',
    'PK\x03\x04',
    '%PDF-',
    '\0\0\0\x08wide',
  ].map((text) => Buffer.from(text, 'latin1'));

  test('noise behind any signature is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 400 }), (head, rest) =>
        isFineOrRefused(Buffer.concat([head, rest])),
      ),
      { numRuns: 1500 },
    );
  });

  test('damage anywhere in a file is read or refused', async () => {
    const files = [
      ...(await Promise.all(['moov-first', 'silent-fragmented'].map(load))),
      wavFile(0.1),
      mp3File(9),
    ];
    const damage = fc.array(fc.tuple(fc.nat(9000), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), damage, async (file, changes) => {
        const bytes = Buffer.from(file);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        await isFineOrRefused(bytes);
      }),
      { numRuns: 500 },
    );
  });
});
