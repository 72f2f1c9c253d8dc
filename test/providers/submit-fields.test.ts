import { describe, expect, test } from 'vitest';
import type { MediaRole } from '../../src/core/media-rule.ts';
import type { MediaInput } from '../../src/core/request.ts';
import type { Wish } from '../../src/core/wish.ts';
import { allTasks, getModel, image, leastWish, type Task } from '../catalog/get-model.ts';
import { always, asyncOnly, callFor, withOss } from './call-for.ts';

const uploadedSound: MediaInput = { role: 'driving_audio', url: 'oss://k/a.mp3' };

describe('what was not asked is not sent', () => {
  test.each(allTasks.map((task) => [task.name, task] as const))('%s', (_name, task) => {
    const { model, mode, vaceFunction, rules } = task;
    const wish = leastWish(model, mode, vaceFunction);
    const fields = [
      ...(wish.prompt === undefined ? [] : ['prompt']),
      ...(vaceFunction === undefined && rules.dialect !== 'vace' ? [] : ['function']),
      ...wish.media.map(({ role }) => fieldOf(rules.dialect, role)),
    ];
    const { body } = callFor(model, wish);
    if (model.provider === 'dashscope') {
      const { input, parameters, ...rest } = body as Record<'input' | 'parameters', object>;
      expect(rest).toEqual({ model: model.id });
      expect(Object.keys(parameters)).toEqual(neededParameters(task));
      expect(new Set(Object.keys(input))).toEqual(new Set(fields));
      return;
    }
    if (model.provider === 'acedata') expect(body).toMatchObject(always);
    const rest =
      model.provider === 'sinancode'
        ? ['model']
        : ['model', 'audio', 'prompt_extend', 'async', ...(rules.dialect === 'flat' ? ['action'] : [])];
    expect(new Set(Object.keys(Object(body)))).toEqual(new Set([...rest, ...fields]));
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
    ['an uploaded sound', 'wan2.6-i2v', { mode: 'i2v', media: [image, uploadedSound] }, true],
    ['the second reference', 'wan2.6-r2v', references('https://e.com/a.png', 'oss://k/b.mp4'), true],
    ['no upload', 'wan2.6-i2v', { mode: 'i2v', media: [image] }, false],
    ['oss:// inside another link', 'wan2.6-r2v', references('https://e.com/?u=oss://k'), false],
    ['oss:// before a prompt', 'wan2.6-t2v', { mode: 't2v', prompt: 'oss://k glows', media: [] }, false],
    ['oss:// inside a prompt', 'wan2.6-t2v', { mode: 't2v', prompt: 'draw oss://k', media: [] }, false],
    ['an upload in --param', 'wan2.6-t2v', withParam('input.x', [{ y: 'oss://k/a.png' }]), true],
  ])('%s', (_name, id, wish, isSent) => {
    const { headers } = callFor(getModel('dashscope', id), wish);
    expect(headers).toEqual(isSent ? withOss : asyncOnly);
  });
});

function withParam(path: string, value: unknown): Wish {
  return { mode: 't2v', prompt: 'p', media: [], overrides: [{ path, value }] };
}

function references(...urls: string[]): Wish {
  return { mode: 'r2v', prompt: 'p', media: urls.map((url) => ({ role: 'reference_image', url })) };
}

/** The field of a role in a request shape, as the documents name it. */
function fieldOf(dialect: string, role: MediaRole): string {
  if (['media-list', 'all-in-one', 'flat-media'].includes(dialect)) return 'media';
  const fields: Partial<Record<MediaRole, string>> = {
    first_frame: dialect === 'input-fields' ? 'img_url' : 'image_url',
    reference_image: dialect === 'vace' ? 'ref_images_url' : 'reference_urls',
    reference_video: dialect === 'flat' ? 'reference_video_urls' : 'reference_urls',
    driving_audio: 'audio_url',
  };
  const own = `${role}_url`;
  return ['frames', 'vace'].includes(dialect) && role !== 'reference_image' ? own : (fields[role] ?? own);
}

/** Two fields have no default at the service. */
function neededParameters({ mode, vaceFunction }: Task): string[] {
  if (mode === 'animate') return ['mode'];
  return vaceFunction === 'video_repainting' ? ['control_condition'] : [];
}
