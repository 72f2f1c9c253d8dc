import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rudeServer } from '../helpers/rude-server.ts';
import { runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { png } from '../sandbox/pictures.ts';
import { ffprobe } from '../sandbox/video/ffprobe.ts';
import { readDocument, readRecords } from './records.ts';

const fixture = new URL('../fixtures/moov-first.mp4', import.meta.url);

type Row = {
  name: string;
  provider: 'dashscope' | 'acedata';
  args: string[];
  /** Pixels, seconds, sound. */
  shows: { width: number; height: number; seconds: number; sound: boolean };
};

/** `IMAGE` and `CLIP` stand for addresses that the test serves: a picture of 750x1000, and a short clip. */
const rows: Row[] = [
  {
    name: 'dashscope t2v',
    provider: 'dashscope',
    args: ['t2v', 'a paper boat', '--size', '1280x720', '-d', '2'],
    shows: { width: 1280, height: 720, seconds: 2, sound: true },
  },
  {
    name: 'dashscope i2v, in the shape of the picture',
    provider: 'dashscope',
    args: ['i2v', 'it moves', '--image', 'IMAGE', '--resolution', '720P', '-d', '2', '--no-audio'],
    shows: { width: 816, height: 1104, seconds: 2, sound: false },
  },
  {
    name: 'dashscope r2v',
    provider: 'dashscope',
    args: ['r2v', 'character1 waves', '--ref-image', 'IMAGE', '--size', '960x960', '-d', '2'],
    shows: { width: 960, height: 960, seconds: 2, sound: true },
  },
  {
    name: 'acedata t2v',
    provider: 'acedata',
    args: ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5', '--no-audio'],
    shows: { width: 1280, height: 720, seconds: 5, sound: false },
  },
  {
    name: 'acedata i2v',
    provider: 'acedata',
    args: ['i2v', 'it moves', '--image', 'IMAGE', '--resolution', '720P', '-d', '5'],
    shows: { width: 816, height: 1104, seconds: 5, sound: true },
  },
  {
    name: 'acedata r2v',
    provider: 'acedata',
    args: ['r2v', 'character1 waves', '--ref', 'CLIP', '--size', '1280x720', '-d', '5'],
    shows: { width: 1280, height: 720, seconds: 5, sound: true },
  },
];

test.each(rows)('$name: saves the video that was asked for', async ({ provider, args, shows }) => {
  const clip = await readFile(fixture);
  const files = await rudeServer(({ url }) =>
    url.endsWith('.png')
      ? { headers: { 'content-type': 'image/png' }, body: png(750, 1000) }
      : { headers: { 'content-type': 'video/mp4' }, body: clip },
  );
  const addresses: Record<string, string> = {
    IMAGE: `${files.origin}/a.png`,
    CLIP: `${files.origin}/b.mp4`,
  };
  const sandbox = await openSandbox({ provider });
  const run = await runWan(
    args.map((arg) => addresses[arg] ?? arg),
    { env: sandbox.env },
  );

  expect(run.exitCode, run.stderr).toBe(0);
  // The video, and nothing beside it: no `.part`, no record of one.
  expect(run.files).toHaveLength(1);
  const file = path.join(run.place.cwd, run.files[0] ?? '');
  expect(run.stdout).toBe(`${file}\n`);
  expect(run.stderr).not.toContain('note:');
  expect(sandbox.submits()).toHaveLength(1);
  expect(sandbox.downloads().every(({ headers }) => headers['authorization'] === undefined)).toBe(true);

  const probe = await ffprobe(file);
  expect(probe.complaints).toBe('');
  const [video, ...others] = probe.streams;
  expect(video).toMatchObject({ codec_name: 'h264', width: shows.width, height: shows.height });
  expect(Math.abs((video?.duration ?? 0) - shows.seconds)).toBeLessThan(0.05);
  expect(others.map(({ codec_name }) => codec_name)).toEqual(shows.sound ? ['aac'] : []);

  const { open, done } = await readRecords(run.place);
  expect(open).toEqual([]);
  expect(done).toMatchObject([
    { status: 'succeeded', task_id: sandbox.submits()[0]?.task_id, outputs: [{ path: file }] },
  ]);
});

test('tells the whole story of a finished job as a document', async () => {
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', 'a paper boat', '--size', '1280x720', '-d', '2', '--json'], {
    env: sandbox.env,
  });
  const document = readDocument(run.stdout);
  expect(document).toMatchObject({
    ok: true,
    error: null,
    job: {
      provider: 'dashscope',
      region: null,
      task_id: sandbox.submits()[0]?.task_id,
      mode: 't2v',
      model: 'wan2.6-t2v',
      status: 'succeeded',
      request: { prompt: 'a paper boat', size: '1280*720', duration: 2 },
      outputs: [
        {
          path: path.join(run.place.cwd, run.files[0] ?? ''),
          width: 1280,
          height: 720,
          seconds: 2,
          has_audio: true,
        },
      ],
      usage: { billed_seconds: 2, input_seconds: 0, output_seconds: 2 },
      error: null,
    },
  });
  const { job } = document;
  const url = new URL(job?.outputs[0]?.url ?? '');
  expect(new URL(job?.outputs[0]?.url ?? '').origin).toBe(sandbox.origin);
  expect(Date.parse(job?.expires_at ?? '')).toBe(Number(url.searchParams.get('Expires')) * 1000);
});

test.each([
  ['--sandbox', [], 'dashscope'],
  ['--sandbox', ['--provider', 'acedata'], 'acedata'],
  ['--provider', ['sandbox'], 'dashscope'],
])('makes a first video with %s %j and no key', async (flag, more, provider) => {
  const run = await runWan(['t2v', 'hello', flag, ...more, '--size', '1280x720', '-d', '5', '--json']);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(readDocument(run.stdout)).toMatchObject({
    ok: true,
    job: { provider, region: 'sandbox', status: 'succeeded', outputs: [{ seconds: 5, has_audio: true }] },
  });
  expect(run.files).toHaveLength(1);
});

test('never reads a real key for the sandbox', async () => {
  const run = await runWan(['t2v', 'hello', '--sandbox', '--no-wait', '-v'], {
    env: { DASHSCOPE_API_KEY: 'not a key at all', DASHSCOPE_HTTP_BASE_URL: 'http://10.0.0.1:9/' },
  });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toMatch(/> POST http:\/\/127\.0\.0\.1:/u);
});
