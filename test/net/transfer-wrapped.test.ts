import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { createDispatchers } from '../../src/net/dispatchers.ts';
import { failureOf, sha256Of, useDownloads, video } from '../helpers/download-world.ts';
import { awsChunked } from '../helpers/file-server.ts';

const world = useDownloads();
// Looks like a film at its beginning, which is all that is asked here.
const film = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom', 'latin1'), video]);
const sha256 = sha256Of(film);

describe('a file that its server packed is unpacked', () => {
  const rows: [name: string, header: string | undefined, body: Buffer][] = [
    ['gzip', 'gzip', gzipSync(film)],
    ['gzip under its old name', 'x-gzip', gzipSync(film)],
    ['gzip, which nobody says', undefined, gzipSync(film)],
    ['gzip that is called br', 'br', gzipSync(film)],
    ['gzip twice', 'gzip, gzip', gzipSync(gzipSync(film))],
    [
      'two gzips, one behind the other',
      'gzip',
      Buffer.concat([film.subarray(0, 99), film.subarray(99)].map((part) => gzipSync(part))),
    ],
    ['deflate', 'deflate', deflateSync(film)],
    ['deflate without its head', 'deflate', deflateRawSync(film)],
    ['br', 'br', brotliCompressSync(film)],
    ['aws-chunked', 'aws-chunked', awsChunked(film)],
    ['aws-chunked, which nobody says', undefined, awsChunked(film)],
    ['aws-chunked around gzip', 'gzip,aws-chunked', awsChunked(gzipSync(film), 77)],
    ['in chunks without a signature', undefined, awsChunked(film, 1000, '')],
  ];

  test.each(rows)('%s', async (_name, header, body) => {
    world.server.behave({ body, headers: header === undefined ? {} : { 'content-encoding': header } });
    const result = await world.download();
    expect(result).toMatchObject({ bytes: film.length, sha256, checked: ['length'] });
    expect(await readFile(result.partPath)).toEqual(film);
    // What was sent stays until the video has its name, and needs no second request.
    expect(await readFile(world.partPath)).toEqual(body);
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests).toHaveLength(1);
    expect(await readdir(world.directory)).toHaveLength(4);
  });

  test('its checksum and its ranges are those of the bytes as sent', async () => {
    const body = gzipSync(film);
    const headers = {
      'content-encoding': 'gzip',
      'content-md5': createHash('md5').update(body).digest('base64'),
    };
    world.server.behave({ file: body, headers, cutAfter: 500 }, { headers });
    expect(await world.download()).toMatchObject({ sha256, checked: ['length', 'md5'] });
    expect(world.server.requests[1]?.headers.range).toBe('bytes=500-');
  });

  test.each(['gzip', 'aws-chunked', 'br, gzip'])(
    'unless it is damaged: then it is kept as it came (%s)',
    async (coding) => {
      const whole = coding === 'aws-chunked' ? awsChunked(film) : gzipSync(film);
      const body = whole.subarray(0, whole.length - 5000);
      world.server.behave({ body, headers: { 'content-encoding': coding } });
      expect(await world.download()).toMatchObject({ partPath: world.partPath, sha256: sha256Of(body) });
    },
  );
});

test.each(['gzip', 'br', 'deflate', 'aws-chunked', 'utf-8', 'identity,identity', 'none', 'binary', ''])(
  'a video that its server calls %s and that is none is taken as it is',
  async (coding) => {
    world.server.behave({ body: film, headers: { 'content-encoding': coding } });
    expect(await world.download()).toMatchObject({ partPath: world.partPath, bytes: film.length, sha256 });
  },
);

describe('a fresh link that leads to nothing yet', () => {
  const freshLink = () => Promise.resolve(`${world.server.origin}/fresh`);
  const absent = { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };

  test('is looked at again until the file is there', async () => {
    world.server.behave(absent, absent, absent, {});
    expect(await world.download({ freshLink })).toMatchObject({ sha256: sha256Of(video) });
    expect(world.delays).toEqual([1000, 2000]);
  });

  test('for half a minute', async () => {
    world.server.behave(absent);
    const ask = vi.fn<() => Promise<string>>(freshLink);
    expect((await failureOf(world.download({ freshLink: ask }))).message).toMatch(/404 .*NoSuchKey/u);
    expect(world.delays.reduce((sum, ms) => sum + ms)).toBe(30_000);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test('and not at all when it is refused', async () => {
    world.server.behave({ status: 403 });
    await failureOf(world.download({ freshLink }));
    expect(world.delays).toEqual([]);
  });
});

test('headers of 200 KB are read', async () => {
  const dispatchers = createDispatchers({});
  world.server.behave({ headers: { 'x-policy': 'p'.repeat(200_000) } });
  const result = await world.download({ dispatcher: (url) => dispatchers.shared(url) });
  expect(result).toMatchObject({ sha256: sha256Of(video) });
  await dispatchers.close();
});

describe('a connection on which hardly anything comes', () => {
  const slow = { ms: 200, bytes: 5000 };
  /** A piece of 10 bytes every so often, without an end. */
  const trickle = { dripBytes: 10, dripMs: 20 };

  test('is given up, though there is never silence', async () => {
    world.server.behave(trickle, {});
    expect(await world.download({ slow, stallMs: 10_000 })).toMatchObject({ sha256: sha256Of(video) });
    expect(world.server.requests).toHaveLength(2);
    expect(Number(/=(\d+)-/u.exec(world.server.requests[1]?.headers.range ?? '')?.[1])).toBeGreaterThan(0);
  });

  test('and where there is no better one the download ends, what came is kept', async () => {
    world.server.behave(trickle);
    const error = await failureOf(world.download({ slow, stallMs: 10_000 }));
    expect(error.message).toMatch(/less than .* in 0\.2 s; .* kept in/u);
    expect(world.server.requests).toHaveLength(5);
  });
});
