import { describe, expect, test } from 'vitest';
import { readImageHeader } from '../../src/sandbox/image-dimensions.ts';
import { callLoopback, isLoopbackHost, isLoopbackUrl } from '../../src/sandbox/loopback.ts';
import { key, latencyMs, openHarness, query, submit, type Harness } from './harness.ts';
import { serve } from './local-server.ts';
import { bmp, gif, jpeg, png, webp } from './pictures.ts';
import { taskIdOf, textAt } from './reading.ts';

/** The clip that comes of a request, or the failure. */
async function outcome(sandbox: Harness, body: object) {
  const id = taskIdOf(await submit(sandbox, body));
  sandbox.pass(latencyMs);
  const answer = await query(sandbox, id);
  if (textAt(answer, 'output', 'task_status') === 'FAILED') return textAt(answer, 'output', 'code');
  await sandbox.call(textAt(answer, 'output', 'video_url'));
  return `${sandbox.clips.at(-1)?.width}x${sandbox.clips.at(-1)?.height}`;
}

const i2v = (img_url: string, resolution = '720P') => ({
  model: 'wan2.6-i2v',
  input: { img_url },
  parameters: { resolution },
});
const inline = (bytes: Buffer, type = 'png') => `data:image/${type};base64,${bytes.toString('base64')}`;

describe('a picture gives the video its shape', () => {
  test.each<[string, string, string, string]>([
    ['a data URL', inline(png(750, 1000)), '720P', '816x1104'],
    ['bare base64', png(750, 1000).toString('base64'), '720P', '816x1104'],
    ['a JPEG', inline(jpeg(1000, 750), 'jpeg'), '720P', '1104x816'],
    ['a square', inline(png(512, 512)), '720P', '960x960'],
    ['16:9 at 720P', inline(png(1920, 1080)), '720P', '1280x720'],
    ['16:9 at 1080P', inline(png(1920, 1080)), '1080P', '1920x1072'],
    ['an address elsewhere', 'https://example.com/a.png', '720P', '1280x720'],
    ['an address elsewhere at 1080P', 'http://198.51.100.7/a.png', '1080P', '1920x1080'],
  ])('%s', async (_name, url, resolution, expected) => {
    expect(await outcome(await openHarness(), i2v(url, resolution))).toBe(expected);
  });

  test('from a server on this machine', async () => {
    const { url, seen } = await serve(jpeg(750, 1000, 60_000));
    expect(await outcome(await openHarness(), i2v(`${url}/a.jpg?x=1`))).toBe('816x1104');
    expect(seen).toEqual(['/a.jpg?x=1']);
  });

  test('on AceData too', async () => {
    const sandbox = await openHarness();
    const { url } = await serve(png(1000, 750));
    const post = (path: string, body: object) =>
      sandbox.call(path, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body });
    const body = {
      action: 'image2video',
      model: 'wan2.6-i2v-flash',
      prompt: 'p',
      image_url: url,
      resolution: '720P',
      async: true,
    };
    const id = textAt(await post('/wan/videos', body), 'task_id');
    sandbox.pass(latencyMs);
    await sandbox.call(textAt(await post('/wan/tasks', { id }), 'response', 'video_url'));
    expect(sandbox.clips).toMatchObject([{ width: 1104, height: 816 }]);
  });

  test.each<[string, object, string]>([
    ['2.7 first frame', { model: 'wan2.7-i2v', parameters: { resolution: '720P' } }, '816x1104'],
    ['3.0 adaptive', { model: 'wan3.0-video', parameters: { resolution: '720P' } }, '816x1104'],
    [
      '3.0 with a ratio',
      { model: 'wan3.0-video', parameters: { resolution: '480P', ratio: '1:1' } },
      '624x624',
    ],
  ])('%s', async (_name, request, expected) => {
    const media = [{ type: 'first_frame', url: inline(png(750, 1000)) }];
    expect(await outcome(await openHarness(), { ...request, input: { prompt: 'p', media } })).toBe(expected);
  });

  test.each<[string, object, string]>([
    ['2.7', { model: 'wan2.7-t2v', parameters: { resolution: '720P', ratio: '4:3' } }, '1104x832'],
    ['2.6', { model: 'wan2.6-t2v', parameters: { size: '1088*832' } }, '1088x832'],
    ['3.0', { model: 'wan3.0-video', parameters: { resolution: '480P', ratio: '9:16' } }, '480x832'],
    ['3.0 adaptive', { model: 'wan3.0-video', parameters: {} }, '1920x1080'],
  ])('without one the tables do: %s', async (_name, request, expected) => {
    expect(await outcome(await openHarness(), { ...request, input: { prompt: 'p' } })).toBe(expected);
  });
});

