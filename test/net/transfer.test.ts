import { createHash } from 'node:crypto';
import { link, open, readFile, readdir, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { claimPart } from '../../src/net/claim-part.ts';
import { Crc64 } from '../../src/net/crc64.ts';
import { forgetPart } from '../../src/store/part-record.ts';
import { ChecksumError, TakenOverError } from '../../src/core/errors.ts';
import { failureOf, owner, sha256, signedPath, useDownloads, video } from '../helpers/download-world.ts';

const world = useDownloads();

/** Every write to any open file, for disks that are full. */
async function spyOnWrites(probePath: string) {
  const probe = await open(probePath, 'w');
  const prototype: Pick<FileHandle, 'writev'> = Object.getPrototypeOf(probe);
  await probe.close();
  return vi.spyOn(prototype, 'writev');
}

describe('a whole download', () => {
  test('asks for the link byte for byte, without key or cookie, and saves every byte', async () => {
    const progress: number[] = [];
    const done = await world.download({ onProgress: ({ receivedBytes }) => progress.push(receivedBytes) });
    expect(done).toEqual({
      partPath: world.partPath,
      bytes: 200_000,
      sha256,
      contentType: 'video/mp4',
      checked: ['length'],
    });
    expect(await readFile(world.partPath)).toEqual(video);
    const [request] = world.server.requests;
    expect(world.server.requests).toHaveLength(1);
    expect(request?.path).toBe(signedPath);
    expect(request?.method).toBe('GET');
    expect(request?.headers).toMatchObject({
      'accept-encoding': 'identity',
      host: `127.0.0.1:${world.server.port}`,
    });
    expect(Object.keys(request?.headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/authorization|cookie|range/u)]),
    );
    expect(progress.at(-1)).toBe(200_000);
    expect(await world.readRecord()).toMatchObject({
      schema: 1,
      owner: 'job000000001',
      ranges: [[0, 200_000]],
    });
    await forgetPart(world.partPath);
    expect(await readdir(world.directory)).toEqual(['clip.part']);
  });

  test('does not send credentials that a link contains', async () => {
    await world.download({ link: `http://user:secret@127.0.0.1:${world.server.port}/a.mp4#t=1` });
    expect(world.server.requests[0]).toMatchObject({ path: '/a.mp4' });
    expect(world.server.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('accepts a file without an announced length', async () => {
    world.server.behave({ chunked: true });
    expect(await world.download()).toMatchObject({ bytes: 200_000, sha256, checked: [] });
  });

  test('needs no network when the part is whole already', async () => {
    await world.leavePart(200_000);
    expect(await world.download()).toMatchObject({ bytes: 200_000, sha256 });
    expect(world.server.requests).toHaveLength(0);
  });

  test('writes nothing beyond the announced length', async () => {
    world.server.behave({ headers: { 'content-length': '1000' } });
    expect(await world.download()).toMatchObject({ bytes: 1000 });
  });
});

describe('checksums', () => {
  const md5 = createHash('md5').update(video).digest('base64');

  test.each([
    ['x-oss-hash-crc64ecma', '11051210869376104954'],
    ['content-md5', createHash('md5').digest('base64')],
  ])('%s is compared, also over a cut', async (name, value) => {
    const headers = { [name]: value };
    world.server.behave({ cutAfter: 5000, headers }, { headers });
    const error = await failureOf(world.download());
    expect(error).toBeInstanceOf(ChecksumError);
    expect(error.message).toMatch(/does not match the server's (?:MD5|CRC-64) checksum/u);
  });

  test('that fit are told, those of an earlier run included', async () => {
    const crc = new Crc64();
    crc.update(video);
    const headers = { 'content-md5': md5, 'x-oss-hash-crc64ecma': crc.digest() };
    world.server.behave({ cutAfter: 5000, headers }, { status: 404 });
    await failureOf(world.download());
    world.server.behave({});
    expect(await world.download()).toMatchObject({ sha256, checked: ['length', 'md5', 'crc64'] });
    expect(world.server.requests.at(-1)?.headers.range).toBe('bytes=5000-');
  });

  test('a damaged file is fetched again, whole', async () => {
    const damaged = Buffer.from(video);
    damaged[100_000] = 0;
    world.server.behave(
      { body: damaged, headers: { 'content-md5': md5 } },
      { headers: { 'content-md5': md5 } },
    );
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests[1]?.headers.range).toBeUndefined();
  });

  test('a file that is damaged twice is kept, and named', async () => {
    world.server.behave({ headers: { 'content-md5': createHash('md5').digest('base64') } });
    const error = await failureOf(world.download());
    expect(error).toBeInstanceOf(ChecksumError);
    expect(error).toMatchObject({ partPath: world.partPath });
    expect(await readFile(world.partPath)).toEqual(video);
  });
});

describe('what is not a video', () => {
  test('a page with status 200 does not replace what has arrived', async () => {
    await world.leavePart(50_000);
    world.server.behave({ status: 200, etag: null, body: '<!DOCTYPE html><title>Log in</title>' });
    const error = await failureOf(world.download());
    expect(error.message).toMatch(/the server sent an HTML page instead of a video/u);
    expect(await readFile(world.partPath)).toEqual(video.subarray(0, 50_000));
  });

  test('an empty file is not a download', async () => {
    world.server.behave({ body: '' });
    expect((await failureOf(world.download())).message).toMatch(/empty file/u);
  });
});

describe('the disk', () => {
  test('too little room is said before a byte is written', async () => {
    world.server.behave({ headers: { 'content-length': '900000000000000' }, stallAfter: 1000 });
    const error = await failureOf(world.download());
    expect(error.message).toMatch(/not enough disk space in .*: 900.0 TB needed, [\d.]+ [MGT]B free/u);
    expect(error.hint).toMatch(/free some space/u);
    expect((await readFile(world.partPath)).length).toBe(0);
  });

  test.each([
    ['ENOSPC', 'the disk is full (ENOSPC)', expect.stringContaining('free some space')],
    ['EIO', 'the disk reports an error (EIO)', undefined],
  ])('%s keeps the part', async (code, text, hint) => {
    await world.leavePart(50_000);
    const write = await spyOnWrites(join(world.directory, 'probe'));
    write.mockImplementation(() => Promise.reject(Object.assign(new Error('write'), { code })));
    const error = await failureOf(world.download());
    write.mockRestore();
    expect(error.message).toBe(`cannot write ${world.partPath}: ${text}`);
    expect(error.hint).toEqual(hint);
    expect((await readFile(world.partPath)).length).toBe(50_000);
    expect(await world.download()).toMatchObject({ sha256 });
    expect(world.server.requests.at(-1)?.headers.range).toBe('bytes=50000-');
  });

  test('a failure while a record is written, which nobody waits for, is told with the next bytes', async () => {
    let now = 0;
    const clock = { now: () => (now += 6000), sleep: () => Promise.resolve() };
    const part = await claimPart(world.partPath, owner, { clock });
    const [lastModified, contentType, md5, crc64] = Array.from({ length: 4 }, () => undefined);
    await part.begin({ etag: '"one"', totalBytes: 200_000, lastModified, contentType, md5, crc64 });
    const probe = await open(join(world.directory, 'probe'), 'w');
    const prototype: Pick<FileHandle, 'sync'> = Object.getPrototypeOf(probe);
    await probe.close();
    const sync = vi.spyOn(prototype, 'sync');
    sync.mockImplementation(() => Promise.reject(Object.assign(new Error('sync'), { code: 'ENOSPC' })));
    await part.write(0, [video.subarray(0, 10)]);
    await expect(part.checkpoint()).rejects.toThrow('the disk is full (ENOSPC)');
    sync.mockRestore();
    await expect(part.write(10, [video.subarray(10, 20)])).rejects.toThrow('the disk is full (ENOSPC)');
    // There is room again, and what came before is not forgotten.
    await part.checkpoint();
    expect(await world.readRecord()).toMatchObject({ ranges: [[0, 10]] });
    await part.close();
  });

  test('a part that has another name as well is left alone, and another one made', async () => {
    await world.leavePart(50_000);
    await link(world.partPath, join(world.directory, 'kept'));
    const done = await world.download();
    expect(done).toMatchObject({ sha256, partPath: join(world.directory, 'clip-2.part') });
    expect((await readFile(join(world.directory, 'kept'))).length).toBe(50_000);
  });

  test.each([
    ['moved', (part: string, kept: string) => rename(part, kept)],
    ['given another name', (part: string, kept: string) => link(part, kept)],
  ])('a part that is %s meanwhile is not written to', async (_name, disturb) => {
    let stillOurs: Promise<void> | undefined;
    const kept = join(world.directory, 'kept');
    await world.leavePart(50_000);
    const error = await failureOf(
      world.download({
        stillOurs: async () => {
          stillOurs ??= disturb(world.partPath, kept);
          await stillOurs;
        },
      }),
    );
    expect(error.message).toContain('its bytes are left alone');
    expect((await readFile(kept)).equals(video.subarray(0, 50_000))).toBe(true);
  });

  test('a download that is another process’s by now changes nothing', async () => {
    await world.leavePart(50_000);
    const before = await world.readRecord();
    const takenOver = new TakenOverError('taken over');
    const download = world.download({ stillOurs: () => Promise.reject(takenOver) });
    await expect(download).rejects.toBe(takenOver);
    expect(await world.readRecord()).toEqual(before);
    expect((await readFile(world.partPath)).equals(video.subarray(0, 50_000))).toBe(true);
  });

  test('a directory that is not there is named', async () => {
    const error = await failureOf(world.download({ partPath: join(world.directory, 'no', 'clip.part') }));
    expect(error.message).toMatch(/no such directory \(ENOENT\)/u);
  });
});
