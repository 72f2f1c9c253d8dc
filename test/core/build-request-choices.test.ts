import { describe, expect, test } from 'vitest';
import { assumedModel, modelsFor } from '../../src/catalog/index.ts';
import { buildRequest } from '../../src/core/build-request.ts';
import { modesOf } from '../../src/core/model.ts';
import type { Region } from '../../src/core/region.ts';
import type { MediaInput } from '../../src/core/request.ts';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, image, inputs, leastWish } from '../catalog/get-model.ts';
import { refusalOf } from './refusal.ts';

const sound: MediaInput = { role: 'driving_audio', url: 'https://example.com/a.mp3' };

function refusal(id: string, asked: Partial<Wish>, provider: 'dashscope' | 'acedata' = 'dashscope') {
  const model = getModel(provider, id);
  return refusalOf({ ...leastWish(model), ...asked }, model);
}

describe('contradictions', () => {
  test.each<[string, Partial<Wish>, string, string]>([
    [
      'wan2.6-t2v',
      { shotType: 'multi', promptExtend: false },
      '--shot-type multi works only with prompt extension',
      'leave out --no-prompt-extend, or use --shot-type single',
    ],
    [
      'wan2.6-i2v-flash',
      { audio: false, media: [image, sound] },
      '--no-audio silences --audio-url',
      'leave out one of the two',
    ],
    ['wan2.6-t2v', { prompt: ' \n' }, 'the prompt is empty', 'wan t2v "what the video shows"'],
    ['wan2.6-i2v', { prompt: '' }, 'the prompt is empty', 'wan i2v "what the video shows"'],
  ])('%s: %j', (id, asked, message, hint) => {
    expect(refusal(id, asked)).toMatchObject({ message, hint, exitCode: 2 });
  });

  test('a single shot needs no prompt extension', () => {
    const model = getModel('dashscope', 'wan2.6-t2v');
    const wish = { ...leastWish(model), shotType: 'single', promptExtend: false } as const;
    expect(buildRequest(wish, model).request).toMatchObject({ shotType: 'single', promptExtend: false });
  });

  test.each(['wan2.6-t2v', 'wan2.6-r2v', 'wan2.7-t2v', 'wan3.0-video'])('%s needs a prompt', (id) => {
    const model = getModel('dashscope', id);
    const { prompt: _prompt, ...wish } = leastWish(model);
    expect(refusalOf(wish, model).message).toBe(`${id} needs a prompt`);
  });

  test('a first frame needs none on DashScope, and one on AceData', () => {
    const wish: Wish = { mode: 'i2v', media: [image] };
    expect(buildRequest(wish, getModel('dashscope', 'wan2.6-i2v')).request).not.toHaveProperty('prompt');
    expect(refusalOf(wish, getModel('acedata', 'wan2.6-i2v')).message).toBe('wan2.6-i2v needs a prompt');
  });
});

