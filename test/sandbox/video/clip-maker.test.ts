import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect, onTestFinished, test } from 'vitest';

import { type ClipMaker, type ClipSpec, createClipMaker } from '../../../src/sandbox/video/clip-maker.ts';
import { ffprobe } from './ffprobe.ts';
import { tempDirectory } from './temp-directory.ts';

const spec: ClipSpec = { width: 320, height: 240, seconds: 1, sound: true, title: 'a red fox' };

/** Answers with the number of the spec it was given: 1 for the first, and so on. */
const COUNTING = `
  import { parentPort } from 'node:worker_threads';
  let count = 0;
  parentPort.on('message', () => parentPort.postMessage(Uint8Array.of((count += 1))));
`;

/** A maker with a worker of the given source, or with the real one. */
async function maker(source?: string): Promise<{ directory: string; cache: string; clips: ClipMaker }> {
  const directory = await tempDirectory();
  const cache = join(directory, 'cache', 'clips');
  const worker = join(directory, 'worker.mjs');
  if (source !== undefined) await writeFile(worker, source);
  const clips = createClipMaker(cache, pathToFileURL(worker));
  onTestFinished(() => clips.close());
  return { directory, cache, clips };
}

test('callers that come together share one run and one file', async () => {
  const { cache, clips } = await maker(COUNTING);
  const paths = await Promise.all([1, 2, 3, 4, 5].map(() => clips.clip({ ...spec })));
  expect(new Set(paths).size).toBe(1);
  expect([...(await readFile(paths[0] ?? ''))]).toEqual([1]);
  expect(await readdir(cache)).toHaveLength(1);
});

test('serves clips that differ from one worker, one after the other', async () => {
  const { clips } = await maker(COUNTING);
  const titles = ['a', 'b', 'c'];
  const paths = await Promise.all(titles.map((title) => clips.clip({ ...spec, title })));
  const contents = await Promise.all(paths.map(async (path) => [...(await readFile(path))]));
  // Which of the three comes first is nobody's promise.
  expect(contents.flat().toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

test('finds a clip of an earlier maker again without rendering', async () => {
  const { cache, clips, directory } = await maker(COUNTING);
  const path = await clips.clip(spec);
  const broken = join(directory, 'broken.mjs');
  await writeFile(broken, 'throw new Error("not to be started")');
  const second = createClipMaker(cache, pathToFileURL(broken));
  await expect(second.clip(spec)).resolves.toBe(path);
});

test.skipIf(process.platform === 'win32')('keeps file and directory to their owner', async () => {
  const { cache, clips } = await maker(COUNTING);
  const path = await clips.clip(spec);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await stat(cache)).mode & 0o777).toBe(0o700);
});

test('is not disturbed by what a killed run left', async () => {
  const { cache, clips } = await maker(COUNTING);
  const path = await clips.clip(spec);
  const other = await maker(COUNTING);
  await mkdir(other.cache, { recursive: true });
  const left = path.replace(cache, other.cache);
  await writeFile(`${left}.part`, 'half');
  await writeFile(`${left}.0b4d3f1e.part`, 'half');
  expect([...(await readFile(await other.clips.clip(spec)))]).toEqual([1]);
});

test('reports a failing worker, leaves nothing, and starts anew for the next clip', async () => {
  const { cache, clips } = await maker(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', async ({ title }) => {
      if (title === 'bad') throw new Error('no such colour');
      parentPort.postMessage(Uint8Array.of(7));
    });
  `);
  await expect(clips.clip({ ...spec, title: 'bad' })).rejects.toThrow('no such colour');
  expect([...(await readFile(await clips.clip({ ...spec, title: 'good' })))]).toEqual([7]);
  expect(await readdir(cache)).toHaveLength(1);
});

test('reports a worker that ends without an answer', async () => {
  const { clips } = await maker(
    `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));`,
  );
  await expect(clips.clip(spec)).rejects.toThrow('ended with 3');
});

test('close stops a render under way and the waiting ones, and leaves nothing', async () => {
  const { directory, clips } = await maker(
    `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {});`,
  );
  const both = Promise.allSettled([clips.clip(spec), clips.clip({ ...spec, title: 'another' })]);
  await clips.close();
  for (const one of await both)
    expect(one).toMatchObject({ reason: { message: 'the clip maker was closed' } });
  await expect(clips.clip(spec)).rejects.toThrow('the clip maker was closed');
  expect(await readdir(directory)).toEqual(['worker.mjs']);
});

test('renders in place where there is no built worker', async () => {
  const { clips } = await maker();
  expect((await ffprobe(await clips.clip(spec))).complaints).toBe('');
});
