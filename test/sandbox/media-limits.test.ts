import { describe, expect, test } from 'vitest';
import { avi, film, mp3, wav, type ClipShape } from './films.ts';
import { openHarness } from './harness.ts';
import { serveFiles } from './local-server.ts';
import { outcomeOf } from './outcomes.ts';
import { png } from './pictures.ts';

const prompt = 'p';
const elsewhere = 'https://example.com/a.png';

type Use = (url: string) => { model: string; input: object; parameters?: object };

const media =
  (model: string, type: string, parameters = {}): Use =>
  (url) => ({ model, input: { prompt, media: [{ type, url }] }, parameters });
const uses = {
  extend27: media('wan2.7-i2v', 'first_clip', { duration: 15 }),
  edit27: media('wan2.7-videoedit', 'video'),
  reference27: media('wan2.7-r2v', 'reference_video'),
  reference30: media('wan3.0-video', 'reference_video'),
  sound30: media('wan3.0-video', 'reference_audio'),
  reference26: (url) => ({ model: 'wan2.6-r2v', input: { prompt, reference_urls: [url] } }),
  oldReference26: (url) => ({ model: 'wan2.6-r2v', input: { prompt, reference_video_urls: [url] } }),
  vace: (url) => ({
    model: 'wan2.1-vace-plus',
    input: { prompt, function: 'video_outpainting', video_url: url },
  }),
  vaceEnd: (url) => ({
    model: 'wan2.1-vace-plus',
    input: { prompt, function: 'video_extension', first_clip_url: url },
  }),
  animate: (url) => ({
    model: 'wan2.2-animate-move',
    input: { image_url: elsewhere, video_url: url },
    parameters: { mode: 'wan-std' },
  }),
  retalk: (url) => ({ model: 'videoretalk', input: { video_url: url, audio_url: elsewhere } }),
  sound26: (url) => ({ model: 'wan2.6-t2v', input: { prompt, audio_url: url } }),
  sound25: (url) => ({ model: 'wan2.5-i2v-preview', input: { img_url: elsewhere, audio_url: url } }),
  sound27: (url) => ({ model: 'wan2.7-t2v', input: { prompt, audio_url: url } }),
  driving27: (url) => ({
    model: 'wan2.7-i2v',
    input: {
      media: [
        { type: 'first_frame', url: elsewhere },
        { type: 'driving_audio', url },
      ],
    },
  }),
  voice27: (url) => ({
    model: 'wan2.7-r2v',
    input: { prompt, media: [{ type: 'reference_image', url: elsewhere, reference_voice: url }] },
  }),
  speech: (url) => ({ model: 'wan2.2-s2v', input: { image_url: elsewhere, audio_url: url } }),
} satisfies Record<string, Use>;

async function codeOf(use: Use, bytes: Buffer): Promise<string> {
  const { file } = await serveFiles({ file: bytes });
  const outcome = await outcomeOf(await openHarness(), use(file));
  return 'code' in outcome ? outcome.code : 'made';
}