describe('an input that cannot be used makes the task fail', () => {
  test.each<[string, Buffer, number, Record<string, string>, string]>([
    ['404', Buffer.from('none'), 404, {}, 'BadRequest.InputDownloadFailed'],
    [
      'a redirect',
      Buffer.alloc(0),
      302,
      { location: 'http://198.51.100.7/' },
      'BadRequest.InputDownloadFailed',
    ],
    ['no picture', Buffer.from('<html>not a picture at all</html>'), 200, {}, 'InvalidImageFormat'],
    ['a GIF', gif(500, 500), 200, {}, 'InvalidImageFormat'],
    ['a PNG with alpha', png(500, 500, 6), 200, {}, 'InvalidImageFormat'],
    ['a grey PNG with alpha', png(500, 500, 4), 200, {}, 'InvalidImageFormat'],
    ['a picture too small', png(239, 500), 200, {}, 'InvalidImageResolution'],
    ['a picture too large', png(500, 8001), 200, {}, 'InvalidImageResolution'],
  ])('%s', async (_name, bytes, status, headers, code) => {
    const { url } = await serve(bytes, status, headers);
    expect(await outcome(await openHarness(), i2v(url))).toBe(code);
  });

  test('too many bytes', async () => {
    const { url } = await serve(Buffer.concat([png(500, 500), Buffer.alloc(20 * 1024 * 1024)]), 200, {
      'content-length': String(20 * 1024 * 1024 + 77),
    });
    expect(await outcome(await openHarness(), i2v(url))).toBe('InvalidFile.Size');
  });

  test('nobody there', async () => {
    expect(await outcome(await openHarness(), i2v('http://127.0.0.1:1/a.png'))).toBe(
      'InvalidParameter.DataInspection',
    );
  });

  test('an aspect that 2.7 does not take', async () => {
    const media = [{ type: 'first_frame', url: inline(png(300, 2500)) }];
    expect(
      await outcome(await openHarness(), { model: 'wan2.7-i2v', input: { media }, parameters: {} }),
    ).toBe('InvalidImageResolution');
  });
});

describe('only this machine is called', () => {
  test.each([
    ['http://127.0.0.1/a', true],
    ['http://127.1.2.3:8/a', true],
    ['http://localhost:8/a', true],
    ['http://[::1]:8/a', true],
    ['http://2130706433/a', true], // WHATWG URLs turn this into 127.0.0.1
    ['https://localhost/a', false],
    ['http://localhost.evil.example/a', false],
    ['http://127.0.0.1.evil.example/a', false],
    ['http://127.0.0.1@evil.example/a', false],
    ['http://0.0.0.0/a', false],
    ['http://192.168.1.1/a', false],
    ['http://169.254.169.254/a', false],
    ['http://[::ffff:10.0.0.1]/a', false],
    ['ftp://127.0.0.1/a', false],
    ['nonsense', false],
  ])('%s: %s', (url, expected) => {
    expect(isLoopbackUrl(url)).toBe(expected);
  });

  test('nothing else passes the last door', async () => {
    await expect(callLoopback('http://198.51.100.7/')).rejects.toThrow(/this machine/u);
    expect(isLoopbackHost('example.com')).toBe(false);
  });

  test('and no more than asked is read of what it says', async () => {
    const { url } = await serve(Buffer.alloc(500_000, 1));
    const reply = await callLoopback(url, { maxBytes: 10 });
    expect(reply.head.length).toBe(10);
  });
});

describe('picture headers', () => {
  test.each<[string, Buffer, object]>([
    ['PNG', png(3, 70_000), { format: 'png', size: { width: 3, height: 70_000 } }],
    ['JPEG', jpeg(4000, 3000), { format: 'jpeg', size: { width: 4000, height: 3000 } }],
    ['JPEG behind EXIF', jpeg(640, 480, 65_000), { format: 'jpeg', size: { width: 640, height: 480 } }],
    ['PNG with alpha', png(3, 4, 6), { format: 'png', size: { width: 3, height: 4 }, hasAlpha: true }],
    ['BMP', bmp(640, 480), { format: 'bmp', size: { width: 640, height: 480 } }],
    ['BMP from the top', bmp(640, -480), { format: 'bmp', size: { width: 640, height: 480 } }],
    ['GIF', gif(640, 480), { format: 'gif', size: { width: 640, height: 480 } }],
    ['WebP lossy', webp('VP8 ', 640, 480), { format: 'webp', size: { width: 640, height: 480 } }],
    ['WebP lossless', webp('VP8L', 16_000, 9000), { format: 'webp', size: { width: 16_000, height: 9000 } }],
    ['WebP extended', webp('VP8X', 640, 480), { format: 'webp', size: { width: 640, height: 480 } }],
    ['TIFF', Buffer.from('II*\0rest of it', 'latin1'), { format: 'tiff', size: undefined }],
    ['a JPEG cut short', jpeg(640, 480).subarray(0, 30), { format: 'jpeg', size: undefined }],
    ['a PNG without size', png(0, 0), { format: 'png', size: undefined }],
  ])('%s', (_name, bytes, expected) => {
    expect(readImageHeader(bytes)).toEqual(expected);
  });

  test('of nothing known is nothing', () => {
    for (const text of ['', 'x', 'RIFF', 'BM', '\x89PNG\r\n\x1a\n', 'GIF89']) {
      expect(readImageHeader(Buffer.from(text, 'latin1'))).toBeUndefined();
    }
  });
});
