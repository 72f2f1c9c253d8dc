import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterEach, beforeEach, expect } from 'vitest';
import { NotSavedError } from '../../src/core/errors.ts';
import { downloadToPart, type Downloaded, type DownloadOptions } from '../../src/net/transfer.ts';
import { startFileServer, type FileServer } from './file-server.ts';

/** What the servers of these tests serve: no video, but nothing here looks inside. */
export const video = Buffer.from(
  Array.from({ length: 200_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff),
);
export const sha256 = sha256Of(video);

/** A path that any re-encoding would change. */
export const signedPath = "/out%2Fa%2fb+c/./d'{1}.mp4?Expires=1&Signature=a%2Bb%3D+%2f/='|&x=%zz";

export const owner = 'job000000001';

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export type DownloadWorld = {
  directory: string;
  partPath: string;
  server: FileServer;
  /** How long each back-off would have taken, in milliseconds; the clock is a fake one. */
  delays: number[];
  download: (changes?: Partial<DownloadOptions>) => Promise<Downloaded>;
  /** Leaves what a killed earlier run would: the first bytes of the file, and their record. */
  leavePart: (bytes: number, changes?: object) => Promise<void>;
  readRecord: () => Promise<unknown>;
};

/** A file server and an empty directory for each test of a file. */
export function useDownloads(): DownloadWorld {
  // Filled before each test; nothing may look at it earlier.
  const world: DownloadWorld = Object.create(null);
  let agent: Agent;
  beforeEach(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wan-transfer-'));
    const partPath = join(directory, 'clip.part');
    const server = await startFileServer(video);
    const delays: number[] = [];
    let now = 1_000_000;
    agent = new Agent();
    Object.assign(world, {
      directory,
      partPath,
      server,
      delays,
      download: (changes) =>
        downloadToPart({
          link: `${server.origin}${signedPath}`,
          partPath,
          owner,
          dispatcher: () => agent,
          allowPrivate: true,
          signal: new AbortController().signal,
          clock: {
            now: () => now,
            sleep: (ms) => {
              delays.push(ms);
              now += ms;
              return Promise.resolve();
            },
          },
          ...changes,
        }),
      leavePart: async (bytes, changes = {}) => {
        await writeFile(partPath, video.subarray(0, bytes));
        const remote = { etag: '"one"', totalBytes: video.length };
        const record = { schema: 1, owner, remote, ranges: [[0, bytes]], ...changes };
        await writeFile(`${partPath}.json`, JSON.stringify(record));
      },
      readRecord: async () => JSON.parse(await readFile(`${partPath}.json`, 'utf8')) as unknown,
    } satisfies DownloadWorld);
  });
  afterEach(async () => {
    await agent.destroy();
    await world.server.close();
    await rm(world.directory, { recursive: true });
  });
  return world;
}

/** The NotSavedError a download ends with; none may show the signed part of a link. */
export async function failureOf(promise: Promise<unknown>): Promise<NotSavedError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof NotSavedError)) throw new Error(`no NotSavedError: ${String(error)}`);
  expect(error.exitCode).toBe(13);
  expect(error.message).not.toContain('Signature');
  return error;
}
