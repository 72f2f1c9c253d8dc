import { describe, expect, test } from 'vitest';
import { finished, image, references, text, wan3 } from './acedata-calls.ts';
import { film, wav } from './films.ts';
import { openHarness } from './harness.ts';
import { serveFiles } from './local-server.ts';
import { png } from './pictures.ts';

const url = 'https://example.com/a';
const items = (type: string, count: number, address = url) =>
  Array.from({ length: count }, () => ({ type, url: address }));
const failed = (message: RegExp) => ({
  response: { success: false, error: { code: 'api_error', message: expect.stringMatching(message) } },
});

describe('media of wan3.0', () => {
  test.each<[string, object[], RegExp]>([
    ['two first frames', items('first_frame', 2), /at most 1 of type first_frame/u],
    ['two last frames', items('last_frame', 2), /at most 1 of type last_frame/u],
    ['six videos', items('reference_video', 6), /at most 5 of type reference_video/u],
    ['six sounds', items('reference_audio', 6), /at most 5 of type reference_audio/u],
    ['two links', items('link', 2), /at most 1 of type link/u],
    ['a file and a link', [...items('file', 1), ...items('link', 1)], /mutually exclusive/u],
    [
      'a frame and a picture',
      [...items('last_frame', 1), ...items('reference_image', 1)],
      /mutually exclusive/u,
    ],
  ])('with %s fails', async (_name, media, message) => {
    expect(await finished(await openHarness(), { ...wan3, media })).toMatchObject(failed(message));
  });

  test.each<[string, object[]]>([
    ['ten pictures', items('reference_image', 10)],
    ['five videos and five sounds', [...items('reference_video', 5), ...items('reference_audio', 5)]],
    ['both frames', [...items('first_frame', 1), ...items('last_frame', 1)]],
    ['a file', items('file', 1)],
  ])('with %s succeeds', async (_name, media) => {
    expect(await finished(await openHarness(), { ...wan3, media })).toMatchObject({
      response: { success: true },
    });
  });

  test.each<[string, 'reference_video' | 'reference_audio', 'clip' | 'sound']>([
    ['videos', 'reference_video', 'clip'],
    ['sounds', 'reference_audio', 'sound'],
  ])('takes 15 s of %s in all', async (_name, type, file) => {
    const files = await serveFiles({ clip: await film({ seconds: 7, rate: 16 }), sound: wav(7) });
    const sandbox = await openHarness();
    const ask = (count: number) => finished(sandbox, { ...wan3, media: items(type, count, files[file]) });
    expect(await ask(2)).toMatchObject({ response: { success: true } });
    expect(await ask(3)).toMatchObject(failed(/15 s in total/u));
  });

  test('is billed for input videos and output, at its resolution', async () => {
    const files = await serveFiles({ clip: await film({ seconds: 5, rate: 16 }) });
    const sandbox = await openHarness();
    const media = items('reference_video', 2, files.clip);
    const asked = { ...wan3, media, resolution: '720P', duration: 5 };
    expect(await finished(sandbox, asked)).toMatchObject({
      response: { usage: { input_seconds: 10, output_seconds: 5 }, cost: { amount: 15.7563 } },
    });
    // Text, pictures and sounds cost nothing.
    const pictures = { ...asked, media: items('reference_image', 3) };
    expect(await finished(sandbox, pictures)).toMatchObject({
      response: { usage: { input_seconds: 0 }, cost: { amount: 5.2521 } },
    });
  });
});

describe('what a model does not read is not looked at', () => {
  test.each<[string, object]>([
    [
      'media, seed, watermark and ratio of wan2.6',
      { ...text, media: items('first_frame', 2, 'x'), seed: 1, watermark: true, ratio: '1:1' },
    ],
    ['references of wan3.0', { ...wan3, reference_video_urls: ['x'] }],
    ['a sound of wan3.0', { ...wan3, audio_url: 'x' }],
    ['a sound that silence beats', { ...text, audio_url: 'x', audio: false }],
  ])('%s', async (_name, body) => {
    expect(await finished(await openHarness(), body)).toMatchObject({ response: { success: true } });
  });
});

test.each<[string, (urls: Record<'clip' | 'sound' | 'picture', string>) => object, RegExp]>([
  ['a sound too short', ({ sound }) => ({ ...text, audio_url: sound }), /audio_url: .* 2\.00 s long/u],
  ['a clip too long', ({ clip }) => ({ ...references, reference_video_urls: [clip] }), /31\.00 s long/u],
  [
    'a picture for a clip',
    ({ picture }) => ({ ...references, reference_video_urls: [picture] }),
    /mp4, mov/u,
  ],
  ['a picture too small', ({ picture }) => ({ ...image, image_url: picture }), /100\*100/u],
])('%s makes the task fail', async (_name, ask, message) => {
  const urls = await serveFiles({
    clip: await film({ seconds: 31, rate: 4 }),
    sound: wav(2),
    picture: png(100, 100),
  });
  expect(await finished(await openHarness(), ask(urls))).toMatchObject(failed(message));
});
