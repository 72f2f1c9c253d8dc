import { describe, expect, test } from 'vitest';
import { at } from '../../src/core/untrusted.ts';
import { imagePath, latencyMs, openHarness, query, submit, videoPath } from './harness.ts';
import { taskIdOf, textAt } from './reading.ts';

const url = 'https://example.com/a.png';
const clip = 'https://example.com/a.mp4';

describe('usage is written as each family writes it', () => {
  const counted = { video_count: 1 };
  const full = (seconds: number, input = 0) => ({
    ...counted,
    duration: seconds + input,
    input_video_duration: input,
    output_video_duration: seconds,
  });
  test.each<[string, object, object, object, string?]>([
    ['wan2.6-t2v', { prompt: 'p' }, {}, { ...full(5), SR: 1080, size: '1920*1080' }],
    [
      'wan2.6-r2v',
      { prompt: 'p', reference_urls: [clip] },
      { size: '720*1280', duration: 8 },
      { ...full(8, 5), SR: 720, size: '720*1280' },
    ],
    ['wan2.6-i2v', { img_url: url }, { resolution: '720P' }, { ...full(5), SR: 720 }],
    ['wan2.6-i2v-flash', { img_url: url }, { audio: false }, { ...full(5), SR: 1080, audio: false }],
    ['wan2.7-t2v', { prompt: 'p' }, { ratio: '4:3' }, { ...full(5), SR: 1080, ratio: '4:3' }],
    [
      'wan2.7-i2v',
      { media: [{ type: 'first_clip', url: clip }] },
      { duration: 12 },
      { ...full(12), SR: 1080 },
    ],
    ['wan2.7-videoedit', { media: [{ type: 'video', url: clip }] }, {}, { ...full(5, 5), SR: 1080 }],
    [
      'wan3.0-video',
      { prompt: 'p' },
      { resolution: '480P', duration: -1 },
      { ...full(5), SR: 480, ratio: '16:9', fps: 30 },
    ],
    [
      'wan2.5-t2v-preview',
      { prompt: 'p' },
      { size: '624*624' },
      { ...counted, video_duration: 5, video_ratio: '624*624' },
    ],
    ['wan2.2-i2v-plus', { img_url: url }, { resolution: '480P' }, { ...counted, duration: 5, SR: 480 }],
    [
      'wan2.2-kf2v-flash',
      { first_frame_url: url, last_frame_url: url },
      {},
      { ...counted, video_duration: 5, SR: 720 },
      imagePath,
    ],
    [
      'wanx2.1-i2v-turbo',
      { img_url: url },
      { duration: 3 },
      { ...counted, video_duration: 3, video_ratio: 'standard' },
    ],
    [
      'wan2.1-vace-plus',
      { prompt: 'p', function: 'image_reference', ref_images_url: [url] },
      { size: '1280*720' },
      { ...counted, video_duration: 5, video_ratio: 'standard' },
    ],
    ['wan2.1-t2v-plus', { prompt: 'p' }, {}, { ...counted, video_duration: 5, video_ratio: '1280*720' }],
    [
      'wan2.2-animate-mix',
      { image_url: url, video_url: clip },
      { mode: 'wan-pro' },
      { video_duration: 5.04, video_ratio: 'standard' },
      imagePath,
    ],
  ])('%s', async (model, input, parameters, usage, path = videoPath) => {
    const sandbox = await openHarness();
    const id = taskIdOf(await submit(sandbox, { model, input, parameters }, { path }));
    sandbox.pass(latencyMs);
    const answer = await query(sandbox, id);
    expect(at(answer.json, 'usage')).toEqual(usage);
    const place = model.includes('animate') ? ['output', 'results', 'video_url'] : ['output', 'video_url'];
    expect(textAt(answer, ...place)).toMatch(/\.mp4\?Expires=/u);
  });

  test('only older families report a rewritten prompt, and not when told to leave it', async () => {
    const sandbox = await openHarness();
    const actual = async (model: string, prompt_extend: boolean) => {
      const id = taskIdOf(
        await submit(sandbox, { model, input: { prompt: 'p' }, parameters: { prompt_extend } }),
      );
      sandbox.pass(latencyMs);
      return at((await query(sandbox, id)).json, 'output', 'actual_prompt');
    };
    expect(await actual('wan2.5-t2v-preview', true)).toMatch(/^p, /u);
    expect(await actual('wan2.5-t2v-preview', false)).toBeUndefined();
    expect(await actual('wan2.6-t2v', true)).toBeUndefined();
  });
});
