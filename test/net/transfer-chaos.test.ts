import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NotSavedError } from '../../src/core/errors.ts';
import { sha256, sha256Of, useDownloads, video } from '../helpers/download-world.ts';
import type { Behaviour } from '../helpers/file-server.ts';

// A server that does something else to every request, on one connection and on several. Whatever it does, what is
// called whole is one version of the file from end to end, and a good server afterwards makes it whole.

const world = useDownloads();
const split = { fileBytes: 100_000, leastUnit: 10_000, mostUnit: 20_000, leastHelp: 2000 };

/** Another version of the file, of the same length, under a name of its own. */
const other = Buffer.from(video.toReversed());
const versions = {
  first: { file: video, etag: '"one"' },
  second: { file: other, etag: '"two"' },
};
const { first } = versions;

const somewhere = fc.nat(60_000);
const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.constantFrom<Behaviour[]>({}, {}, { dripBytes: 3000 }, { ignoreRange: true }, { drop: true }),
  somewhere.map((cutAfter) => ({ cutAfter })),
  somewhere.map((cutAfter) => ({ cutAfter, ignoreRange: true })),
  fc.constantFrom(403, 404, 408, 416, 429, 500, 503).map((status) => ({ status, body: '<Error/>' })),
  fc.constantFrom<Behaviour[]>(
    { headers: { 'content-range': 'bytes 5-9/10' } },
    { headers: { 'content-range': 'bytes 0-199999/200000' } },
    { headers: { 'content-range': '' } },
    { headers: { 'content-encoding': 'identity' } },
    { body: '<html>Sign in</html>' },
    { body: '' },
    { status: 206 },
    { chunked: true },
    { etag: null },
    { etag: 'W/"one"' },
  ),
);
const version = fc.constantFrom<(keyof typeof versions)[]>('first', 'first', 'first', 'second');
const plan = fc.array(
  fc.tuple(version, fc.oneof({ weight: 6, arbitrary: behaviour }, fc.constant('careless' as const))),
  {
    maxLength: 25,
  },
);

/** A range of whatever version there is, though `If-Range` speaks of another. */
function careless({ file, etag }: { file: Buffer; etag: string }, range: string | undefined): Behaviour {
  const [, start, end] = /^bytes=(\d+)-(\d*)$/u.exec(range ?? '') ?? [];
  if (start === undefined) return { file, etag };
  const last = end === '' ? file.length - 1 : Number(end);
  return {
    etag,
    status: 206,
    headers: { 'content-range': `bytes ${start}-${last}/${file.length}` },
    body: file.subarray(Number(start), last + 1),
  };
}

async function clean(): Promise<void> {
  const names = await readdir(world.directory);
  await Promise.all(names.map((name) => rm(path.join(world.directory, name))));
}

/** The bytes of a download that calls itself whole; undefined for one that was given up. */
async function fetched(connections: number): Promise<Buffer | undefined> {
  try {
    const result = await world.download({ split, connections });
    const bytes = await readFile(result.partPath);
    expect([bytes.length, sha256Of(bytes)]).toEqual([result.bytes, result.sha256]);
    return bytes;
  } catch (error) {
    if (error instanceof NotSavedError) return undefined;
    throw error;
  }
}

test.each([1, 4])('over %i connections', async (connections) => {
  await fc.assert(
    fc.asyncProperty(plan, async (behaviours) => {
      await clean();
      const before = world.server.requests.length;
      world.server.decide(({ headers }, number) => {
        const [name, how] = behaviours[number - 1 - before] ?? ['first', {}];
        if (how === 'careless') return careless(versions[name], headers.range);
        return { ...versions[name], ...how };
      });
      const bytes = await fetched(connections);
      if (bytes !== undefined) expect([video, other].some((whole) => whole.equals(bytes))).toBe(true);

      // Another run, and a server that does what it should.
      world.server.decide(() => first);
      const again = await fetched(connections);
      if (bytes === undefined) expect(sha256Of(again ?? Buffer.alloc(0))).toBe(sha256);
      else expect(again?.equals(bytes)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
