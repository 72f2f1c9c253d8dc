import { describe, expect, test } from 'vitest';
import { asObject } from '../../src/core/untrusted.ts';
import { isOlderShape } from '../../src/sandbox/sinancode-record.ts';
import { wav } from './films.ts';
import { clipBytes, latencyMs, openHarness } from './harness.ts';
import { serveFiles } from './local-server.ts';
import { png } from './pictures.ts';
import { textAt } from './reading.ts';
import {
  ask,
  auth,
  finished,
  frames,
  framesPath,
  image,
  imagePath,
  linkOf,
  make,
} from './sinancode-calls.ts';

const inline = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;

describe('a submit', () => {
  test.each([
    ['image to video', imagePath, image],
    ['keyframes to video', framesPath, frames],
    ['a slash at the end', `${imagePath}/`, image],
  ])('answers with a task id and nothing else: %s', async (_name, path, body) => {
    const answer = await make(await openHarness(), body, { path });
    expect([answer.status, answer.json]).toEqual([
      200,
      { task_id: expect.stringMatching(/^[0-9a-f-]{36}$/u) },
    ]);
  });

  test('goes from word to word', async () => {
    const sandbox = await openHarness();
    const id = textAt(await make(sandbox), 'task_id');
    const rest = { error_code: null, error_msg: null };
    expect((await ask(sandbox, id)).json).toEqual({ id, status: 'pending', result: null, ...rest });
    sandbox.pass(latencyMs / 2);
    expect((await ask(sandbox, id)).json).toEqual({ id, status: 'processing', result: null, ...rest });
    sandbox.pass(latencyMs);
    const done = asObject((await ask(sandbox, `${id}/`)).json) ?? {};
    expect(done).toMatchObject({ id, status: 'completed', ...rest });
    expect((await sandbox.call(linkOf(done))).bytes).toEqual(clipBytes);
    expect(sandbox.log.map((entry) => entry.task_id)).toEqual([id, id, id, id, id]);
  });

  test('has its result in the one or the other shape, always the same for a task', async () => {
    const sandbox = await openHarness();
    const seen = new Set<boolean>();
    for (let round = 0; round < 40 && seen.size < 2; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one clock
      const record = await finished(sandbox, image);
      const id = String(record['id']);
      const link = expect.stringMatching(/^http:.*\.mp4\?Expires=/u);
      expect(record['result']).toEqual(isOlderShape(id) ? [link] : [{ type: 'video', url: link }]);
      // oxlint-disable-next-line no-await-in-loop
      expect((await ask(sandbox, id)).json).toEqual(record);
      seen.add(isOlderShape(id));
    }
    expect(seen.size).toBe(2);
  });
});

describe('what is asked for is made', () => {
  test.each<[string, string, object, object]>([
    ['defaults', imagePath, image, { width: 1920, height: 1080, seconds: 5, sound: true, title: 'p' }],
    [
      'length, tier and silence',
      imagePath,
      { ...image, duration: 15, resolution: '720P', audio: false },
      { width: 1280, height: 720, seconds: 15, sound: false },
    ],
    [
      'a sound beats silence',
      imagePath,
      { ...image, audio: false, audio_url: 'https://example.com/a.mp3' },
      { sound: true },
    ],
    [
      'the picture’s shape, inline',
      imagePath,
      { image_url: inline(png(750, 1000)), resolution: '720P' },
      { width: 816, height: 1104, title: 'wan2.6-i2v' },
    ],
    [
      'bare base64',
      imagePath,
      { image_url: png(750, 1000).toString('base64'), resolution: '720P' },
      { width: 816, height: 1104 },
    ],
    ['keyframes', framesPath, frames, { width: 1280, height: 720, seconds: 5, sound: false }],
    [
      'keyframes at 480P',
      framesPath,
      { ...frames, resolution: '480P', model: 'wanx2.1-kf2v-plus' },
      { width: 832, height: 480 },
    ],
    ['a template alone', framesPath, { first_frame_url: frames.first_frame_url, template: 'hanfu-1' }, {}],
    ['a template beats the prompt', imagePath, { ...image, template: 'x' }, { title: 'wan2.6-i2v' }],
    ['nulls and extras', imagePath, { ...image, prompt: null, seed: null, camera: { pan: 1 } }, {}],
  ])('%s', async (_name, path, body, clip) => {
    const sandbox = await openHarness();
    await sandbox.call(linkOf(await finished(sandbox, body, path)));
    expect(sandbox.clips).toMatchObject([clip]);
  });

  test('a prompt is cut at 2000 characters', async () => {
    const sandbox = await openHarness();
    await sandbox.call(linkOf(await finished(sandbox, { ...image, prompt: 'x'.repeat(2500) })));
    expect(sandbox.clips[0]?.title.length).toBe(2000);
  });
});

