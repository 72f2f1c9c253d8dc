import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { mp3File, pngFile, wavFile } from '../media/probe-files.ts';
import { rudeServer, type RudeReply } from '../helpers/rude-server.ts';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { environmentFor, openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal, recordsOf } from './bad-input-checks.ts';

// Files that are not what they seem: one clear line, and nothing reaches the service.

const movie = (name: string) => readFile(new URL(`../fixtures/${name}.mp4`, import.meta.url));

type Row = [
  name: string,
  args: string[],
  make: (file: string) => Promise<unknown>,
  error: RegExp,
  hint: RegExp,
];

const image = (file: string, ...more: string[]) => ['i2v', 'it moves', '--image', file, ...more];
const clip = (file: string) => ['edit', 'make it snow', '--video', file];
const track = (file: string) => ['t2v', 'a song', '--audio-url', file];

const rows: Row[] = [
  [
    'a PNG named .jpg',
    image('a.jpg'),
    (file) => writeFile(file, pngFile(640, 480)),
    /a\.jpg is a PNG file, whatever its name says/u,
    /mv \S+a\.jpg \S+a\.png/u,
  ],
  [
    'a WAV named .mp3',
    track('a.mp3'),
    (file) => writeFile(file, wavFile(5)),
    /a\.mp3 is a WAV file, whatever its name says/u,
    /mv \S+a\.mp3 \S+a\.wav/u,
  ],
  [
    'a text file named .jpg',
    image('a.jpg'),
    (file) => writeFile(file, 'hello, world\n'),
    /a\.jpg is a text file, not an image/u,
    /give an image/u,
  ],
  [
    'a text file named .mp4',
    clip('a.mp4'),
    (file) => writeFile(file, 'hello, world\n'),
    /a\.mp4 is a text file, not a video/u,
    /give a video/u,
  ],
  [
    'a transparent PNG',
    image('a.png'),
    (file) => writeFile(file, pngFile(640, 480, 6)),
    /a\.png has an alpha channel/u,
    /flatten it/u,
  ],
  [
    'a sound named .mp4',
    clip('a.mp4'),
    (file) => writeFile(file, wavFile(4)),
    /a\.mp4 is a WAV sound file, not a video/u,
    /give a video/u,
  ],
  [
    'a clip named .mp3',
    track('a.mp3'),
    async (file) => writeFile(file, await movie('moov-first')),
    /a\.mp3 is an MP4 video, not a sound file/u,
    /give a sound file/u,
  ],
  [
    'an MP4 that was cut off',
    clip('a.mp4'),
    async (file) => writeFile(file, (await movie('moov-last')).subarray(0, 4000)),
    /a\.mp4 cannot be read as a video: /u,
    /download it again/u,
  ],
  [
    'an MP4 that was cut off behind its index',
    clip('a.mp4'),
    async (file) => writeFile(file, (await movie('moov-first')).subarray(0, -500)),
    /a\.mp4 cannot be read as a video: it is cut off/u,
    /download it again/u,
  ],
  [
    'a film without ftyp that holds no film',
    clip('a.mov'),
    (file) => writeFile(file, '\0\0\0\x08wide\0\0\0\x10mdat12345678'),
    /a\.mov cannot be read as a video: it has no moov box/u,
    /download it again/u,
  ],
  [
    'a PNG that was cut off',
    image('a.png'),
    (file) => writeFile(file, pngFile(640, 480).subarray(0, -30)),
    /a\.png cannot be read as an image: it is cut off/u,
    /download it again/u,
  ],
  [
    'a JPEG of three bytes',
    image('a.jpg'),
    (file) => writeFile(file, Buffer.from([0xff, 0xd8, 0xff])),
    /a\.jpg cannot be read as an image: it is cut off/u,
    /download it again/u,
  ],
  [
    'a WAV that was cut off',
    track('a.wav'),
    (file) => writeFile(file, wavFile(8).subarray(0, 70_000)),
    /a\.wav cannot be read as a sound file: it is cut off/u,
    /download it again/u,
  ],
  [
    'an image of one pixel',
    image('a.png'),
    (file) => writeFile(file, pngFile(1, 1)),
    /a\.png is 1x1 px: .*240–8000 px/u,
    /at least 240 px/u,
  ],
  [
    'an image of 20,000 pixels',
    image('a.png'),
    (file) => writeFile(file, pngFile(20_000, 300)),
    /a\.png is 20000x300 px: .*240–8000 px/u,
    /at most 8000 px/u,
  ],
  [
    'an empty file',
    image('a.png'),
    (file) => writeFile(file, ''),
    /a\.png is empty/u,
    /file that holds something/u,
  ],
  [
    'a pipe',
    image('a.png'),
    (file) => execa('mkfifo', [file]),
    /a\.png is a pipe, not a file/u,
    /save what/u,
  ],
  ['a directory', image('a.png'), (file) => mkdir(file), /a\.png is a directory/u, /path of a file/u],
  [
    'a file that is not there',
    image('a.png'),
    async () => {},
    /there is no file \S*a\.png/u,
    /check the path/u,
  ],
  [
    'a sound that is too short',
    track('a.mp3'),
    (file) => writeFile(file, mp3File(20)),
    /a\.mp3 is 0\.5\d? s long, and must be at least 3 s/u,
    /3–30 s/u,
  ],
];

