import { withoutSeed } from '../helpers/drawn-seed.ts';
import { expect, test } from 'vitest';
import { runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';

// What arrives at a service, held against the examples of its documents. `--no-wait`: nothing needs rendering.

const prompt = 'two shots of a lighthouse';

type Row = [line: string, body: object];

const dashscopeRows: Row[] = [
  ['t2v', { model: 'wan2.6-t2v', input: { prompt }, parameters: {} }],
  [
    't2v --audio-url https://example.com/a.mp3 --size 1280*720 -d 10 --shot-type multi',
    {
      model: 'wan2.6-t2v',
      input: { prompt, audio_url: 'https://example.com/a.mp3' },
      parameters: { size: '1280*720', duration: 10, shot_type: 'multi', prompt_extend: true },
    },
  ],
  [
    't2v --resolution 720p --ratio 9:16 --seed 0 --watermark',
    { model: 'wan2.6-t2v', input: { prompt }, parameters: { size: '720*1280', seed: 0, watermark: true } },
  ],
  [
    'i2v --image https://example.com/1.png --resolution 720P -d 5 --no-audio',
    {
      model: 'wan2.6-i2v-flash',
      input: { img_url: 'https://example.com/1.png', prompt },
      parameters: { resolution: '720P', duration: 5, audio: false },
    },
  ],
  [
    'r2v -m wan2.6-r2v --ref https://example.com/a.png --ref https://example.com/b.mp4 --size 1280x720 -d 5',
    {
      model: 'wan2.6-r2v',
      input: { prompt, reference_urls: ['https://example.com/a.png', 'https://example.com/b.mp4'] },
      parameters: { size: '1280*720', duration: 5 },
    },
  ],
  [
    'r2v --ref-video https://example.com/1 --ref-image https://example.com/2 --ref https://example.com/3.mov',
    {
      model: 'wan2.6-r2v-flash',
      input: {
        prompt,
        reference_urls: ['https://example.com/1', 'https://example.com/2', 'https://example.com/3.mov'],
      },
      parameters: {},
    },
  ],
  [
    't2v -m wan2.7-t2v --negative-prompt text --resolution 720P --ratio 9:16 -d 6 --seed 7',
    {
      model: 'wan2.7-t2v',
      input: { prompt, negative_prompt: 'text' },
      parameters: { resolution: '720P', ratio: '9:16', duration: 6, seed: 7 },
    },
  ],
  [
    't2v -m wan2.7-t2v --size 1280x720',
    { model: 'wan2.7-t2v', input: { prompt }, parameters: { resolution: '720P', ratio: '16:9' } },
  ],
  [
    't2v -m wan3.0-video --resolution 480P --ratio 9:16 -d -1',
    {
      model: 'wan3.0-video',
      input: { prompt },
      parameters: { resolution: '480P', ratio: '9:16', duration: -1 },
    },
  ],
];

const acedataRows: Row[] = [
  [
    't2v --size 1280x720 -d 5',
    {
      action: 'text2video',
      model: 'wan2.6-t2v',
      prompt,
      size: '1280*720',
      duration: 5,
      audio: true,
      prompt_extend: true,
      async: true,
    },
  ],
  [
    't2v --resolution 1080P --ratio 1:1 --negative-prompt text --shot-type single --no-prompt-extend' +
      ' --audio-url https://example.com/a.mp3 --callback-url https://example.com/hook',
    {
      action: 'text2video',
      model: 'wan2.6-t2v',
      prompt,
      negative_prompt: 'text',
      size: '1440*1440',
      shot_type: 'single',
      audio: true,
      audio_url: 'https://example.com/a.mp3',
      prompt_extend: false,
      callback_url: 'https://example.com/hook',
      async: true,
    },
  ],
  [
    'i2v -m wan2.6-i2v --image https://example.com/a.png --resolution 720P -d 10',
    {
      action: 'image2video',
      model: 'wan2.6-i2v',
      prompt,
      image_url: 'https://example.com/a.png',
      resolution: '720P',
      duration: 10,
      audio: true,
      prompt_extend: true,
      async: true,
    },
  ],
  [
    'i2v -i https://example.com/a.png --resolution 1080P -d 5 --no-audio',
    {
      action: 'image2video',
      model: 'wan2.6-i2v-flash',
      prompt,
      image_url: 'https://example.com/a.png',
      resolution: '1080P',
      duration: 5,
      audio: false,
      prompt_extend: true,
      async: true,
    },
  ],
  [
    'r2v --ref https://example.com/a.mp4 --size 1280*720 -d 5',
    {
      action: 'image2video',
      model: 'wan2.6-r2v',
      prompt,
      reference_video_urls: ['https://example.com/a.mp4'],
      size: '1280*720',
      duration: 5,
      audio: true,
      prompt_extend: true,
      async: true,
    },
  ],
];

test.each(dashscopeRows)('sends DashScope the documented body: wan %s', async (line, body) => {
  const sandbox = await openSandbox();
  const run = await runWan([...line.split(' '), prompt, '--no-wait'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.requests).toHaveLength(1);
  expect(sandbox.requests[0]).toMatchObject({
    method: 'POST',
    url: '/api/v1/services/aigc/video-generation/video-synthesis',
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-dashscope-async': 'enable',
      authorization: 'Bearer ***',
    },
  });
  const sent = sandbox.requests[0]?.body;
  expect(line.includes('--seed') ? sent : withoutSeed(sent)).toEqual(body);
});

test.each(acedataRows)('sends AceData the documented body: wan %s', async (line, body) => {
  const sandbox = await openSandbox({ provider: 'acedata' });
  const run = await runWan([...line.split(' '), prompt, '--no-wait'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  // Beside it, the sandbox may note a callback that it does not make.
  expect(sandbox.submits()).toHaveLength(1);
  expect(sandbox.submits()[0]).toMatchObject({
    method: 'POST',
    url: '/wan/videos',
    status: 200,
    headers: { 'content-type': 'application/json', authorization: 'Bearer ***' },
  });
  expect(sandbox.submits()[0]?.body).toEqual(body);
});

test('asks DashScope to resolve the address of an upload', async () => {
  const sandbox = await openSandbox();
  const image = 'oss://dashscope-instant/u/2026/k.png';
  const run = await runWan(['i2v', 'p', '--image', image, '--no-wait'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.requests[0]).toMatchObject({
    headers: { 'x-dashscope-ossresourceresolve': 'enable' },
    body: { model: 'wan2.6-i2v-flash', input: { img_url: image } },
  });
});

test('says what will be bought before it is sent', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'submit', status: 400 }] });
  const run = await runWan(['t2v', 'p', '-d', '15', '--shot-type', 'multi'], { env: sandbox.env });
  expect(run.stderr.split('\n')[0]).toMatch(
    /^wan2\.6-t2v: the service’s default size, 15 s, with sound, multi-shot, seed \d+; usually 5–10 min$/u,
  );
});