describe('refusals', () => {
  test.each<[string, string, unknown, RegExp]>([
    ['no picture', imagePath, { prompt: 'p' }, /image_url is required/u],
    ['no first frame', framesPath, { last_frame_url: 'https://e.com/a.png' }, /first_frame_url is required/u],
    ['no JSON', imagePath, 'nonsense', /JSON/u],
    ['480P', imagePath, { ...image, resolution: '480P' }, /resolution/u],
    ['720p in lower case', imagePath, { ...image, resolution: '720p' }, /resolution/u],
    ['7 seconds', imagePath, { ...image, duration: 7 }, /duration/u],
    ['seconds as text', imagePath, { ...image, duration: '5' }, /duration/u],
    ['another model', imagePath, { ...image, model: 'wan2.5-i2v-preview' }, /model/u],
    ['an i2v model for keyframes', framesPath, { ...frames, model: 'wan2.6-i2v' }, /model/u],
    ['three shots', imagePath, { ...image, shot_type: 'triple' }, /shot_type/u],
    ['audio as text', imagePath, { ...image, audio: 'yes' }, /audio/u],
    ['a seed too large', imagePath, { ...image, seed: 2 ** 31 }, /seed/u],
    ['a watermark of 1', framesPath, { ...frames, watermark: 1 }, /watermark/u],
  ])('%s', async (_name, path, body, message) => {
    const answer = await make(await openHarness(), body, { path });
    expect([answer.status, answer.json]).toEqual([
      400,
      { message: expect.stringMatching(message), error_code: 'bad_request' },
    ]);
  });

  test.each([
    ['none', {}],
    ['of another scheme', { authorization: 'Basic eA==' }],
    ['empty', { authorization: 'Bearer ' }],
  ])('a token that is %s', async (_name, headers) => {
    const sandbox = await openHarness();
    const answers = [
      await make(sandbox, image, { headers }),
      await ask(sandbox, 'x', headers),
      await sandbox.call('/api/upload/file', { method: 'POST', headers, body: 'x' }),
      await sandbox.call('/api/upload/base64', { method: 'POST', headers, body: '{}' }),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.json]).toMatchObject([401, { error_code: 'unauthorized' }]);
    }
  });

  test('unknown tasks, other accounts’, other services’, and old ones are not found', async () => {
    const sandbox = await openHarness();
    const id = textAt(await make(sandbox), 'task_id');
    const strange = await sandbox.call('/wan/videos', {
      method: 'POST',
      headers: auth,
      body: { model: 'wan3.0-video', prompt: 'p', async: true },
    });
    const answers = [
      await ask(sandbox, 'c0ffee00-0000-4000-8000-000000000000'),
      await ask(sandbox, id, { authorization: 'Bearer another' }),
      await ask(sandbox, textAt(strange, 'task_id')),
    ];
    sandbox.pass(latencyMs + 86_400_000);
    answers.push(await ask(sandbox, id));
    for (const answer of answers) {
      expect([answer.status, answer.json]).toEqual([
        404,
        { message: 'Task not found.', error_code: 'not_found' },
      ]);
    }
  });

  test.each([
    ['POST', '/v1/generate/bailian/wan2-text-to-video'],
    ['POST', '/v1/generate/bailian/wan2-reference-to-video'],
    ['GET', imagePath],
    ['POST', '/v1/tasks/x/cancel'],
    ['GET', '/api/upload/file'],
  ])('%s %s does not exist', async (method, path) => {
    const answer = await (await openHarness()).call(path, { method, headers: auth });
    expect([answer.status, answer.json]).toMatchObject([404, { error_code: 'not_found' }]);
  });
});

