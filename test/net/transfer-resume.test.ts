import { appendFile, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { InterruptedError } from '../../src/core/errors.ts';
import { failureOf, sha256, sha256Of, useDownloads, video } from '../helpers/download-world.ts';
import type { FileServer } from '../helpers/file-server.ts';

const world = useDownloads();

describe('continuing', () => {
  test('goes on where a cut connection ended, with Range and If-Range', async () => {
    world.server.behave({ cutAfter: 70_000 }, {});
    expect(await world.download()).toMatchObject({ bytes: 200_000, sha256 });
    expect(world.server.requests[1]?.headers).toMatchObject({ range: 'bytes=70000-', 'if-range': '"one"' });
    expect(world.delays).toEqual([1000]);
    expect(await readFile(world.partPath)).toEqual(video);
  });

  test('goes on with what an earlier run left', async () => {
    await world.leavePart(50_000);
    expect(await world.download()).toMatchObject({ bytes: 200_000, sha256 });
    expect(world.server.requests.map(({ headers }) => headers.range)).toEqual(['bytes=50000-']);
  });

  test('trusts only the bytes on record, not the length of the part', async () => {
    await world.leavePart(50_000, { ranges: [[0, 20_000]] });
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests[0]?.headers.range).toBe('bytes=20000-');
  });

  test('starts over when the part is shorter than its record says', async () => {
    await world.leavePart(50_000, { ranges: [[0, 60_000]] });
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests[0]?.headers.range).toBeUndefined();
  });

  test('uses Last-Modified where the ETag is weak', async () => {
    const lastModified = 'Fri, 20 Nov 2026 10:00:00 GMT';
    world.server.behave({ cutAfter: 10, etag: 'W/"one"', lastModified }, { etag: 'W/"one"', lastModified });
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests[1]?.headers['if-range']).toBe(lastModified);
  });

  test('starts over where nothing tells whether the file is still the same', async () => {
    world.server.behave({ cutAfter: 10, etag: null }, { etag: null });
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests[1]?.headers.range).toBeUndefined();
  });

  const other = Buffer.from(video.toReversed());
  test.each<[string, Parameters<FileServer['behave']>]>([
    ['the server ignores Range', [{ ignoreRange: true }]],
    ['the file changed', [{ file: other, etag: '"two"' }]],
    [
      'the ETag changed but If-Range was ignored',
      [
        {
          status: 206,
          etag: '"two"',
          headers: { 'content-range': 'bytes 50000-199999/200000' },
          body: other.subarray(50_000),
        },
        { file: other, etag: '"two"' },
      ],
    ],
    ['the length changed', [{ file: other.subarray(1) }, {}]],
    ['Content-Range begins elsewhere', [{ headers: { 'content-range': 'bytes 49999-199998/200000' } }, {}]],
    [
      'a later stretch comes than was asked for',
      [
        {
          status: 206,
          headers: { 'content-range': 'bytes 50001-199999/200000' },
          body: video.subarray(50_001),
        },
        {},
      ],
    ],
    ['Content-Range is missing', [{ status: 206, body: video.subarray(50_000) }, {}]],
    ['Content-Range names no total', [{ headers: { 'content-range': 'bytes 50000-199999/*' } }, {}]],
    ['the range is beyond the end', [{ status: 416, body: '' }, {}]],
    [
      'more bytes come than were announced',
      [
        {
          status: 206,
          chunked: true,
          headers: { 'content-range': 'bytes 50000-199999/200000' },
          body: video.subarray(40_000),
        },
        {},
      ],
    ],
  ])('starts over when %s', async (_, behaviours) => {
    await world.leavePart(50_000);
    world.server.behave(...behaviours);
    const done = await world.download();
    const last = world.server.requests.at(-1)?.headers.range;
    expect(last).toBe(behaviours.length === 1 ? 'bytes=50000-' : undefined);
    const saved = await readFile(world.partPath);
    expect([video, other, other.subarray(1)].map(sha256Of)).toContain(done.sha256);
    expect(sha256Of(saved)).toBe(done.sha256);
    expect(saved.length).toBe(done.bytes);
    expect(world.server.requests).toHaveLength(behaviours.length);
  });

  test('accepts less than the rest, and asks for what is missing', async () => {
    await world.leavePart(50_000);
    world.server.behave(
      {
        status: 206,
        body: video.subarray(50_000, 60_000),
        headers: { 'content-range': 'bytes 50000-59999/200000' },
      },
      {},
    );
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests[1]?.headers.range).toBe('bytes=60000-');
  });

  test('cuts off what an earlier run left behind the end', async () => {
    await world.leavePart(20_000);
    await appendFile(world.partPath, Buffer.alloc(300_000));
    expect(await world.download()).toMatchObject({ bytes: 200_000, sha256 });
    expect(await readFile(world.partPath)).toEqual(video);
  });

  test('puts on record what has arrived while it is still under way, for a kill at any moment', async () => {
    let now = 0;
    const controller = new AbortController();
    world.server.behave({ dripBytes: 50_000, stallAfter: 150_000 });
    const run = world.download({
      clock: { now: () => (now += 6000), sleep: () => Promise.resolve() },
      signal: controller.signal,
    });
    await vi.waitFor(async () => {
      const isWithin = expect.toSatisfy((end) => end > 0 && end <= 150_000) as unknown;
      expect(await world.readRecord()).toMatchObject({ ranges: [[0, isWithin]] });
    });
    controller.abort(new InterruptedError('stopped'));
    await expect(run).rejects.toBeInstanceOf(InterruptedError);
  });

  test('keeps what has arrived when the user interrupts, and says so to the next run', async () => {
    const controller = new AbortController();
    world.server.behave({ stallAfter: 80_000 }, {});
    const run = world.download({
      signal: controller.signal,
      onProgress: ({ receivedBytes }) => {
        if (receivedBytes === 80_000) controller.abort(new InterruptedError('stopped'));
      },
    });
    await expect(run).rejects.toBeInstanceOf(InterruptedError);
    expect(await world.readRecord()).toMatchObject({ ranges: [[0, 80_000]] });
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests[1]?.headers.range).toBe('bytes=80000-');
  });
});

