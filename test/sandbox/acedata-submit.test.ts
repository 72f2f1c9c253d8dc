import { describe, expect, test } from 'vitest';
import { key, latencyMs, openHarness, startTime } from './harness.ts';
import { textAt } from './reading.ts';
import { auth, finished, image, make, references, retrieve, text, wan3 } from './acedata-calls.ts';

describe('a submit', () => {
  test('is answered at once with async', async () => {
    const sandbox = await openHarness();
    const answer = await make(sandbox);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      success: true,
      task_id: expect.any(String),
      trace_id: answer.headers['x-trace-id'],
    });
  });

  test.each<[string, Record<string, string>, number, string]>([
    ['no token', {}, 401, 'no_token'],
    ['an empty Bearer', { authorization: 'Bearer' }, 401, 'invalid_token'],
    ['two words', { authorization: 'Bearer a b' }, 401, 'invalid_token'],
  ])('with %s is refused', async (_name, headers, status, code) => {
    const answer = await make(await openHarness(), text, headers);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({
      error: { code, message: expect.any(String) },
      trace_id: answer.headers['x-trace-id'],
    });
  });

  test('takes a bare token, and knows it again with the word before it', async () => {
    const sandbox = await openHarness();
    const id = textAt(await make(sandbox, text, { authorization: key }), 'task_id');
    expect(await retrieve(sandbox, id)).toMatchObject({ id });
  });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /JSON/u],
    ['no model', { prompt: 'p' }, /model is required/u],
    ['an unknown model', { ...text, model: 'wan2.7-t2v' }, /model must be one of/u],
    ['t2v with image2video', { ...text, action: 'image2video' }, /does not support the action/u],
    ['i2v without an action', { ...image, action: undefined }, /does not support the action text2video/u],
    ['an unknown action', { ...text, action: 'generate' }, /action/u],
    ['no prompt', { ...text, prompt: undefined }, /prompt is required/u],
    ['no picture', { ...image, image_url: undefined }, /image_url is required/u],
    [
      'no references',
      { ...references, reference_video_urls: undefined },
      /reference_video_urls is required/u,
    ],
    [
      'references as a text',
      { ...references, reference_video_urls: 'https://example.com/a.mp4' },
      /must be a list/u,
    ],
    ['duration 1', { ...text, duration: 1 }, /duration/u],
    ['duration 31', { ...wan3, duration: 31 }, /duration/u],
    ['duration "5"', { ...text, duration: '5' }, /duration/u],
    ['resolution 4K', { ...text, resolution: '4K' }, /resolution/u],
    ['ratio 21:9', { ...wan3, ratio: '21:9' }, /ratio/u],
    ['audio "true"', { ...text, audio: 'true' }, /audio/u],
    ['a seed of -1', { ...text, seed: -1 }, /seed/u],
    [
      'eleven files',
      { ...wan3, media: Array.from({ length: 11 }, () => ({ type: 'file', url: 'https://e.com' })) },
      /at most 10/u,
    ],
    ['a file of no type', { ...wan3, media: [{ url: 'https://e.com' }] }, /media\[0\]\.type/u],
    ['3.0 without anything', { model: 'wan3.0-video' }, /prompt or media/u],
    ['a callback that is no URL', { ...text, callback_url: 'me' }, /callback_url/u],
  ])('with %s is a bad request', async (_name, body, message) => {
    const answer = await make(await openHarness(), body);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      success: false,
      error: { code: 'bad_request', message: expect.stringMatching(message) },
      trace_id: expect.any(String),
    });
  });

  test.each<[string, object]>([
    ['lower-case resolution', { ...image, resolution: '720p' }],
    ['r2v as text2video', { ...references, action: 'text2video' }],
    ['r2v as image2video', { ...references, action: 'image2video' }],
    ['wan3 with an action', { ...wan3, action: 'text2video', duration: -1 }],
    [
      'wan3 with media only',
      { ...wan3, prompt: undefined, media: [{ type: 'reference_image', url: 'https://e.com/a.png' }] },
    ],
    ['resolution on t2v', { ...text, resolution: '480P' }],
    ['nulls and extras', { ...text, image_url: null, negative_prompt: null, timeout: 5 }],
  ])('with %s succeeds', async (_name, body) => {
    expect(await finished(await openHarness(), body)).toMatchObject({ response: { success: true } });
  });

  test.each<[string, object, RegExp]>([
    ['7 seconds of wan2.6', { ...text, duration: 7 }, /duration must be one of 5, 10, 15/u],
    ['15 seconds of r2v', { ...references, action: 'image2video', duration: 15 }, /5, 10/u],
    ['a size with an x', { ...text, size: '1280x720' }, /size/u],
    ['480P of wan2.6 i2v', { ...image, resolution: '480P' }, /resolution/u],
    ['base64', { ...image, image_url: 'data:image/png;base64,AAAA' }, /image_url/u],
    [
      'frames and references',
      {
        ...wan3,
        media: [
          { type: 'first_frame', url: 'https://e.com' },
          { type: 'link', url: 'https://e.com' },
        ],
      },
      /exclusive/u,
    ],
  ])('with %s is accepted, and fails in its record', async (_name, body, message) => {
    expect(await finished(await openHarness(), body)).toMatchObject({
      finished_at: (startTime + latencyMs) / 1000,
      response: { success: false, error: { code: 'api_error', message: expect.stringMatching(message) } },
    });
  });
});

test('paths that nobody has are told so', async () => {
  const sandbox = await openHarness();
  for (const [method, path] of [
    ['GET', '/wan/videos'],
    ['GET', '/'],
    ['POST', '/wan/audios'],
    ['GET', '/favicon.ico'],
  ]) {
    const answer = await sandbox.call(path ?? '', { method: method ?? '', headers: auth });
    expect([answer.status, answer.json]).toMatchObject([404, { error: { code: 'no_api' } }]);
  }
});
