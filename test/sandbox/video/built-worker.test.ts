import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { createClipMaker } from '../../../src/sandbox/video/clip-maker.ts';
import { renderClip } from '../../../src/sandbox/video/clip.ts';
import { ffprobe } from './ffprobe.ts';
import { tempDirectory } from './temp-directory.ts';

const dist = join(import.meta.dirname, '../../../dist');
const spec = { width: 640, height: 360, seconds: 2, sound: true, title: 'a red fox' };

test('the built worker makes the same clip as the sources, with no package beside it', async () => {
  const directory = await tempDirectory();
  await cp(dist, join(directory, 'dist'), { recursive: true });
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  const clips = createClipMaker(
    join(directory, 'cache'),
    pathToFileURL(join(directory, 'dist', 'clip-worker.js')),
  );
  const path = await clips.clip(spec);
  await clips.close();
  expect((await ffprobe(path)).complaints).toBe('');
  expect((await readFile(path)).equals(await renderClip(spec))).toBe(true);
});

test('a program that has its clip ends by itself, without closing anything', async () => {
  const directory = await tempDirectory();
  const program = `
    import { Worker } from 'node:worker_threads';
    const worker = new Worker(new URL(${JSON.stringify(pathToFileURL(join(dist, 'clip-worker.js')).href)}));
    worker.once('message', (bytes) => { console.log(bytes.length); worker.unref(); });
    worker.postMessage(${JSON.stringify(spec)});
  `;
  await writeFile(join(directory, 'program.mjs'), program);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(directory, 'program.mjs')]);
  expect(Number(stdout)).toBeGreaterThan(10_000);
  expect(stderr).toBe('');
});

test('the encoders are in files that only the worker loads, the LGPL one in a file of its own', async () => {
  const files = (await readdir(dist)).filter((file) => file.endsWith('.js'));
  const texts = await Promise.all(files.map((file) => readFile(join(dist, file), 'utf8')));
  const holding = (mark: string): string[] => files.filter((_, index) => texts[index]?.includes(mark));
  expect(holding('H264MP4Encoder').filter((file) => !/clip|h264/.test(file))).toEqual([]);
  expect(holding('Failed to initialize AAC encoder')).toEqual(['aac-encoder.js']);
});

test('the notices name every work inside the clips and their encoders', async () => {
  const notices = await readFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const works = [
    'Name: mediabunny',
    'Name: @mediabunny/aac-encoder',
    'Name: h264-mp4-encoder',
    'Name: opentype.js',
    'FFmpeg (libavcodec',
    'GNU LESSER GENERAL PUBLIC LICENSE',
    'minih264',
    'libmp4v2',
    'Mozilla Public License Version 1.1',
    'Noto Sans',
    'SIL OPEN FONT LICENSE',
  ];
  expect(works.filter((work) => !notices.includes(work))).toEqual([]);
});
