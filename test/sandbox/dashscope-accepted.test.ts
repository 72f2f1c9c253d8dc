import { describe, expect, test } from 'vitest';
import { imagePath, latencyMs, openHarness, plainSubmit, query, submit, videoPath } from './harness.ts';
import { taskIdOf } from './reading.ts';

const prompt = 'a paper boat';
const url = 'https://example.com/a.png';
const clip = 'https://example.com/a.mp4';

describe('a submit that is accepted', () => {
  test.each<[string, string, object, object]>([
    [
      'kf2v',
      imagePath,
      { first_frame_url: url, last_frame_url: url },
      { model: 'wan2.2-kf2v-flash', parameters: { resolution: '480P' } },
    ],
    [
      'kf2v by template',
      imagePath,
      { first_frame_url: url, template: 'hanfu-1' },
      { model: 'wanx2.1-kf2v-plus' },
    ],
    [
      'animate',
      imagePath,
      { image_url: url, video_url: clip },
      { model: 'wan2.2-animate-mix', parameters: { mode: 'wan-std' } },
    ],
    [
      'speech',
      imagePath,
      { image_url: url, audio_url: 'https://example.com/a.mp3' },
      { model: 'wan2.2-s2v' },
    ],
    [
      'an SDK’s nulls and extras',
      videoPath,
      { img_url: url, prompt: null, extend_prompt: true, function: null, audio_url: null },
      { model: 'wan2.6-i2v-flash', parameters: { size: null, seed: null } },
    ],
    ['function on t2v', videoPath, { prompt, function: 'x' }, {}],
    [
      'undocumented parameters',
      videoPath,
      { prompt },
      { parameters: { resolution: '9999P', camera: { pan: 1 }, audio: false } },
    ],
    ['a prompt of 5000', videoPath, { prompt: 'x'.repeat(5000), negative_prompt: 'y'.repeat(900) }, {}],
    ['the old reference field', videoPath, { prompt, reference_video_urls: [clip] }, { model: 'wan2.6-r2v' }],
    [
      '3.0 with seed -1 and smart length',
      videoPath,
      { prompt },
      { model: 'wan3.0-video-prime', parameters: { seed: -1, duration: -1 } },
    ],
    ['a snapshot', videoPath, { prompt }, { model: 'wan2.7-t2v-2026-06-12' }],
    [
      'template on i2v',
      videoPath,
      { img_url: url, template: 'flying' },
      { model: 'wan2.1-i2v-turbo', parameters: { duration: 3 } },
    ],
    [
      'vace',
      videoPath,
      { prompt, function: 'image_reference', ref_images_url: [url, url] },
      { model: 'wanx2.1-vace-plus', parameters: { obj_or_bg: ['obj', 'bg'] } },
    ],
    [
      'editing',
      videoPath,
      { media: [{ type: 'video', url: clip }] },
      { model: 'wan2.7-videoedit', parameters: { duration: 0 } },
    ],
    [
      '2.7 references with a voice',
      videoPath,
      { prompt, media: [{ type: 'reference_image', url, reference_voice: 'https://example.com/v.mp3' }] },
      { model: 'wan2.7-r2v' },
    ],
  ])('accepts %s, and the task succeeds', async (_name, path, input, change) => {
    const sandbox = await openHarness();
    const answer = await submit(sandbox, { ...plainSubmit, parameters: {}, ...change, input }, { path });
    expect(answer.status, answer.text).toBe(200);
    sandbox.pass(latencyMs);
    expect((await query(sandbox, taskIdOf(answer))).json).toMatchObject({
      output: { task_status: 'SUCCEEDED' },
    });
  });

  test.each<[string, string, object, object, string, RegExp]>([
    [
      'frames and references',
      'wan3.0-video',
      {
        media: [
          { type: 'first_frame', url },
          { type: 'reference_image', url },
        ],
      },
      {},
      'InvalidParameter',
      /The two modes are mutually exclusive/u,
    ],
    [
      'a file and a link',
      'wan3.0-video',
      {
        media: [
          { type: 'file', url },
          { type: 'link', url },
        ],
      },
      {},
      'InvalidParameter',
      /mutually exclusive/u,
    ],
    [
      'two first frames',
      'wan3.0-video',
      {
        media: [
          { type: 'first_frame', url },
          { type: 'first_frame', url },
        ],
      },
      {},
      'InvalidParameter',
      /at most 1/u,
    ],
    [
      'a clip with audio',
      'wan2.7-i2v',
      {
        media: [
          { type: 'first_clip', url: clip },
          { type: 'driving_audio', url },
        ],
      },
      {},
      'InvalidParameter',
      /combination/u,
    ],
    [
      'a last frame alone',
      'wan2.7-i2v',
      { media: [{ type: 'last_frame', url }] },
      {},
      'InvalidParameter',
      /combination/u,
    ],
    [
      'a first frame only for r2v',
      'wan2.7-r2v',
      { prompt, media: [{ type: 'first_frame', url }] },
      {},
      'InvalidParameter',
      /1 to 5 references/u,
    ],
    [
      '15 s from a video',
      'wan2.7-r2v',
      { prompt, media: [{ type: 'reference_video', url: clip }] },
      { duration: 15 },
      'InvalidParameter',
      /at most 10/u,
    ],
    [
      'six references',
      'wan2.6-r2v',
      { prompt, reference_urls: Array.from({ length: 6 }, () => url) },
      {},
      'InvalidParameter',
      /at most 5/u,
    ],
    ['no address', 'wan2.6-i2v', { img_url: 'C:\\a.png' }, {}, 'InvalidURL', /img_url/u],
    ['a file address', 'wan2.6-i2v', { img_url: 'file:///a.png' }, {}, 'InvalidURL', /img_url/u],
    [
      'a base64 video',
      'wan2.7-videoedit',
      { media: [{ type: 'video', url: 'data:video/mp4;base64,AAAA' }] },
      {},
      'InvalidURL',
      /base64/u,
    ],
    [
      'obj_or_bg of another length',
      'wan2.1-vace-plus',
      { prompt, function: 'image_reference', ref_images_url: [url, url] },
      { obj_or_bg: ['obj'] },
      'InvalidParameter',
      /obj_or_bg/u,
    ],
  ])(
    'accepts %s, and the task fails later with HTTP 200',
    async (_name, model, input, parameters, code, message) => {
      const sandbox = await openHarness();
      const answer = await submit(sandbox, { model, input, parameters });
      expect(answer.status, answer.text).toBe(200);
      const id = taskIdOf(answer);
      expect((await query(sandbox, id)).json).toMatchObject({ output: { task_status: 'PENDING' } });
      sandbox.pass(latencyMs);
      const failed = await query(sandbox, id);
      expect([failed.status, failed.json]).toMatchObject([
        200,
        { output: { task_status: 'FAILED', code, message: expect.stringMatching(message) } },
      ]);
      expect(failed.json).not.toHaveProperty('usage');
    },
  );
});
