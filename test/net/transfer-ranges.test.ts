import { createHash } from 'node:crypto';
import { appendFile, open, readFile, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { InterruptedError } from '../../src/core/errors.ts';
import { Crc64 } from '../../src/net/crc64.ts';
import { failureOf, sha256, sha256Of, useDownloads, video } from '../helpers/download-world.ts';
import type { Behaviour, FileServer, ReceivedRequest } from '../helpers/file-server.ts';

const world = useDownloads();

/** Files of these tests count as large, and are cut into twenty pieces. */
const split = { fileBytes: 100_000, leastUnit: 10_000, mostUnit: 10_000, leastHelp: 2000 };
const other = Buffer.from(video.toReversed());

/** A promise, and the way to keep it. */
function latch(): { opened: Promise<void>; release: () => void } {
  let release = () => {};
  const opened = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { opened, release };
}

/**
 * The first request gets this much of the file, and the rest once as many further requests have come: so it cannot be
 * over before the others have asked.
 */
function leadWaits(
  server: FileServer,
  further: number,
  how: (request: ReceivedRequest, number: number) => Behaviour,
  lead: Behaviour = {},
) {
  const { opened, release } = latch();
  server.decide((request, number) => {
    if (number === further + 1) release();
    return number === 1 ? { ...lead, hold: { after: 5000, until: opened } } : how(request, number);
  });
}

const ranges = () => world.server.requests.map(({ headers }) => headers.range);

async function expectWhole(bytes = video): Promise<void> {
  expect(sha256Of(await readFile(world.partPath))).toBe(sha256Of(bytes));
}

describe('several connections', () => {
  test('fetch the pieces of a large file, each of which is asked for under the same condition', async () => {
    const { opened, release } = latch();
    world.server.decide((_, number) => {
      if (number === 4) release();
      return { hold: { after: 1000, until: opened } };
    });
    const done = await world.download({ split });
    expect(done).toMatchObject({ bytes: 200_000, sha256 });
    await expectWhole();
    expect(ranges()[0]).toBeUndefined();
    expect(new Set(ranges().slice(1, 4))).toEqual(
      new Set(['bytes=20000-29999', 'bytes=30000-39999', 'bytes=40000-49999']),
    );
    for (const { headers } of world.server.requests.slice(1)) expect(headers['if-range']).toBe('"one"');
    expect(world.server.mostAtOnce()).toBe(4);
    expect(await world.readRecord()).toMatchObject({ ranges: [[0, 200_000]] });
    expect(world.delays).toEqual([]);
  });

  test.each<[string, Parameters<typeof world.download>[0], Behaviour]>([
    ['one was asked for', { split, connections: 1 }, {}],
    ['the file is small', {}, {}],
    ['the server names no ranges', { split }, { headers: { 'accept-ranges': 'none' } }],
    ['nothing tells whether it is the same file', { split }, { etag: null }],
    ['the length is not known', { split }, { chunked: true }],
  ])('are not used when %s', async (_, changes, behaviour) => {
    world.server.behave(behaviour);
    expect(await world.download(changes)).toMatchObject({ sha256 });
    expect(world.server.requests).toHaveLength(1);
  });

  test('as many as were asked for', async () => {
    leadWaits(world.server, 1, () => ({}));
    await world.download({ split, connections: 2 });
    expect(world.server.mostAtOnce()).toBe(2);
  });

  test('tell how much has come, all together', async () => {
    const seen: number[] = [];
    leadWaits(world.server, 3, () => ({}));
    await world.download({ split, onProgress: ({ receivedBytes }) => seen.push(receivedBytes) });
    expect(seen).toEqual(seen.toSorted((one, next) => one - next));
    expect(seen.at(-1)).toBe(200_000);
  });
});

describe('a server that lies on a further connection', () => {
  test.each<[string, (request: ReceivedRequest) => Behaviour]>([
    ['ignores Range', () => ({ ignoreRange: true })],
    ['has another file, and says so', () => ({ file: other, etag: '"two"', ignoreRange: true })],
    ['begins elsewhere', () => ({ headers: { 'content-range': 'bytes 0-9999/200000' } })],
    ['sends more than was asked for', () => ({ headers: { 'content-range': 'bytes 20000-199999/200000' } })],
    ['names no range', () => ({ status: 206, body: other.subarray(0, 10_000) })],
    ['names another total', () => ({ headers: { 'content-range': 'bytes 20000-29999/200001' } })],
    [
      'sends ranges of another file',
      ({ headers }) => ({
        status: 206,
        etag: '"two"',
        headers: { 'content-range': `${headers.range?.replace('=', ' ')}/200000` },
        body: other.subarray(0, 10_000),
      }),
    ],
    ['has no bytes from there on', () => ({ status: 416, body: '' })],
  ])('and %s is not asked on several any more, and nothing of it is kept', async (_, lie) => {
    const honest = (number: number) => (number === 5 ? { file: video } : {});
    leadWaits(world.server, 3, (request, number) => (number <= 4 ? lie(request) : honest(number)), {
      cutAfter: 100_000,
    });
    expect(await world.download({ split })).toMatchObject({ bytes: 200_000, sha256 });
    await expectWhole();
    // The three that lied; then the first connection broke, and its successor is alone.
    expect(world.server.requests).toHaveLength(5);
    expect(ranges()[4]).toBe('bytes=100000-');
  });

  test('and says that it compresses each in another way: over one connection then', async () => {
    leadWaits(world.server, 3, () => ({ headers: { 'content-encoding': 'gzip' } }));
    await world.download({ split });
    await expectWhole();
  });

  test('and sends more than it announced: all that came is doubted', async () => {
    leadWaits(world.server, 3, ({ headers }, number) =>
      number === 2
        ? {
            status: 206,
            chunked: true,
            headers: { 'content-range': `${headers.range?.replace('=', ' ')}/200000` },
            body: other.subarray(0, 15_000),
          }
        : {},
    );
    expect(await world.download({ split })).toMatchObject({ sha256 });
    await expectWhole();
  });
});

describe('a file that changes midway', () => {
  test('is fetched anew, whole', async () => {
    // Four connections break in the middle of the old file; what is asked for afterwards is another one.
    world.server.decide((_, number) => {
      if (number <= 4) return { cutAfter: number === 1 ? 15_000 : 5000 };
      return { file: other, etag: '"two"' };
    });
    const done = await world.download({ split });
    expect(done.sha256).toBe(sha256Of(other));
    await expectWhole(other);
  });

  test('is noticed by its length, too', async () => {
    const shorter = video.subarray(0, 150_000);
    world.server.decide((_, number) => {
      if (number <= 4) return { cutAfter: number === 1 ? 15_000 : 5000 };
      return { file: shorter };
    });
    expect(await world.download({ split })).toMatchObject({ bytes: 150_000, sha256: sha256Of(shorter) });
    await expectWhole(shorter);
  });
});

describe('connections that fail', () => {
  test.each([429, 503])('%i: the server is asked on fewer, and the file is whole', async (status) => {
    const refused = (number: number) => (number <= 4 ? { status, body: '' } : {});
    leadWaits(world.server, 3, (_, number) => refused(number), { cutAfter: 100_000 });
    expect(await world.download({ split })).toMatchObject({ sha256 });
    expect(world.server.requests).toHaveLength(5);
    expect(ranges()[4]).toBe('bytes=100000-');
    expect(world.delays).toEqual([1000]);
  });

  test('one of several that is turned away leaves its piece to the others', async () => {
    const { opened, release } = latch();
    world.server.decide((_, number) => {
      if (number === 4) release();
      if (number === 3) return { status: 503, body: '' };
      return { hold: { after: 1000, until: opened } };
    });
    expect(await world.download({ split })).toMatchObject({ sha256 });
    await expectWhole();
  });

  test('one that breaks goes on where it was, after a second', async () => {
    leadWaits(world.server, 3, (_, number) => (number === 2 ? { cutAfter: 4000 } : {}));
    expect(await world.download({ split })).toMatchObject({ sha256 });
    await expectWhole();
    expect(ranges()).toContainEqual(expect.stringMatching(/^bytes=\d+4000-\d+9999$/u));
    expect(world.delays).toEqual([1000]);
  });

  test('one that is slow holds nobody up: the others take over the second half of what it has before it', async () => {
    const { opened, release } = latch();
    const { opened: asked, release: ask } = latch();
    let end = '';
    world.server.decide(({ headers }, number) => {
      if (number === 4) ask();
      if (number === 1) return { hold: { after: 5000, until: asked } };
      const range = headers.range ?? '';
      if (number === 2) {
        end = /\d+$/u.exec(range)?.[0] ?? '';
        return { hold: { after: 1000, until: opened } };
      }
      // Only now does it go on: without help it would be waited for, for ever.
      if (range.endsWith(`-${end}`)) release();
      return {};
    });
    expect(await world.download({ split })).toMatchObject({ sha256 });
    await expectWhole();
  });

  test('one that stalls is given up, and the others fetch what it left', async () => {
    leadWaits(world.server, 3, (_, number) => (number === 2 ? { stallAfter: 1000 } : {}));
    expect(await world.download({ split, stallMs: 1000 })).toMatchObject({ sha256 });
    await expectWhole();
  });

  test('when all break at once, what came is kept, wherever it belongs', async () => {
    world.server.decide((_, number) =>
      number === 1 ? { stallAfter: 30_000 } : number <= 4 ? { stallAfter: 5000 } : { status: 500 },
    );
    const error = await failureOf(world.download({ split, stallMs: 1000 }));
    expect(error.message).toContain('the server answered 500');
    const record = (await world.readRecord()) as { ranges: [number, number][] };
    expect(record.ranges.length).toBeGreaterThan(1);
    world.server.decide(() => ({}));
    expect(await world.download({ split })).toMatchObject({ sha256 });
  });
});

describe('a disk that fails one connection', () => {
  test('ends them all, and what came is kept', async () => {
    const probe = await open(join(world.directory, 'probe'), 'w');
    const prototype: Pick<FileHandle, 'writev'> = Object.getPrototypeOf(probe);
    await probe.close();
    const { writev: real } = prototype;
    const write = vi.spyOn(prototype, 'writev').mockImplementation(function fail(
      this: FileHandle,
      chunks,
      at,
    ) {
      const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
      return (at ?? 0) < 20_000 ? real.call(this, chunks, at) : Promise.reject(full);
    });
    world.server.decide((_, number) => (number === 1 ? { stallAfter: 5000 } : {}));
    const error = await failureOf(world.download({ split }));
    write.mockRestore();
    expect(error.message).toBe(`cannot write ${world.partPath}: the disk is full (ENOSPC)`);
    expect(error.hint).toContain('free some space');
    expect(await world.readRecord()).toMatchObject({ ranges: [[0, 5000]] });
    world.server.decide(() => ({}));
    expect(await world.download({ split })).toMatchObject({ sha256 });
  });
});

describe('continuing', () => {
  const finished = [
    [0, 30_000],
    [50_000, 60_000],
    [190_000, 200_000],
  ] as const;

  /** A part of which only these stretches are right. */
  async function leaveStretches(stretches: readonly (readonly [number, number])[]): Promise<void> {
    await world.leavePart(200_000, { ranges: stretches });
    const part = Buffer.alloc(200_000, 0xee);
    for (const [first, end] of stretches) video.copy(part, first, first, end);
    await writeFile(world.partPath, part);
  }

  test('asks only for what is missing, also over one connection', async () => {
    await leaveStretches(finished);
    expect(await world.download({ split, connections: 1 })).toMatchObject({ sha256 });
    await expectWhole();
    expect(ranges()).toEqual(['bytes=30000-49999', 'bytes=60000-189999']);
  });

  test('asks only for what is missing over several', async () => {
    await leaveStretches(finished);
    leadWaits(world.server, 3, () => ({}));
    expect(await world.download({ split })).toMatchObject({ sha256 });
    await expectWhole();
    const asked = ranges().map(
      (range) =>
        /(\d+)-(\d+)/u
          .exec(range ?? '')
          ?.slice(1)
          .map(Number) ?? [],
    );
    for (const [first = 0, last = 0] of asked) {
      expect(
        finished.some(([from, end]) => first < end && last >= from),
        `${first}-${last}`,
      ).toBe(false);
    }
  });

  test('a part without its first bytes is continued, too', async () => {
    await leaveStretches([[10_000, 200_000]]);
    expect(await world.download({ split })).toMatchObject({ sha256 });
    expect(ranges()).toEqual(['bytes=0-9999']);
  });

  test('stretches in any order and over one another are understood', async () => {
    await leaveStretches([
      [150_000, 200_000],
      [100_000, 160_000],
      [0, 10],
    ]);
    expect(await world.download({ split, connections: 1 })).toMatchObject({ sha256 });
    expect(ranges()).toEqual(['bytes=10-99999']);
  });

  test('stretches beyond the end of the file are not believed', async () => {
    await leaveStretches(finished);
    await world.leavePart(200_000, { ranges: [...finished, [199_000, 200_001]] });
    await appendFile(world.partPath, 'x');
    expect(await world.download({ split, connections: 1 })).toMatchObject({ sha256 });
    expect(ranges()).toEqual([undefined]);
  });

  test('an interrupted download of several connections loses nothing that came', async () => {
    const controller = new AbortController();
    world.server.decide((_, number) => ({ stallAfter: number === 1 ? 15_000 : 5000 }));
    const run = world.download({
      split,
      signal: controller.signal,
      onProgress: ({ receivedBytes }) => {
        if (receivedBytes === 30_000) controller.abort(new InterruptedError('stopped'));
      },
    });
    await expect(run).rejects.toBeInstanceOf(InterruptedError);
    expect(await world.readRecord()).toMatchObject({
      ranges: [
        [0, 15_000],
        [20_000, 25_000],
        [30_000, 35_000],
        [40_000, 45_000],
      ],
    });
    world.server.decide(() => ({}));
    const before = world.server.requests.length;
    expect(await world.download({ split, connections: 1 })).toMatchObject({ sha256 });
    expect(ranges().slice(before)).toEqual([
      'bytes=15000-19999',
      'bytes=25000-29999',
      'bytes=35000-39999',
      'bytes=45000-199999',
    ]);
  });
});

describe('checksums on a thread of their own', () => {
  const built = new URL('../../dist/digest-worker.js', import.meta.url);
  const headers = { 'content-md5': 'xJs3NXlhnIJV0jzbMnDqCw==', 'x-oss-hash-crc64ecma': '1' };

  test('are those of the whole file, however its bytes came', async () => {
    leadWaits(world.server, 3, () => ({}));
    expect(await world.download({ split, digestWorker: built })).toMatchObject({ sha256 });
  });

  test('are compared with all that the server sent', async () => {
    const crc = new Crc64();
    crc.update(video);
    const md5 = createHash('md5').update(video).digest('base64');
    world.server.behave({ headers: { 'content-md5': md5, 'x-oss-hash-crc64ecma': crc.digest() } });
    const done = await world.download({ split, connections: 1, digestWorker: built });
    expect(done).toMatchObject({ sha256, checked: ['length', 'md5', 'crc64'] });
  });

  test('find a damaged file', async () => {
    world.server.behave({ headers });
    const error = await failureOf(world.download({ split, connections: 1, digestWorker: built }));
    expect(error.message).toMatch(/does not match the server's MD5 checksum/u);
  });

  test('are made on this thread when that one fails', async () => {
    const broken = join(world.directory, 'broken.js');
    await writeFile(broken, 'throw new Error("no thread today")');
    leadWaits(world.server, 3, () => ({}));
    expect(await world.download({ split, digestWorker: pathToFileURL(broken) })).toMatchObject({ sha256 });
  });
});

describe('what the user hears', () => {
  test('why an attempt failed, and when the next one is', async () => {
    const onTrouble = vi.fn<(message: string) => void>();
    world.server.behave({ status: 503, body: '' }, { drop: true }, {});
    await world.download({ onTrouble });
    expect(onTrouble.mock.calls.flat()).toEqual([
      'the server answered 503; trying again in 1 s',
      expect.stringMatching(/; trying again in 2 s$/u),
    ]);
  });

  test('nothing when all goes well, nor of the last failure, which the error tells', async () => {
    const onTrouble = vi.fn<(message: string) => void>();
    await world.download({ onTrouble });
    world.server.behave({ status: 404 });
    await failureOf(world.download({ onTrouble, owner: 'job000000002' }));
    expect(onTrouble).not.toHaveBeenCalled();
  });

  test('of a line that always breaks and yet moves on only now and then', async () => {
    const onTrouble = vi.fn<(message: string) => void>();
    world.server.behave({ cutAfter: 4000 });
    await world.download({ onTrouble });
    expect(world.delays).toHaveLength(49);
    expect(onTrouble).toHaveBeenCalledTimes(2);
  });
});
