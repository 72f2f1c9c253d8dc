import { describe, expect, test } from 'vitest';
import { asObject } from '../../src/core/untrusted.ts';
import { film, mp3, wav } from './films.ts';
import { openHarness } from './harness.ts';
import { serveFiles } from './local-server.ts';
import { outcomeOf } from './outcomes.ts';

const prompt = 'p';
const image = 'https://example.com/a.png';
const away = 'https://example.com/a.mp4';

type Request = { model: string; input: object; parameters?: object };
type Ask = (urls: { three: string; eight: string; sound: string }) => Request;

const items = (...list: [type: string, url: string][]) => list.map(([type, url]) => ({ type, url }));
const asks = {
  edit:
    (duration?: number): Ask =>
    ({ eight }) => ({
      model: 'wan2.7-videoedit',
      input: { media: items(['video', eight]) },
      parameters: duration === undefined ? {} : { duration },
    }),
  extend:
    (duration: number): Ask =>
    ({ eight }) => ({
      model: 'wan2.7-i2v',
      input: { media: items(['first_clip', eight]) },
      parameters: { duration },
    }),
  wan3:
    (duration: number, ...which: ('three' | 'eight')[]): Ask =>
    (urls) => ({
      model: 'wan3.0-video',
      input: { prompt, media: which.map((name) => ({ type: 'reference_video', url: urls[name] })) },
      parameters: { duration },
    }),
  vace:
    (name: string, field: string, which: 'three' | 'eight', parameters = {}): Ask =>
    (urls) => ({
      model: 'wan2.1-vace-plus',
      input: { prompt, function: name, [field]: urls[which], mask_image_url: image },
      parameters,
    }),
};

async function files() {
  const shape = { rate: 20, width: 320, height: 240 };
  return serveFiles({
    three: await film({ ...shape, seconds: 3.2 }),
    eight: await film({ ...shape, seconds: 8 }),
    sound: wav(7.3),
  });
}

const full = (output: number, input: number, more = {}) => ({
  video_count: 1,
  duration: output + input,
  input_video_duration: input,
  output_video_duration: output,
  ...more,
});

describe('a video is as long as its input makes it, and usage counts what is billed', () => {
  test.each<[string, Ask, object, number]>([
    ['an edit keeps its clip’s length', asks.edit(), full(8, 8, { SR: 1080 }), 8],
    ['an edit with duration 0 too', asks.edit(0), full(8, 8, { SR: 1080 }), 8],
    ['a duration cuts the clip', asks.edit(4), full(4, 8, { SR: 1080 }), 4],
    ['but makes it no longer', asks.edit(10), full(8, 8, { SR: 1080 }), 8],
    ['a continuation’s duration is the whole', asks.extend(12), full(12, 0, { SR: 1080 }), 12],
    [
      'references of 2.6 count up to 5 s each',
      ({ three, eight }) => ({
        model: 'wan2.6-r2v',
        input: { prompt, reference_urls: [three, eight, image] },
        parameters: { size: '1280*720', duration: 4 },
      }),
      full(4, 8, { SR: 720, size: '1280*720' }),
      4,
    ],
    [
      'references of 2.7 too, and pictures and unknown clips as well',
      ({ three, eight }) => ({
        model: 'wan2.7-r2v',
        input: {
          prompt,
          media: items(
            ['reference_video', three],
            ['reference_video', eight],
            ['reference_video', away],
            ['reference_image', image],
          ),
        },
        parameters: { resolution: '720P', ratio: '9:16' },
      }),
      full(5, 13, { SR: 720, ratio: '9:16' }),
      5,
    ],
    [
      'wan3.0 counts all of its input',
      asks.wan3(6, 'three', 'eight'),
      full(6, 11, { SR: 1080, ratio: '4:3', fps: 30 }),
      6,
    ],
    ['wan3.0 chooses a length', asks.wan3(-1, 'three'), full(5, 3, { SR: 1080, ratio: '4:3', fps: 30 }), 5],
    [
      'vace keeps a short clip’s length',
      asks.vace('video_outpainting', 'video_url', 'three'),
      { video_count: 1, video_duration: 3, video_ratio: 'standard' },
      3.2,
    ],
    [
      'vace cuts a long one',
      asks.vace('video_repainting', 'video_url', 'eight', { control_condition: 'depth' }),
      { video_count: 1, video_duration: 5, video_ratio: 'standard' },
      5,
    ],
    [
      'vace sizes an edit by its own parameter',
      asks.vace('video_edit', 'video_url', 'eight', { size: '960*960' }),
      { video_count: 1, video_duration: 5, video_ratio: 'standard' },
      5,
    ],
    [
      'an extension makes 5 s in all',
      () => ({
        model: 'wan2.1-vace-plus',
        input: { prompt, function: 'video_extension', first_clip_url: away },
      }),
      { video_count: 1, video_duration: 5, video_ratio: 'standard' },
      5,
    ],
    [
      'speech is as long as its sound',
      ({ sound }) => ({ model: 'wan2.2-s2v', input: { image_url: image, audio_url: sound } }),
      { video_count: 1, duration: 7, SR: 480 },
      7.3,
    ],
    [
      'retalk is as long as its clip',
      ({ three, sound }) => ({ model: 'videoretalk', input: { video_url: three, audio_url: sound } }),
      { video_duration: 3.2, video_ratio: 'standard' },
      3.2,
    ],
    [
      'animation is as long as its clip',
      ({ three }) => ({
        model: 'wan2.2-animate-mix',
        input: { image_url: image, video_url: three },
        parameters: { mode: 'wan-pro' },
      }),
      { video_duration: 3.2, video_ratio: 'standard' },
      3.2,
    ],
  ])('%s', async (_name, ask, usage, seconds) => {
    const request = ask(await files());
    const outcome = await outcomeOf(await openHarness(), request);
    expect(outcome).toMatchObject({ clip: { seconds: expect.closeTo(seconds, 2) } });
    expect('usage' in outcome && outcome.usage).toEqual(usage);
  });

  test.each<[string, Ask]>([
    ['a total below its clip', asks.extend(7)],
    ['a total just as long', asks.extend(8)],
    ['more than 30 s of input and output', asks.wan3(28, 'three')],
    ['more than 30 s with two inputs', asks.wan3(20, 'three', 'eight')],
  ])('fails for %s', async (_name, ask) => {
    const outcome = await outcomeOf(await openHarness(), ask(await files()));
    expect(outcome).toEqual({ code: 'InvalidParameter' });
  });

  test('just under the limits it is made', async () => {
    const sandbox = await openHarness();
    const urls = await files();
    for (const ask of [asks.extend(9), asks.wan3(26, 'three'), asks.wan3(30)]) {
      // oxlint-disable-next-line no-await-in-loop -- one clock
      expect(await outcomeOf(sandbox, ask(urls))).not.toHaveProperty('code');
    }
  });

  test('clips elsewhere fail for no length', async () => {
    const sandbox = await openHarness();
    const ask = asks.extend(3)({ three: away, eight: away, sound: away });
    expect(await outcomeOf(sandbox, ask)).toMatchObject({ usage: full(3, 0) });
    const whole = asks.wan3(30, 'eight')({ three: away, eight: away, sound: away });
    expect(await outcomeOf(sandbox, whole)).toMatchObject({ usage: full(30, 5) });
  });
});