describe('a flag that the model does not take names the first listed one that takes them all', () => {
  test.each<[string, Partial<Wish>, Region | undefined, string]>([
    ['wan2.6-t2v', { audio: false }, undefined, '-m wan3.0-video takes it; or leave it out'],
    ['wan2.7-t2v', { shotType: 'multi' }, undefined, '-m wan2.6-t2v takes it; or describe the shots'],
    ['wan3.0-video', { negativePrompt: 'text' }, undefined, '-m wan2.6-t2v takes it; or say in the prompt'],
    ['wan3.0-video', { media: [sound], duration: 7 }, 'virginia', '-m wan2.6-t2v takes it; or leave'],
    ['wan2.6-i2v', { audio: false }, 'beijing', '-m wan2.6-i2v-flash takes it; or leave it out'],
    ['wan2.6-r2v', { audio: false }, 'singapore', '-m wan2.6-r2v-flash takes it; or leave it out'],
    ['wan2.6-i2v', { audio: false }, 'frankfurt', '-m wan3.0-video takes it; or leave it out'],
    ['wan3.0-video', { negativePrompt: 'x' }, 'tokyo', 'say in the prompt what not to show'],
    ['wan3.0-video', { negativePrompt: 'x', duration: 20 }, undefined, 'say in the prompt what not'],
    ['wan2.6-t2v', { audio: false, negativePrompt: 'x' }, undefined, '-m wan2.2-t2v-plus takes it; or'],
    [
      'wan2.6-t2v',
      { audio: false, negativePrompt: 'x', duration: 10 },
      undefined,
      'leave it out: wan2.6-t2v always',
    ],
    [
      'wan2.6-t2v',
      { callbackUrl: 'https://me.example/' },
      undefined,
      'leave it out: the service calls nobody',
    ],
    [
      'wan2.6-r2v',
      { media: [{ role: 'reference_image', url: 'https://e.com/a.png' }, sound] },
      undefined,
      'it takes --ref-image <file or url> or',
    ],
  ])('%s, %j in %s', (id, asked, region, hint) => {
    const model = getModel('dashscope', id);
    const others = modelsFor('dashscope', modesOf(model)[0] ?? 't2v', region);
    const error = refusalOf({ ...leastWish(model), ...asked }, model, { others, region });
    expect(error.message).toMatch(/does not take --|takes no /u);
    expect(error.hint?.slice(0, hint.length)).toBe(hint);
  });

  test('a value beyond a limit names the nearest value, then the first model that takes it', () => {
    const model = getModel('dashscope', 'wan2.6-t2v');
    const others = modelsFor('dashscope', 't2v', undefined);
    const error = refusalOf({ ...leastWish(model), duration: 20 }, model, { others });
    expect(error.hint).toBe('the nearest is --duration 15; or -m wan3.0-video');
  });

  test.each<[string, Partial<Wish>]>([
    ['wan2.6-t2v', { seed: 1 }],
    ['wan2.6-i2v', { watermark: true }],
    ['wan2.6-r2v', { seed: 0 }],
  ])('AceData %s takes no %j', (id, asked) => {
    expect(refusal(id, asked, 'acedata').message).toMatch(/^wan2\.6-\w+ does not take --/u);
  });

  test('images and clips together count against the total', () => {
    const media = (images: number, clips: number) => [
      ...inputs('reference_image', images),
      ...inputs('reference_video', clips),
    ];
    const model = getModel('dashscope', 'wan2.6-r2v');
    expect(buildRequest({ ...leastWish(model), media: media(3, 2) }, model).request.media).toHaveLength(5);
    expect(refusal('wan2.6-r2v', { media: media(3, 3) })).toMatchObject({
      message: '6 of --ref-image or --ref-video: wan2.6-r2v takes at most 5 of them together',
      hint: 'leave out 1',
    });
  });

  test('AceData takes clips as references, no images', () => {
    const error = refusal(
      'wan2.6-r2v',
      { media: [{ role: 'reference_image', url: 'https://e.com/a.png' }] },
      'acedata',
    );
    expect(error.message).toBe('wan2.6-r2v takes no reference images (--ref-image)');
    expect(error.hint).toBe('it takes --ref-video <file or url> or --audio-url <file or url>');
  });
});

test.each<[string, Partial<Wish>]>([
  ['wan2.6-t2v', { audio: true }],
  ['wan2.7-t2v', { audio: true }],
])('%s accepts %j, which it always does, and does not send it', (id, asked) => {
  const model = getModel('dashscope', id);
  const { request } = buildRequest({ ...leastWish(model), ...asked }, model);
  expect(request).toEqual(buildRequest(leastWish(model), model).request);
});

test('AceData accepts --no-watermark, which it always does, and does not send it', () => {
  const model = getModel('acedata', 'wan2.6-t2v');
  const { request } = buildRequest({ ...leastWish(model), watermark: false }, model);
  expect(request).not.toHaveProperty('watermark');
});

describe('prompts that name references by number', () => {
  const urls = ['https://example.com/a.png', 'https://example.com/b.png'];
  test.each([
    ['character1 meets character2', 2, []],
    ['Character 2 waves', 1, ['the prompt names character2, but there is 1 reference']],
    [
      'character3, character7 and character3',
      2,
      [3, 7].map((n) => `the prompt names character${n}, but there are 2 references`),
    ],
    ['character0 waves', 1, ['the prompt names character0, but there is 1 reference']],
    ['a character waves', 1, []],
  ])('%j with %i', (prompt, count, warnings) => {
    const media = urls.slice(0, count).map((url) => ({ role: 'reference_image', url }) as const);
    const model = getModel('dashscope', 'wan2.6-r2v');
    expect(buildRequest({ mode: 'r2v', prompt, media }, model).warnings).toEqual(warnings);
  });

  test('mean nothing to a model without references', () => {
    const wish: Wish = { mode: 't2v', prompt: 'character9', media: [] };
    expect(buildRequest(wish, getModel('dashscope', 'wan2.6-t2v')).warnings).toEqual([]);
  });
});

test('an unknown model gets everything as it was typed, in the spelling of the services', () => {
  const wish: Wish = {
    mode: 't2v',
    prompt: 'p'.repeat(30_000),
    media: [],
    size: '333x444',
    resolution: '2160p',
    ratio: '21:9',
    duration: 99,
    audio: false,
    shotType: 'single',
    watermark: true,
    seed: -7,
  };
  const { request, warnings } = buildRequest(wish, assumedModel('dashscope', 'wan9-video', 't2v'));
  expect(request).toEqual({ ...wish, model: 'wan9-video', size: '333*444', resolution: '2160P' });
  expect(warnings).toEqual([]);
});