describe('an input outside the limits makes the task fail', () => {
  const files = async () =>
    serveFiles({ small: png(359, 500), large: png(2001, 500), alpha: png(500, 500, 6), short: wav(2) });
  test.each<[string, 'small' | 'large' | 'alpha', string]>([
    ['too small', 'small', 'InvalidImageResolution'],
    ['too large', 'large', 'InvalidImageResolution'],
    ['alpha', 'alpha', 'InvalidImageFormat'],
  ])('%s', async (_name, file, error_code) => {
    const urls = await files();
    const failed = {
      status: 'failed',
      error_code,
      result: null,
      error_msg: expect.stringMatching(/_url: /u),
    };
    const sandbox = await openHarness();
    expect(await finished(sandbox, { image_url: urls[file] })).toMatchObject(failed);
    const last = { ...frames, last_frame_url: urls[file] };
    expect(await finished(sandbox, last, framesPath)).toMatchObject(failed);
  });

  test.each<[string, string, object, string]>([
    [
      'more than 10 MB',
      imagePath,
      { image_url: inline(Buffer.concat([png(500, 500), Buffer.alloc(10_485_760)])) },
      'InvalidFile.Size',
    ],
    ['no address', imagePath, { image_url: '/home/me/a.png' }, 'InvalidURL'],
    ['an upload of another service', imagePath, { image_url: 'oss://a/b.png' }, 'InvalidURL'],
    ['no last frame and no template', framesPath, { first_frame_url: image.image_url }, 'InvalidParameter'],
  ])('%s', async (_name, path, body, error_code) => {
    expect(await finished(await openHarness(), body, path)).toMatchObject({ status: 'failed', error_code });
  });

  test('a sound too short', async () => {
    const { short } = await files();
    expect(await finished(await openHarness(), { ...image, audio_url: short })).toMatchObject({
      status: 'failed',
      error_code: 'InvalidFile.Duration',
    });
  });
});

describe('fault plans reach it', () => {
  test.each<[string, object, object]>([
    [
      'a fate',
      { on: 'submit', task: 'FAILED', code: 'X', message: 'no' },
      { status: 'failed', error_code: 'X', error_msg: 'no', result: null },
    ],
    [
      'a fate seen once',
      { on: 'query', task: 'CANCELED' },
      { status: 'failed', error_code: 'InternalError' },
    ],
    ['no link', { on: 'submit', task: 'NOURL' }, { status: 'completed', result: [] }],
    ['never ending', { on: 'submit', task: 'SUSPENDED' }, { status: 'processing', result: null }],
    ['gone', { on: 'submit', task: 'UNKNOWN' }, { error_code: 'not_found' }],
    ['busy', { on: 'query', status: 503 }, { error_code: 'internal_error', message: expect.any(String) }],
    ['too often', { on: 'query', status: 429 }, { error_code: 'too_many_requests' }],
  ])('%s', async (_name, rule, expected) => {
    expect(await finished(await openHarness({ plan: [rule] }), image)).toMatchObject(expected);
  });

  test('a refused submit makes nothing, a cut one makes a task', async () => {
    const sandbox = await openHarness({
      plan: [
        { on: 'submit', status: 500 },
        { on: 'submit', after: 1, drop: 'after' },
      ],
    });
    expect((await make(sandbox)).status).toBe(500);
    expect(await make(sandbox)).toMatchObject({ status: null, isCut: true });
    expect(sandbox.log.map(({ task_id: id }) => id === null)).toEqual([true, false]);
  });

  test('downloads and uploads', async () => {
    const sandbox = await openHarness({
      plan: [
        { on: 'download', truncate: 10 },
        { on: 'upload', status: 502 },
      ],
    });
    const link = linkOf(await finished(sandbox, image));
    expect((await sandbox.call(link)).bytes.length).toBe(10);
    const body = { data: inline(png(500, 500)) };
    const upload = await sandbox.call('/api/upload/base64', { method: 'POST', headers: auth, body });
    expect([upload.status, upload.json]).toMatchObject([502, { error_code: 'internal_error' }]);
  });
});