describe('a clip gives the video its shape', () => {
  const source = { seconds: 3, rate: 16, width: 480, height: 640 };
  test.each<[string, (url: string) => Request, object]>([
    [
      'an edit without a ratio',
      (url) => ({
        model: 'wan2.7-videoedit',
        input: { media: items(['video', url]) },
        parameters: { resolution: '720P' },
      }),
      { width: 816, height: 1104 },
    ],
    [
      'but not with one',
      (url) => ({
        model: 'wan2.7-videoedit',
        input: { media: items(['video', url]) },
        parameters: { resolution: '720P', ratio: '16:9' },
      }),
      { width: 1280, height: 720 },
    ],
    [
      'a continuation',
      (url) => ({
        model: 'wan2.7-i2v',
        input: { media: items(['first_clip', url]) },
        parameters: { resolution: '720P' },
      }),
      { width: 816, height: 1104 },
    ],
    [
      'wan3.0 adaptive',
      (url) => ({
        model: 'wan3.0-video',
        input: { prompt, media: items(['reference_video', url]) },
        parameters: { resolution: '720P' },
      }),
      { width: 816, height: 1104 },
    ],
    [
      'vace keeps a small one’s size, whatever size says',
      (url) => ({
        model: 'wan2.1-vace-plus',
        input: { prompt, function: 'video_outpainting', video_url: url },
        parameters: { size: 'any' },
      }),
      { width: 480, height: 640 },
    ],
  ])('%s', async (_name, ask, expected) => {
    const { clip } = await serveFiles({ clip: await film(source) });
    expect(await outcomeOf(await openHarness(), ask(clip))).toMatchObject({ clip: expected });
  });

  test('vace scales a large one down', async () => {
    const { clip } = await serveFiles({
      clip: await film({ seconds: 3, rate: 16, width: 1920, height: 1080 }),
    });
    const input = { prompt, function: 'video_outpainting', video_url: clip };
    expect(await outcomeOf(await openHarness(), { model: 'wan2.1-vace-plus', input })).toMatchObject({
      clip: { width: 1280, height: 720 },
    });
  });
});

test('an MP3’s length is read too', async () => {
  const { sound } = await serveFiles({ sound: mp3(12) });
  const outcome = await outcomeOf(await openHarness(), {
    model: 'wan2.2-s2v',
    input: { image_url: image, audio_url: sound },
  });
  expect('usage' in outcome && asObject(outcome.usage)?.['duration']).toBe(12);
});
