import { describe, expect, test } from 'vitest';
import { allModels } from '../../src/catalog/index.ts';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, image, leastWish, nameOf } from '../catalog/get-model.ts';
import { always, asyncOnly, callFor, withOss } from './call-for.ts';

describe('what was not asked is not sent', () => {
  test.each(allModels.map((model) => [nameOf(model), model] as const))('%s', (_name, model) => {
    const wish = leastWish(model);
    const mediaFields =
      model.provider === 'acedata'
        ? { i2v: 'image_url', r2v: 'reference_video_urls', t2v: 'prompt' }
        : { i2v: 'img_url', r2v: 'reference_urls', t2v: 'prompt' };
    const wanted = [...(wish.prompt === undefined ? [] : ['prompt']), mediaFields[wish.mode]];
    const { body } = callFor(model, wish);
    if (model.provider === 'acedata') {
      const fields = ['action', 'model', 'audio', 'prompt_extend', 'async', ...wanted];
      expect(Object.keys(Object(body)).toSorted()).toEqual([...new Set(fields)].toSorted());
      expect(body).toMatchObject(always);
    } else {
      expect(body).toMatchObject({ model: model.id, parameters: {} });
      expect(Object.keys(Object(Object(body).parameters))).toEqual([]);
      expect(Object.keys(Object(Object(body).input)).toSorted()).toEqual([...new Set(wanted)].toSorted());
    }
  });

  test.each<[Partial<Wish>, object]>([
    [{ size: '960x960' }, { size: '960*960' }],
    [{ resolution: '720P' }, { size: '1280*720' }],
    [{ duration: 15 }, { duration: 15 }],
    [{ shotType: 'single' }, { shot_type: 'single' }],
    [{ shotType: 'multi' }, { shot_type: 'multi', prompt_extend: true }],
    [{ promptExtend: false }, { prompt_extend: false }],
    [{ promptExtend: true }, { prompt_extend: true }],
    [{ watermark: true }, { watermark: true }],
    [{ watermark: false }, { watermark: false }],
    [{ seed: 0 }, { seed: 0 }],
    [{ audio: true }, {}],
  ])('%j alone becomes just its own parameters', (asked, parameters) => {
    const call = callFor(getModel('dashscope', 'wan2.6-t2v'), {
      mode: 't2v',
      prompt: 'p',
      media: [],
      ...asked,
    });
    expect(call.body).toEqual({ model: 'wan2.6-t2v', input: { prompt: 'p' }, parameters });
  });
});

describe('AceData is always told of sound and prompt extension', () => {
  test.each<[Partial<Wish>, object]>([
    [{ audio: false }, { audio: false, prompt_extend: true }],
    [{ promptExtend: false }, { audio: true, prompt_extend: false }],
    [
      { audio: true, promptExtend: true },
      { audio: true, prompt_extend: true },
    ],
    [{ shotType: 'multi' }, { shot_type: 'multi', audio: true, prompt_extend: true }],
    [{ watermark: false }, { audio: true, prompt_extend: true }],
    [{ callbackUrl: 'https://me.example/hook' }, { callback_url: 'https://me.example/hook', async: true }],
  ])('%j', (asked, expected) => {
    const call = callFor(getModel('acedata', 'wan2.6-t2v'), {
      mode: 't2v',
      prompt: 'p',
      media: [],
      ...asked,
    });
    expect(call.body).toMatchObject(expected);
    expect(call.body).not.toHaveProperty('watermark');
  });
});

describe('the header that resolves oss:// links', () => {
  test.each<[string, string, Wish, boolean]>([
    ['an uploaded image', 'wan2.6-i2v', { mode: 'i2v', media: [{ ...image, url: 'oss://k/a.png' }] }, true],
    ['in capitals', 'wan2.6-i2v', { mode: 'i2v', media: [{ ...image, url: 'OSS://k/a.png' }] }, true],
    ['an uploaded sound', 'wan2.6-i2v', { mode: 'i2v', media: [image], audioUrl: 'oss://k/a.mp3' }, true],
    ['the second reference', 'wan2.6-r2v', references('https://e.com/a.png', 'oss://k/b.mp4'), true],
    ['no upload', 'wan2.6-i2v', { mode: 'i2v', media: [image] }, false],
    ['oss:// inside another link', 'wan2.6-r2v', references('https://e.com/?u=oss://k'), false],
    ['oss:// inside the prompt', 'wan2.6-t2v', { mode: 't2v', prompt: 'oss://k/a.png', media: [] }, false],
  ])('%s', (_name, id, wish, isSent) => {
    const { headers } = callFor(getModel('dashscope', id), wish);
    expect(headers).toEqual(isSent ? withOss : asyncOnly);
  });
});

function references(...urls: string[]): Wish {
  return { mode: 'r2v', prompt: 'p', media: urls.map((url) => ({ role: 'reference_image', url })) };
}
