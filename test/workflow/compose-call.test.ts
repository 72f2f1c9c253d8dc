import { expect, test } from 'vitest';
import { assumedModel } from '../../src/catalog/index.ts';
import { buildRequest } from '../../src/core/build-request.ts';
import { providers } from '../../src/providers/index.ts';
import { checkPlaces, composeCall, overrideWarnings } from '../../src/workflow/compose-call.ts';
import { getModel, image } from '../catalog/get-model.ts';

const model = getModel('sinancode', 'wan2.6-i2v');
const { request } = buildRequest({ mode: 'i2v', media: [image] }, model);

test('a path of the user’s own takes the protocol’s place, for its mode alone', () => {
  const place = { provider: providers.sinancode, paths: { i2v: '/other/i2v' } };
  expect(composeCall(place, request, model).path).toBe('/other/i2v');
  const others = { provider: providers.sinancode, paths: { t2v: '/other/t2v' } };
  expect(composeCall(others, request, model).path).toBe('/generate/bailian/wan2-image-to-video');
});

test('a path of one’s own is all that differs', () => {
  const plain = composeCall({ provider: providers.sinancode, paths: {} }, request, model);
  const own = composeCall({ provider: providers.sinancode, paths: { i2v: '/x' } }, request, model);
  expect(own).toEqual({ ...plain, path: '/x' });
});

test.each([
  ['input.prompt', ['--param input.prompt takes the place of "p"']],
  ['input.other', []],
  ['seed', ['--param seed takes the place of 3']],
  ['input.media.0.url', []],
])('--param %s warns: %j', (path, warnings) => {
  const wan = getModel('dashscope', 'wan2.6-t2v');
  const wish = { mode: 't2v', prompt: 'p', media: [], seed: 3, overrides: [{ path, value: 1 }] } as const;
  const built = buildRequest({ ...wish, media: [] }, wan).request;
  expect(overrideWarnings({ provider: providers.dashscope, paths: {} }, built, wan)).toEqual(warnings);
});

test('an item of a list is told too', () => {
  const wan = getModel('dashscope', 'wan2.7-i2v');
  const overrides = [{ path: 'input.media.0.url', value: 'x' }];
  const built = buildRequest({ mode: 'i2v', media: [image], overrides }, wan).request;
  expect(overrideWarnings({ provider: providers.dashscope, paths: {} }, built, wan)).toEqual([
    `--param input.media.0.url takes the place of "${image.url}"`,
  ]);
});

test('an unknown model goes by the shape of its id', () => {
  const newer = assumedModel('dashscope', 'wan2.9-i2v', 'i2v');
  const built = buildRequest({ mode: 'i2v', media: [image] }, newer).request;
  expect(composeCall({ provider: providers.dashscope, paths: {} }, built, newer)).toMatchObject({
    path: '/services/aigc/video-generation/video-synthesis',
    body: { model: 'wan2.9-i2v', input: { media: [{ type: 'first_frame', url: image.url }] } },
  });
});

const kept = { ...image, url: 'oss://dir/a.png' };

test.each(['acedata', 'sinancode'] as const)('%s cannot read what DashScope keeps', (id) => {
  const wan = getModel(id, 'wan2.6-i2v');
  const built = buildRequest({ mode: 'i2v', prompt: 'p', media: [kept] }, wan).request;
  const check = () => checkPlaces({ provider: providers[id], paths: {} }, built, wan);
  expect(check).toThrow(/cannot read oss:\/\/ addresses: --image oss:\/\/dir\/a\.png/u);
});

test('DashScope reads what it keeps', () => {
  const wan = getModel('dashscope', 'wan2.6-i2v');
  const built = buildRequest({ mode: 'i2v', prompt: 'p', media: [kept] }, wan).request;
  expect(() => checkPlaces({ provider: providers.dashscope, paths: {} }, built, wan)).not.toThrow();
});