describe('parts of others', () => {
  test.each<[string, () => Promise<void>]>([
    ['another job', () => world.leavePart(5, { owner: 'job000000002' })],
    ['nobody known', () => writeFile(world.partPath, 'mine')],
    [
      'an unreadable record',
      () => world.leavePart(5).then(() => writeFile(`${world.partPath}.json`, '{"schema"')),
    ],
    ['a newer version', () => world.leavePart(5, { schema: 2 })],
    ['a claim that was never begun', () => world.leavePart(5, { remote: undefined, ranges: [] })],
  ])('a part of %s is not touched', async (_, leave) => {
    await leave();
    const before = await Promise.all(
      (await readdir(world.directory)).map((name) => readFile(join(world.directory, name))),
    );
    const names = await readdir(world.directory);
    const done = await world.download();
    expect(done.partPath).toBe(join(world.directory, 'clip-2.part'));
    expect(await Promise.all(names.map((name) => readFile(join(world.directory, name))))).toEqual(before);
  });

  test('an own numbered part is found again after the foreign one has gone', async () => {
    await world.leavePart(5, { owner: 'job000000002' });
    world.server.behave({ cutAfter: 1000 }, { status: 500 });
    await failureOf(world.download());
    await rm(world.partPath);
    await rm(`${world.partPath}.json`);
    world.server.behave({});
    expect((await world.download()).partPath).toBe(join(world.directory, 'clip-2.part'));
    expect(world.server.requests.at(-1)?.headers.range).toBe('bytes=1000-');
  });

  test('an empty part of a run killed at its start is taken up again', async () => {
    await world.leavePart(0, { remote: undefined, ranges: [] });
    expect((await world.download()).partPath).toBe(world.partPath);
  });

  test('with every name taken it fails and touches nothing', async () => {
    const names = ['clip.part', ...Array.from({ length: 8 }, (_, index) => `clip-${index + 2}.part`)];
    await Promise.all(names.map((name) => writeFile(join(world.directory, name), name)));
    expect((await failureOf(world.download())).message).toMatch(/belong to other downloads/u);
    expect(world.server.requests).toHaveLength(0);
  });
});
