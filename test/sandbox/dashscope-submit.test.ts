import { describe, expect, test } from 'vitest';
import { asyncHeaders, imagePath, openHarness, plainSubmit, submit, videoPath } from './harness.ts';

const prompt = 'a paper boat';
const url = 'https://example.com/a.png';
const clip = 'https://example.com/a.mp4';

describe('a submit is answered like the service', () => {
  test.each([videoPath, `${videoPath}/`])('accepts at %s', async (path) => {
    const sandbox = await openHarness();
    const answer = await submit(sandbox, plainSubmit, { path });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json).toEqual({
      request_id: answer.headers['x-request-id'],
      output: { task_status: 'PENDING', task_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/u) },
    });
  });

  test.each([
    ['no key', { authorization: '' }, 401, 'InvalidApiKey', /./u],
    ['another scheme', { authorization: 'Basic eA==' }, 401, 'InvalidApiKey', /./u],
    ['a key with a blank', { authorization: 'Bearer a b' }, 401, 'InvalidApiKey', /./u],
    [
      'no async header',
      { 'x-dashscope-async': '' },
      403,
      'AccessDenied',
      /does not support synchronous calls/u,
    ],
  ])('refuses %s', async (_name, headers, status, code, message) => {
    const sandbox = await openHarness();
    const answer = await submit(sandbox, plainSubmit, { headers });
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({
      code,
      message: expect.stringMatching(message),
      request_id: answer.headers['x-request-id'],
    });
  });

  test('looks at the key before anything else', async () => {
    const sandbox = await openHarness();
    const answer = await sandbox.call(videoPath, { method: 'POST', body: 'nonsense' });
    expect([answer.status, answer.json]).toMatchObject([401, { code: 'InvalidApiKey' }]);
  });

  test.each([
    ['not JSON', '{"model":', 400, 'BadRequest.IllegalInput'],
    ['an array', [], 400, 'BadRequest.IllegalInput'],
    ['nothing', '', 400, 'BadRequest.IllegalInput'],
    ['no model', { input: { prompt }, parameters: {} }, 400, 'BadRequest.EmptyModel'],
    ['no input', { model: 'wan2.6-t2v', parameters: {} }, 400, 'BadRequest.EmptyInput'],
    ['no parameters', { model: 'wan2.6-t2v', input: { prompt } }, 400, 'BadRequest.EmptyParameters'],
    [
      'parameters null',
      { model: 'wan2.6-t2v', input: { prompt }, parameters: null },
      400,
      'BadRequest.EmptyParameters',
    ],
    ['an unknown model', { ...plainSubmit, model: 'wan9-t2v' }, 404, 'ModelNotFound'],
    ['a model of Object', { ...plainSubmit, model: 'constructor' }, 404, 'ModelNotFound'],
  ])('refuses a body with %s', async (_name, body, status, code) => {
    const answer = await submit(await openHarness(), body);
    expect([answer.status, answer.json]).toMatchObject([status, { code }]);
  });

  test.each<[string, object, RegExp]>([
    ['t2v without a prompt', { input: {} }, /Field required: input\.prompt/u],
    ['t2v with an empty prompt', { input: { prompt: '' } }, /Field required: input\.prompt/u],
    ['t2v with prompt null', { input: { prompt: null } }, /Field required: input\.prompt/u],
    ['a prompt that is a number', { input: { prompt: 5 } }, /prompt must be a string/u],
    ['size with an x', { parameters: { size: '1280x720' } }, /parameters\.size/u],
    ['size as a tier', { parameters: { size: '720P' } }, /parameters\.size/u],
    ['size 480P on 2.6', { parameters: { size: '832*480' } }, /parameters\.size/u],
    ['duration 1', { parameters: { duration: 1 } }, /parameters\.duration/u],
    ['duration 16', { parameters: { duration: 16 } }, /parameters\.duration/u],
    ['duration 5.5', { parameters: { duration: 5.5 } }, /parameters\.duration/u],
    ['duration "5"', { parameters: { duration: '5' } }, /parameters\.duration/u],
    ['a seed below 0', { parameters: { seed: -1 } }, /parameters\.seed/u],
    ['a seed above 2^31-1', { parameters: { seed: 2_147_483_648 } }, /parameters\.seed/u],
    ['shot_type many', { parameters: { shot_type: 'many' } }, /parameters\.shot_type/u],
    ['watermark "yes"', { parameters: { watermark: 'yes' } }, /parameters\.watermark/u],
    ['us duration 6', { model: 'wan2.6-t2v-us', parameters: { duration: 6 } }, /parameters\.duration/u],
    ['i2v without an image', { model: 'wan2.6-i2v' }, /Field required: input\.img_url/u],
    [
      'lower-case tier',
      { model: 'wan2.6-i2v', input: { img_url: url }, parameters: { resolution: '720p' } },
      /resolution/u,
    ],
    [
      '480P on 2.6 i2v',
      { model: 'wan2.6-i2v', input: { img_url: url }, parameters: { resolution: '480P' } },
      /resolution/u,
    ],
    [
      'img_url to 2.7',
      { model: 'wan2.7-i2v', input: { prompt, img_url: url } },
      /Field required: input\.media/u,
    ],
    [
      'a media type of another model',
      { model: 'wan2.7-i2v', input: { media: [{ type: 'file', url }] } },
      /media\.0\.type/u,
    ],
    [
      'media without url',
      { model: 'wan2.7-i2v', input: { media: [{ type: 'first_frame' }] } },
      /media\.0\.url/u,
    ],
    ['2.7 ratio 21:9', { model: 'wan2.7-t2v', parameters: { ratio: '21:9' } }, /parameters\.ratio/u],
    ['2.7 duration -1', { model: 'wan2.7-t2v', parameters: { duration: -1 } }, /parameters\.duration/u],
    ['3.0 duration 31', { model: 'wan3.0-video', parameters: { duration: 31 } }, /parameters\.duration/u],
    ['3.0 without prompt and media', { model: 'wan3.0-video', input: {} }, /Field required: input\.prompt/u],
    ['r2v without references', { model: 'wan2.6-r2v' }, /Field required: input\.reference_urls/u],
    [
      'r2v duration 11',
      { model: 'wan2.6-r2v', input: { prompt, reference_urls: [url] }, parameters: { duration: 11 } },
      /duration/u,
    ],
    ['vace without a function', { model: 'wan2.1-vace-plus' }, /Field required: input\.function/u],
    [
      'vace with an unknown function',
      { model: 'wan2.1-vace-plus', input: { prompt, function: 'toString' } },
      /function/u,
    ],
    [
      'repainting without control',
      { model: 'wan2.1-vace-plus', input: { prompt, function: 'video_repainting', video_url: clip } },
      /control_condition/u,
    ],
    [
      'a kf2v model on the video path',
      { model: 'wan2.2-kf2v-flash', input: { first_frame_url: url, last_frame_url: url } },
      /url error, please check url/u,
    ],
  ])('refuses %s with InvalidParameter', async (_name, change, message) => {
    const answer = await submit(await openHarness(), { ...plainSubmit, parameters: {}, ...change });
    expect([answer.status, answer.json]).toMatchObject([
      400,
      { code: 'InvalidParameter', message: expect.stringMatching(message) },
    ]);
  });

  test('refuses a t2v model on the image path', async () => {
    const answer = await submit(await openHarness(), plainSubmit, { path: imagePath });
    expect(answer.json).toMatchObject({ message: expect.stringContaining('url error, please check url') });
  });

  test.each([
    ['wan2.6-i2v-flash', 'virginia', 404],
    ['wan2.6-i2v-flash', 'beijing', 200],
    ['wan2.6-i2v-us', 'virginia', 200],
    ['wan2.6-i2v-us', undefined, 200],
    ['wanx2.1-i2v-plus', 'singapore', 404],
    ['wan2.1-i2v-plus', 'singapore', 200],
  ] as const)('%s in %s: %i', async (model, region, status) => {
    const sandbox = await openHarness(region === undefined ? {} : { region });
    const answer = await submit(sandbox, { model, input: { img_url: url }, parameters: {} });
    expect(answer.status).toBe(status);
    if (status === 404) expect(answer.json).toMatchObject({ code: 'ModelNotFound' });
  });

  test('an oss:// address needs its header', async () => {
    const sandbox = await openHarness();
    const body = {
      model: 'wan2.6-i2v',
      input: { img_url: 'oss://dashscope-instant/a/b.png' },
      parameters: {},
    };
    expect((await submit(sandbox, body)).status).toBe(400);
    const headers = { 'x-dashscope-ossresourceresolve': 'enable' };
    expect((await submit(sandbox, body, { headers })).status).toBe(200);
  });

  test('paths and methods that are not there', async () => {
    const sandbox = await openHarness();
    for (const [method, path] of [
      ['GET', videoPath],
      ['POST', '/api/v1/nothing'],
      ['PUT', '/api/v1/tasks/x'],
      ['GET', '/api/v1'],
    ]) {
      const answer = await sandbox.call(path ?? '', { method: method ?? '', headers: asyncHeaders });
      expect([answer.status, answer.json]).toMatchObject([404, { code: 'NotFound' }]);
    }
  });
});
