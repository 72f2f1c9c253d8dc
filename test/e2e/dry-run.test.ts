import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { pngFile, wavFile } from '../media/probe-files.ts';
import { withoutSeed } from '../helpers/drawn-seed.ts';
import { makeLocalFiles } from '../helpers/local-files.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { expectRefusal } from './bad-input-checks.ts';

test('--dry-run prints the request and what is billed, and sends nothing', async () => {
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'a.png'), pngFile(640, 480));
  const sandbox = await openSandbox();
  const args = ['i2v', 'she smiles', '-i', 'a.png', '--resolution', '720P', '--dry-run'];
  const run = await runWan(args, { env: sandbox.env, place });

  expect(run.exitCode, run.stderr).toBe(0);
  const [head, body] = run.stdout.split('\n\n');
  expect(head?.split('\n')).toEqual([
    `POST ${sandbox.origin}/api/v1/services/aigc/video-generation/video-synthesis`,
    'Authorization: Bearer ***',
    'Content-Type: application/json',
    'X-DashScope-Async: enable',
    'X-DashScope-OssResourceResolve: enable',
  ]);
  const file = path.join(place.cwd, 'a.png');
  expect(withoutSeed(JSON.parse(body ?? ''))).toEqual({
    model: 'wan2.6-i2v-flash',
    input: { prompt: 'she smiles', img_url: `oss://<upload:${file}>` },
    parameters: { resolution: '720P' },
  });
  expect(run.stderr).toContain('5 s billed');
  expect(run.stderr).toContain(`would upload ${file}`);
  expect(`${run.stdout}${run.stderr}`).not.toContain(sandboxKey);
  expect(sandbox.requests).toEqual([]);
  expect(run.files).toEqual(['a.png']);
  const state = await readdir(place.stateDirectory).catch(() => []);
  expect(state.filter((name) => ['open', 'done', 'uploads', 'by-task'].includes(name))).toEqual([]);
});

describe('what would be billed', () => {
  test.each<[string, string[], number | null, string]>([
    ['t2v', ['t2v', 'p', '-d', '7'], 7, '7 s billed'],
    [
      'r2v counts each clip up to 5 s',
      ['r2v', 'character1 p', '--ref', 'clip.mp4', '-d', '5'],
      10,
      'at most 10 s',
    ],
    [
      'videoedit counts the clip twice',
      ['edit', 'p', '--video', 'clip.mp4'],
      4,
      '4 s billed: 2 s + 2 s of input',
    ],
    [
      'a continued clip is part of the whole',
      ['extend', 'p', '--video', 'clip.mp4', '-d', '12'],
      12,
      '12 s billed',
    ],
    [
      'wan3.0 counts its input clips',
      ['edit', 'p', '--video', 'clip.mp4', '-m', 'wan3.0-video', '-d', '8'],
      10,
      '10 s billed: 8 s + 2 s of input',
    ],
    [
      'a length that the model chooses',
      ['t2v', 'p', '-m', 'wan3.0-video', '-d', '-1'],
      30,
      'at most 30 s billed',
    ],
    [
      'a clip elsewhere is of unknown length',
      ['edit', 'p', '--video', 'https://example.com/a.mp4'],
      null,
      'how long that is, is not known here',
    ],
  ])('%s', async (_name, args, seconds, text) => {
    const place = await makePlace();
    await makeLocalFiles(place);
    const run = await runWan([...args, '--dry-run', '--json'], { place });
    expect(run.exitCode, run.stderr).toBe(0);
    const {
      schema,
      ok,
      dry_run: told,
    } = JSON.parse(run.stdout) as {
      schema: string;
      ok: boolean;
      dry_run: { billed_seconds: number | null; billed: string };
    };
    expect({ schema, ok }).toEqual({ schema: 'wan.dry-run/1', ok: true });
    expect(told.billed_seconds).toBe(seconds);
    expect(told.billed).toContain(text);
  });

  test('wan extend says what is new of it', async () => {
    const place = await makePlace();
    await makeLocalFiles(place);
    const run = await runWan(['extend', 'p', '--video', 'clip.mp4', '-d', '12', '--dry-run'], { place });
    expect(run.stderr).toContain('12 s in all: 2 s yours + 10 s new; 12 s billed');
    // The service's own 5 s would count the clip in.
    const plain = await runWan(['extend', 'p', '--video', 'clip.mp4', '--dry-run'], { place });
    expect(plain.stderr).toContain('7 s in all: 2 s yours + 5 s new; 7 s billed');
    expect(plain.stdout).toContain('"duration": 7');
  });
});

test('a dry run fails as the real one would', async () => {
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'a.png'), pngFile(100, 100));
  const small = await runWan(['i2v', '-i', 'a.png', '--dry-run'], { place });
  expectRefusal(small, 2, /a\.png is 100x100 px/u, /at least 240 px/u);
  const wrong = await runWan(['t2v', 'p', '-d', '99', '--dry-run'], { place });
  expectRefusal(wrong, 2, /makes 2–15 s/u, /--duration 15/u);
});

test('a sound of another length is said before anything is spent', async () => {
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'a.wav'), wavFile(8));
  const long = await runWan(['t2v', 'p', '--audio-url', 'a.wav', '-d', '5', '--dry-run'], { place });
  expect(long.stderr).toContain('its last 3 s are cut off');
  const short = await runWan(['t2v', 'p', '--audio-url', 'a.wav', '-d', '10', '--dry-run'], { place });
  expect(short.stderr).toContain('the last 2 s are silent');
});

test('--param sets any field, wins over a flag, and says so', async () => {
  const params = ['--param', 'style=3d', '--param', 'input.extra={"a":[1]}', '--param', 'duration=9'];
  const run = await runWan(['t2v', 'p', '-d', '5', ...params, '--dry-run', '--json']);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(withoutSeed((JSON.parse(run.stdout) as { dry_run: { body: unknown } }).dry_run.body)).toEqual({
    model: 'wan2.6-t2v',
    input: { prompt: 'p', extra: { a: [1] } },
    parameters: { style: '3d', duration: 9 },
  });
  expect(run.stderr).toContain('--param duration takes the place of 5');
  const bad = await runWan(['t2v', 'p', '--param', 'a.__proto__.b=1', '--dry-run']);
  expectRefusal(bad, 2, /__proto__ is no field/u, /leave it out/u);
});
