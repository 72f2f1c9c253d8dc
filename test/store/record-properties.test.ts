import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobDocument } from '../../src/core/documents.ts';
import { WanError } from '../../src/core/errors.ts';
import { parseJobId } from '../../src/core/job-id.ts';
import type { Job } from '../../src/core/job.ts';
import { readProgress } from '../../src/core/job-progress.ts';
import { createJobStore, type JobStore } from '../../src/store/jobs.ts';
import { makeJob } from '../core/make-job.ts';
import { damaged, hostileText, mutated } from '../helpers/hostile-text.ts';

// A record may have been cut by a full disk, edited by hand, or be no record at all.

const link = 'https://e.example/a.mp4?Expires=1795262400&Signature=x%2Fy%3D';
const output = {
  url: link,
  path: '/tmp/clip.mp4',
  bytes: 1000,
  sha256: 'a'.repeat(64),
  width: 1280,
  height: 720,
  seconds: 5,
  has_audio: true,
};
const samples: Job[] = [
  makeJob(),
  makeJob({
    status: 'succeeded',
    finished_at: '2026-11-20T12:03:00.000Z',
    expires_at: '2026-11-21T12:03:00.000Z',
    outputs: [{ ...output, path: null }],
    usage: { billedSeconds: 5, inputSeconds: null, outputSeconds: 5, raw: { duration: 5 } },
  }),
  makeJob({ status: 'succeeded', outputs: [output] }),
  makeJob({
    status: 'failed',
    request: {
      mode: 'i2v',
      model: 'wan2.6-i2v',
      prompt: 'p',
      media: [{ role: 'first_frame', url: 'https://e.example/a.png' }],
      extras: { strength: 0.5 },
      overrides: [{ path: 'parameters.seed', value: 1 }],
    },
    error: {
      class: 'content_filter',
      code: 'DataInspectionFailed',
      message: 'no',
      hint: null,
      retryable: false,
      request_id: 'r-1',
    },
  }),
];
const { id } = makeJob();
const look = {
  nowMs: Date.UTC(2026, 10, 22),
  isSameAccount: true,
  linkHours: 24,
  serviceMs: undefined,
  base: 'https://service.example/api/v1',
  failuresAreFree: true,
  classOf: () => ({ class: 'error' as const }),
};

let directory: string;
let store: JobStore;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'wan-records-'));
  await mkdir(path.join(directory, 'open'), { recursive: true });
  store = createJobStore(directory, () => {});
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What the store makes of a file among the open jobs. Anything but a job or a WanError is thrown. */
async function read(text: string): Promise<Job | WanError | undefined> {
  // What an earlier one left there would be remembered of this one.
  await rm(path.join(directory, 'set-aside'), { recursive: true, force: true });
  await writeFile(path.join(directory, 'open', `${id}.json`), text);
  return store.find(id).catch((error: unknown) => {
    if (error instanceof WanError) return error;
    throw error;
  });
}

const record = fc.oneof(
  mutated(samples).map((value) => JSON.stringify(value) ?? 'undefined'),
  damaged(samples.map((job) => JSON.stringify(job))),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  hostileText,
);

describe('a record', () => {
  test.each(samples)('comes back as it was written', async (job) => {
    expect(await read(JSON.stringify(job))).toEqual(job);
  });

  test('is a job or a failure in words, whatever the file holds', async () => {
    await fc.assert(
      fc.asyncProperty(record, async (text) => {
        const found = await read(text);
        if (found instanceof WanError) expect(found.exitCode).toBe(1);
        else if (found !== undefined) expect(parseJobId(found.id)).toBe(found.id);
      }),
      { numRuns: 400 },
    );
  });

  test('that is a job can be shown, dated and looked at', async () => {
    await fc.assert(
      fc.asyncProperty(record, async (text) => {
        const found = await read(text);
        if (found === undefined || found instanceof WanError) return;
        expect(JSON.parse(JSON.stringify(jobDocument(found)))).toMatchObject({ status: found.status });
        const { created_at, sent_at, submitted_at, finished_at, expires_at } = found;
        for (const time of [created_at, sent_at, submitted_at, finished_at, expires_at])
          if (time !== null) expect(Number.isNaN(Date.parse(time))).toBe(false);
        // A broken time must not make a paid task look too old.
        const unknown = readProgress(found, { state: 'unknown', links: [] }, look);
        if (unknown.kind === 'update')
          expect(look.nowMs - Date.parse(found.submitted_at ?? '')).toBeGreaterThan(86_400_000);
        const done = readProgress(found, { state: 'succeeded', links: [link] }, look);
        expect(done).toMatchObject({ kind: 'update', job: { status: 'succeeded' } });
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ['an id of another shape', { id: '../../../../tmp/evil' }],
    ['no id', { id: '' }],
    ['a time that is none', { submitted_at: 'yesterday' }],
    ['a beginning that is none', { created_at: '' }],
    ['a foreign provider', { provider: 'elsewhere' }],
    ['a status nobody knows', { status: 'dreaming' }],
    ['an output without a link', { outputs: [{ path: null }] }],
  ])('with %s is damaged, and says where', async (_name, patch) => {
    const [field] = Object.keys(patch);
    const error = await read(JSON.stringify({ ...makeJob(), ...patch }));
    expect(error).toBeInstanceOf(WanError);
    expect(error).toMatchObject({ message: expect.stringContaining(field ?? '') as string });
  });

  test('does not stop the list', async () => {
    await fc.assert(
      fc.asyncProperty(record, async (text) => {
        await rm(path.join(directory, 'set-aside'), { recursive: true, force: true });
        await writeFile(path.join(directory, 'open', `${id}.json`), text);
        for (const job of await store.listOpen()) expect(parseJobId(job.id)).toBe(job.id);
      }),
      { numRuns: 200 },
    );
  });
});
