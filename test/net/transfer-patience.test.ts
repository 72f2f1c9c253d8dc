import { readFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { NotFoundError } from '../../src/core/errors.ts';
import { failureOf, sha256, signedPath, useDownloads } from '../helpers/download-world.ts';

const world = useDownloads();

describe('patience', () => {
  test('gives up after five attempts in a row without a new byte', async () => {
    world.server.behave({ status: 503, body: 'busy' });
    const error = await failureOf(world.download());
    expect(error).toMatchObject({ retryable: true, hint: undefined });
    expect(error.message).toBe(
      `${world.server.origin}/out%2Fa%2fb+c/./d'{1}.mp4 could not be downloaded: the server answered 503`,
    );
    expect(world.server.requests).toHaveLength(5);
    expect(world.delays).toEqual([1000, 2000, 4000, 8000]);
  });

  test('counts anew as soon as bytes arrive, and says what is kept', async () => {
    world.server.behave({ drop: true }, { status: 429 }, { cutAfter: 100_000 }, { status: 502 });
    const error = await failureOf(world.download());
    expect(world.delays).toEqual([1000, 2000, 1000, 2000, 4000, 8000, 15_000]);
    expect(error.message).toContain(`100.0 kB of 200.0 kB kept in ${world.partPath}`);
    expect(await world.readRecord()).toMatchObject({ ranges: [[0, 100_000]] });
  });

  test('a server that ignores Range and always cuts at the same place is given up', async () => {
    world.server.behave({ ignoreRange: true, cutAfter: 1000 });
    await failureOf(world.download());
    expect(world.server.requests.length).toBeLessThan(10);
  });

  test.each([
    ['3', 3000],
    ['900', 60_000],
    ['0', 1000],
    [new Date(1_000_000 + 20_000).toUTCString(), 20_000],
  ])('Retry-After: %s waits %i ms', async (value, ms) => {
    world.server.behave({ status: 429, headers: { 'retry-after': value } }, {});
    await world.download();
    expect(world.delays).toEqual([ms]);
  });

  test('a stalled connection is a broken attempt', async () => {
    world.server.behave({ stallAfter: 60_000 }, {});
    expect(await world.download({ stallMs: 300 })).toMatchObject({ sha256 });
    expect(world.server.requests[1]?.headers.range).toBe('bytes=60000-');
  });

  test('a slow drip is not a stall', async () => {
    world.server.behave({ dripBytes: 20_000 });
    await world.download({ stallMs: 5000 });
    expect(world.server.requests).toHaveLength(1);
  });

  test('a body shorter than announced is never taken for the whole', async () => {
    world.server.behave({ headers: { 'content-length': '200100' } });
    const run = world.download({ stallMs: 300 });
    expect((await failureOf(run)).message).toMatch(/no byte for|early|other bytes/u);
  });
});

describe('links that are refused', () => {
  const xml = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Signature=x</Message></Error>';

  test('asks once for a fresh link and goes on with it', async () => {
    await world.leavePart(50_000);
    world.server.behave({ status: 403, body: xml }, {});
    const freshLink = vi.fn<() => Promise<string>>(() =>
      Promise.resolve(`${world.server.origin}/fresh?Signature=2`),
    );
    expect(await world.download({ freshLink })).toMatchObject({ sha256 });
    expect(world.server.requests.map(({ path }) => path)).toEqual([signedPath, '/fresh?Signature=2']);
    expect(world.server.requests[1]?.headers.range).toBe('bytes=50000-');
    expect(world.delays).toEqual([]);
  });

  test.each([403, 404, 410])(
    '%i with a fresh link that is refused as well fails, what is there is kept',
    async (status) => {
      await world.leavePart(50_000);
      world.server.behave({ status, body: xml });
      const freshLink = vi.fn<() => Promise<string>>(() =>
        Promise.resolve(`${world.server.origin}/fresh?Signature=2`),
      );
      const error = await failureOf(world.download({ freshLink }));
      expect(error.message).toContain(
        `the server answered ${status} with an XML error page: <Code> AccessDenied`,
      );
      expect(freshLink).toHaveBeenCalledTimes(1);
      expect((await readFile(world.partPath)).length).toBe(50_000);
    },
  );

  test('with nobody to ask it fails at once', async () => {
    world.server.behave({ status: 404 });
    await failureOf(world.download());
    expect(world.server.requests).toHaveLength(1);
  });

  test('a task that knows no link any more is named', async () => {
    world.server.behave({ status: 403 });
    const gone = new NotFoundError('task t1 has expired', { requestId: 'r1' });
    const error = await failureOf(world.download({ freshLink: () => Promise.reject(gone) }));
    expect(error.message).toBe('the server answered 403, and there is no fresh link: task t1 has expired');
    expect(error.requestId).toBe('r1');
  });
});
