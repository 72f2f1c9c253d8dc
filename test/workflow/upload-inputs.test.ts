import { expect, test } from 'vitest';
import { rulesFor } from '../../src/core/model.ts';
import type { GenerationRequest, MediaInput } from '../../src/core/request.ts';
import { uploadInputs, withPlaceholders } from '../../src/workflow/upload-inputs.ts';
import { getModel } from '../catalog/get-model.ts';
import { makeJob } from '../core/make-job.ts';
import { connectionTo, fakeWorld } from './fake-runtime.ts';

const model = getModel('dashscope', 'wan2.6-i2v');
const facts = (format: string) => ({ kind: 'image', format, bytes: 3 }) as const;
const request = (input: Omit<MediaInput, 'role'>): GenerationRequest => ({
  mode: 'i2v',
  model: model.id,
  media: [{ ...input, role: 'first_frame' }],
});

test.each<[string, Omit<MediaInput, 'role'>, string]>([
  [
    'another type',
    { url: 'data:image/png;base64,AAAA', facts: facts('jpeg') },
    'data:image/jpeg;base64,AAAA',
  ],
  ['its own', { url: 'data:image/webp;base64,AAAA', facts: facts('webp') }, 'data:image/webp;base64,AAAA'],
  ['no known type', { url: 'data:a/b;base64,AAAA', facts: facts('unknown') }, 'data:a/b;base64,AAAA'],
  ['no facts', { url: 'data:a/b;base64,AAAA' }, 'data:a/b;base64,AAAA'],
])('a data URL whose content has %s is sent with the type of its content', async (_what, input, url) => {
  const wish = request(input);
  const { sent, kept } = await uploadInputs(fakeWorld([]).runtime, connectionTo('dashscope'), {
    job: makeJob(),
    request: wish,
    model,
  });
  expect(sent.media[0]?.url).toBe(url);
  expect(kept).toEqual(wish);
  const shown = withPlaceholders(wish, rulesFor(model, 'i2v', undefined), 'dashscope');
  expect(shown.request).toEqual(sent);
});

test.each([
  ['dashscope', 'oss://<upload:/a.png>'],
  ['acedata', 'https://<upload:/a.png>'],
  ['sinancode', 'https://<upload:/a.png>'],
] as const)('a dry run for %s shows %s', (provider, url) => {
  const file = { path: '/a.png', bytes: 3, modifiedMs: 0, sha256: 'ab' };
  const wish = request({ url: 'file:///a.png', file });
  const { media } = withPlaceholders(wish, getModel(provider, 'wan2.6-i2v'), provider).request;
  expect(media.map((input) => input.url)).toEqual([url]);
});