describe('a file that lies', () => {
  test.each(rows)('%s', async (_name, args, make, error, hint) => {
    const place = await makePlace();
    await make(path.join(place.cwd, args.at(-1) ?? ''));
    const sandbox = await openSandbox();
    const run = await runWan(args, { env: sandbox.env, place });

    expectRefusal(run, 2, error, hint);
    expect(sandbox.requests).toEqual([]);
    expect(await recordsOf(place, 'open')).toEqual([]);
  });

  test('without an ending is sent as what it is', async () => {
    const place = await makePlace();
    await writeFile(path.join(place.cwd, 'photo'), pngFile(640, 480));
    const sandbox = await openSandbox();
    const run = await runWan([...image('photo', '--resolution', '720P', '-d', '2')], {
      env: sandbox.env,
      place,
    });

    expect(run.exitCode, run.stderr).toBe(0);
    expect(JSON.stringify(sandbox.submits()[0]?.body)).toMatch(/oss:\/\/[^"]+photo\.png"/u);
  });
});

test('a WAV from a pipe is as long as its bytes, and that is said', async () => {
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'a.wav'), wavFile(8).fill(0xff, 4, 8).fill(0xff, 40, 44));
  const sandbox = await openSandbox();
  const run = await runWan(track('a.wav'), { env: sandbox.env, place });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toMatch(/^note: \S*a\.wav does not say how long its sound is/mu);
  expect(run.stderr).toContain('the sound is 8 s long, the clip 5 s');
  expect(sandbox.submits()).toHaveLength(1);
});

describe('a file that changes between the look and the upload', () => {
  const changes: [name: string, change: (file: string, place: Place) => Promise<unknown>][] = [
    ['is removed', (file) => rm(file)],
    ['grows', (file) => writeFile(file, Buffer.concat([pngFile(640, 480), Buffer.alloc(10)]))],
    [
      'is replaced by one of the same length',
      async (file) => {
        const bytes = pngFile(640, 480);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        await rm(file);
        await writeFile(file, bytes);
      },
    ],
  ];

  test.each(changes)('%s: nothing is submitted', async (_name, change) => {
    const place = await makePlace();
    const file = path.join(place.cwd, 'a.png');
    await writeFile(file, pngFile(640, 480));
    let origin = '';
    let changed: Promise<unknown> | undefined;
    const server = await rudeServer(({ url }): RudeReply => {
      if (!url.startsWith('/api/v1/uploads')) return { status: 500, body: 'unexpected' };
      // The program waits for this answer, and only then opens the file again.
      changed ??= change(file, place);
      return { body: policyFor(origin) };
    });
    origin = server.origin;
    const run = await runWan(image('a.png'), { env: environmentFor(origin), place });
    await changed;

    expectRefusal(run, 2, /a\.png has changed since it was looked at/u, /nothing was submitted/u);
    expect(server.requests.filter(({ url }) => url.includes('video-synthesis'))).toEqual([]);
    expect(await recordsOf(place, 'open')).toEqual([]);
    expect(await recordsOf(place, 'done')).toHaveLength(1);
  });
});

function policyFor(origin: string): object {
  return {
    request_id: 'r',
    data: {
      policy: 'cG9saWN5',
      signature: 's',
      upload_dir: 'dashscope-instant/a/2026-11-21/b',
      upload_host: `${origin}/store`,
      expire_in_seconds: 300,
      max_file_size_mb: 100,
      oss_access_key_id: 'k',
      x_oss_object_acl: 'private',
      x_oss_forbid_overwrite: 'true',
    },
  };
}
