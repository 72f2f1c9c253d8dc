import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPartRecord, recordPath, savePartRecord, type PartRecord } from '../../src/store/part-record.ts';
import { controls, damaged, hostileText, mutated } from '../helpers/hostile-text.ts';

let directory: string;
let partPath: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'wan-parts-'));
  partPath = path.join(directory, 'clip.mp4.part');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const remote = {
  etag: '"one"',
  lastModified: 'Fri, 20 Nov 2026 12:00:00 GMT',
  contentType: 'video/mp4',
  totalBytes: 200_000,
  md5: 'AAAAAAAAAAAAAAAAAAAAAA==',
  crc64: '123',
};
const samples = [
  { schema: 1, owner: 'task-1', remote, ranges: [[0, 1000]] },
  {
    schema: 1,
    owner: 'task-1',
    remote,
    ranges: [
      [0, 1000],
      [4000, 5000],
    ],
  },
  { schema: 1, owner: 'task-1', ranges: [] },
  { schema: 1, owner: 'task-1', remote, ranges: [[1000, 5]] },
  { schema: 1, owner: 'task-1', remote, ranges: [[-5, 5]] },
];

const content = fc.oneof(
  mutated(samples).map((value) => JSON.stringify(value) ?? ''),
  damaged(samples.map((sample) => JSON.stringify(sample))),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  hostileText,
);

test('whatever stands beside a part, it is a record with stretches that can be, or it is none', async () => {
  await fc.assert(
    fc.asyncProperty(content, async (text) => {
      await writeFile(recordPath(partPath), text);
      const record = await readPartRecord(partPath);
      if (typeof record === 'string') {
        expect(record).toBe('unreadable');
        return;
      }
      expect(record.owner).not.toMatch(controls);
      for (const [first, end] of record.ranges) {
        expect(Number.isSafeInteger(first) && Number.isSafeInteger(end)).toBe(true);
        expect(first >= 0 && end >= first).toBe(true);
      }
      const { totalBytes, md5, crc64, ...texts } = record.remote ?? {};
      // What goes into headers of the next request.
      for (const value of Object.values(texts)) expect(String(value)).not.toMatch(controls);
      expect(totalBytes === undefined || (Number.isSafeInteger(totalBytes) && totalBytes >= 0)).toBe(true);
      expect(`${md5 ?? ''}|${crc64 ?? ''}`).toMatch(/^(?:[\w+/]{22}==)?\|\d{0,20}$/u);
    }),
    { numRuns: 500 },
  );
});

test('what was saved is read back, and leaves no other file', async () => {
  const text = fc.option(
    fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
    }),
    { nil: undefined },
  );
  const record: fc.Arbitrary<PartRecord> = fc.record({
    owner: fc.uuid(),
    remote: fc.option(
      fc.record({
        etag: text,
        lastModified: text,
        contentType: text,
        totalBytes: fc.option(fc.maxSafeNat(), { nil: undefined }),
        md5: fc.option(fc.constantFrom('AAAAAAAAAAAAAAAAAAAAAA==', 'q83vEjRWeJCrze8SNFZ4kA=='), {
          nil: undefined,
        }),
        crc64: fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String), { nil: undefined }),
      }),
      { nil: undefined },
    ),
    ranges: fc
      .uniqueArray(fc.maxSafeNat(), { maxLength: 12 })
      .map((edges) =>
        edges
          .toSorted((a, b) => a - b)
          .flatMap((edge, index, all): [number, number][] =>
            index % 2 === 1 ? [[all[index - 1] ?? 0, edge]] : [],
          ),
      ),
  });
  await fc.assert(
    fc.asyncProperty(record, async (saved) => {
      // CI runners' own words are taken apart in every text that is read.
      fc.pre(!JSON.stringify(saved).includes('##'));
      await savePartRecord(partPath, saved);
      expect(await readPartRecord(partPath)).toEqual(saved);
      expect(await readdir(directory)).toEqual(['clip.mp4.part.json']);
    }),
    { numRuns: 100 },
  );
});