describe('clips', () => {
  const size = 'InvalidFile.Resolution';
  const aspect = 'InvalidFile.AspectRatio';
  const length = 'InvalidFile.Duration';
  test.each<[keyof typeof uses, ClipShape, string]>([
    ['extend27', { seconds: 2 }, 'made'],
    ['extend27', { seconds: 10 }, 'made'],
    ['extend27', { seconds: 1.8 }, length],
    ['extend27', { seconds: 10.5 }, length],
    ['edit27', { seconds: 3, width: 238 }, size],
    ['edit27', { seconds: 3, width: 4098, height: 2000 }, size],
    ['edit27', { seconds: 3, width: 240, height: 1920 }, 'made'],
    ['edit27', { seconds: 3, width: 240, height: 1922 }, aspect],
    ['edit27', { seconds: 3, format: 'mov' }, 'made'],
    ['edit27', { seconds: 11 }, length],
    ['reference27', { seconds: 30, rate: 5 }, 'made'],
    ['reference27', { seconds: 31, rate: 5 }, length],
    ['reference27', { seconds: 0.8 }, length],
    ['reference27', { seconds: 2, height: 200 }, size],
    ['reference30', { seconds: 15, rate: 16 }, 'made'],
    ['reference30', { seconds: 16, rate: 16 }, length],
    ['reference30', { seconds: 3, rate: 15 }, 'InvalidFile.FPS'],
    ['reference26', { seconds: 1, width: 100, height: 100 }, 'made'],
    ['reference26', { seconds: 30.5, rate: 5 }, length],
    ['oldReference26', { seconds: 2 }, 'made'],
    ['oldReference26', { seconds: 1.5 }, length],
    ['vace', { seconds: 20, rate: 16 }, 'made'],
    ['vace', { seconds: 3, rate: 12 }, 'InvalidFile.FPS'],
    ['vace', { seconds: 3, format: 'mov' }, 'InvalidFile.Format'],
    ['vaceEnd', { seconds: 3 }, 'made'],
    ['vaceEnd', { seconds: 3.5 }, length],
    ['animate', { seconds: 2, width: 200, height: 600 }, 'made'],
    ['animate', { seconds: 1 }, length],
    ['animate', { seconds: 31, rate: 5 }, length],
    ['animate', { seconds: 3, width: 198, height: 300 }, size],
    ['animate', { seconds: 3, width: 2050 }, size],
    ['animate', { seconds: 3, width: 200, height: 602 }, aspect],
    ['retalk', { seconds: 40, rate: 2, width: 100, height: 100 }, 'made'],
  ])('%s of %j: %s', async (use, shape, expected) => {
    expect(await codeOf(uses[use], await film(shape))).toBe(expected);
  });

  test('AVI is for the models that animate', async () => {
    expect(await codeOf(uses.animate, avi({ seconds: 3 }))).toBe('made');
    expect(await codeOf(uses.edit27, avi({ seconds: 3 }))).toBe('InvalidFile.Format');
  });

  test.each<[string, () => Buffer | Promise<Buffer>]>([
    ['text', () => Buffer.from('<html>a page, not a clip</html>'.repeat(20))],
    ['a picture', () => png(500, 500)],
    ['a sound', () => wav(3)],
    ['a clip cut off', async () => (await film({ seconds: 3, isFast: true })).subarray(0, -10)],
  ])('%s is none', async (_name, make) => {
    expect(await codeOf(uses.edit27, await make())).toBe('InvalidFile.Format');
  });

  test.each<[keyof typeof uses, number]>([
    ['edit27', 100],
    ['vace', 50],
    ['animate', 200],
    ['sound26', 15],
    ['speech', 15],
  ])('%s of more than %i MB is told by its length alone', async (use, megabytes) => {
    const { createServer } = await import('node:http');
    let sent = 0;
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-length': megabytes * 1024 * 1024 + 1 });
      sent += 1;
      response.write('x');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const outcome = await outcomeOf(await openHarness(), uses[use](`http://127.0.0.1:${port}/big`));
      expect([outcome, sent]).toEqual([{ code: 'InvalidFile.Size' }, 1]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('sounds', () => {
  const length = 'InvalidFile.Duration';
  test.each<[keyof typeof uses, number, string]>([
    ['sound26', 3, 'made'],
    ['sound26', 2.5, length],
    ['sound26', 30, 'made'],
    ['sound26', 30.5, length],
    ['sound25', 2.5, length],
    ['sound27', 2, 'made'],
    ['sound27', 1.5, length],
    ['driving27', 2, 'made'],
    ['driving27', 31, length],
    ['voice27', 1, 'made'],
    ['voice27', 0.5, length],
    ['voice27', 10.5, length],
    ['sound30', 15, 'made'],
    ['sound30', 15.5, length],
    ['speech', 19.9, 'made'],
    ['speech', 20.1, length],
  ])('%s of %d s: %s', async (use, seconds, expected) => {
    expect(await codeOf(uses[use], wav(seconds))).toBe(expected);
    expect(await codeOf(uses[use], mp3(seconds))).toBe(expected);
  });

  test.each<[string, () => Buffer | Promise<Buffer>]>([
    ['text', () => Buffer.from('no sound')],
    ['a clip', () => film({ seconds: 3 })],
    ['a picture', () => png(500, 500)],
  ])('%s is none', async (_name, make) => {
    expect(await codeOf(uses.sound26, await make())).toBe('InvalidFile.Format');
  });
});

describe('several together', () => {
  const list = (type: string, urls: string[]) => ({
    model: 'wan3.0-video',
    input: { prompt, media: urls.map((url) => ({ type, url })) },
  });

  test.each<[string, string, (seconds: number) => Buffer | Promise<Buffer>]>([
    ['videos', 'reference_video', (seconds) => film({ seconds, rate: 16 })],
    ['sounds', 'reference_audio', wav],
  ])('wan3.0 takes 15 s of %s in all', async (_name, type, make) => {
    const files = await serveFiles({ seven: await make(7), eight: await make(8), nine: await make(9) });
    const sandbox = await openHarness();
    expect(await outcomeOf(sandbox, list(type, [files.seven, files.eight]))).not.toHaveProperty('code');
    const over = await outcomeOf(sandbox, list(type, [files.seven, files.nine]));
    expect(over).toEqual({ code: 'InvalidFile.Duration' });
    // What is elsewhere is not known, and so never too long.
    const trusted = list(type, [
      files.eight,
      ...Array.from({ length: 4 }, () => 'https://example.com/a.mp4'),
    ]);
    expect(await outcomeOf(sandbox, trusted)).not.toHaveProperty('code');
  });

  test('vace takes 3 s of clips in all', async () => {
    const files = await serveFiles({ one: await film({ seconds: 1 }), two: await film({ seconds: 2.5 }) });
    const ends = (first_clip_url: string, last_clip_url: string) => ({
      model: 'wanx2.1-vace-plus',
      input: { prompt, function: 'video_extension', first_clip_url, last_clip_url },
    });
    const sandbox = await openHarness();
    expect(await outcomeOf(sandbox, ends(files.one, files.one))).not.toHaveProperty('code');
    expect(await outcomeOf(sandbox, ends(files.one, files.two))).toEqual({ code: 'InvalidFile.Duration' });
  });
});

test.each<[string, number, string]>([
  ['the same pixels', 640, 'made'],
  ['other pixels', 960, 'InvalidParameter'],
])('a mask with %s', async (_name, width, expected) => {
  const files = await serveFiles({ video: await film({ seconds: 3, height: 480 }), mask: png(width, 480) });
  const outcome = await outcomeOf(await openHarness(), {
    model: 'wanx2.1-vace-plus',
    input: { prompt, function: 'video_edit', video_url: files.video, mask_image_url: files.mask },
  });
  expect('code' in outcome ? outcome.code : 'made').toBe(expected);
});

test('2.6 takes three videos, whatever their names say', async () => {
  const { clip } = await serveFiles({ clip: await film({ seconds: 3 }) });
  const sandbox = await openHarness();
  const ask = (count: number) =>
    outcomeOf(sandbox, {
      model: 'wan2.6-r2v',
      input: { prompt, reference_urls: Array.from({ length: count }, () => clip) },
    });
  expect(await ask(3)).toMatchObject({ usage: { input_video_duration: 9 } });
  expect(await ask(4)).toEqual({ code: 'InvalidParameter' });
});

test.each<[string, string, string]>([
  ['file', 'plot.pdf', 'made'],
  ['file', 'Plot.DOCX', 'made'],
  ['file', 'plot.html', 'InvalidFile.Format'],
  ['file', 'plot', 'InvalidFile.Format'],
  ['link', 'plot', 'made'],
])('wan3.0 takes as a %s %s: %s', async (type, name, expected) => {
  const urls = await serveFiles({ [name]: Buffer.from('once upon a time') });
  const input = { prompt, media: [{ type, url: urls[name] }] };
  const outcome = await outcomeOf(await openHarness(), { model: 'wan3.0-video', input });
  expect('code' in outcome ? outcome.code : 'made').toBe(expected);
});

describe('pictures', () => {
  const inline = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;
  const alpha = png(640, 640, 6);

  test.each<[string, Use, string]>([
    ['wan2.2 i2v', (img_url) => ({ model: 'wan2.2-i2v-plus', input: { img_url } }), 'InvalidImageFormat'],
    ['wan2.6 i2v', (img_url) => ({ model: 'wan2.6-i2v', input: { img_url } }), 'InvalidImageFormat'],
    ['wan2.7 i2v', media('wan2.7-i2v', 'first_frame'), 'InvalidImageFormat'],
    ['wan3.0', media('wan3.0-video', 'reference_image'), 'InvalidImageFormat'],
    [
      'vace',
      (url) => ({
        model: 'wan2.1-vace-plus',
        input: { prompt, function: 'image_reference', ref_images_url: [url] },
      }),
      'made',
    ],
    ['speech', (image_url) => ({ model: 'wan2.2-s2v', input: { image_url, audio_url: elsewhere } }), 'made'],
  ])('with alpha for %s', async (_name, use, expected) => {
    expect(await codeOf(use, alpha)).toBe(expected);
  });

  test.each<[string, Use]>([
    ['vace', uses.vace],
    ['animate', uses.animate],
    ['speech', uses.speech],
    ['retalk', uses.retalk],
    ['edit', uses.edit27],
  ])('inline they are not for %s', async (_name, use) => {
    const outcome = await outcomeOf(await openHarness(), use(inline(png(640, 640))));
    expect(outcome).toEqual({ code: 'InvalidURL' });
  });

  test('what a 2.6 reference is, its content tells', async () => {
    const { clip, picture } = await serveFiles({ clip: await film({ seconds: 3 }), picture: png(500, 500) });
    const outcome = await outcomeOf(await openHarness(), {
      model: 'wan2.6-r2v',
      input: { prompt, reference_urls: [picture, clip] },
    });
    expect(outcome).toMatchObject({ usage: { input_video_duration: 3 } });
  });
});
