import { expect, test } from 'vitest';
import type { ProviderId } from '../../src/core/model.ts';
import type { GenerationRequest } from '../../src/core/request.ts';
import { rerunModel } from '../../src/workflow/rerun-model.ts';
import { failureOf } from '../core/refusal.ts';

const request = (patch: Partial<GenerationRequest> = {}): GenerationRequest => ({
  mode: 't2v',
  model: 'wan2.6-t2v',
  media: [],
  ...patch,
});

type Asked = { provider: ProviderId | undefined; model: string | undefined };
const nothing: Asked = { provider: undefined, model: undefined };

test.each<[string, Partial<GenerationRequest>, ProviderId, Asked, string | undefined, boolean]>([
  ['its own', {}, 'dashscope', nothing, 'wan2.6-t2v', false],
  ['its own, named', {}, 'dashscope', { ...nothing, model: ' wan2.6-t2v ' }, 'wan2.6-t2v', false],
  ['one that nobody knows', { model: 'wan9-t2v' }, 'dashscope', nothing, 'wan9-t2v', false],
  ['another', {}, 'dashscope', { ...nothing, model: 'wan2.7-t2v' }, 'wan2.7-t2v', true],
  ['its own elsewhere', {}, 'dashscope', { ...nothing, provider: 'acedata' }, 'wan2.6-t2v', true],
  [
    'another elsewhere',
    {},
    'dashscope',
    { provider: 'acedata', model: 'wan3.0-video' },
    'wan3.0-video',
    true,
  ],
  [
    'the service’s choice',
    { mode: 'i2v', model: 'wan2.6-i2v', omitsModel: true },
    'sinancode',
    nothing,
    undefined,
    false,
  ],
  [
    'the other service’s first',
    { mode: 'i2v', model: 'wan2.6-i2v', omitsModel: true },
    'sinancode',
    { ...nothing, provider: 'dashscope' },
    undefined,
    true,
  ],
])('%s', (_name, patch, provider, asked, model, isOther) => {
  expect(rerunModel({ provider }, request(patch), asked)).toMatchObject({ model, isOther });
});

test('is never replaced: where there is none of that name, one must be named', async () => {
  const asked = { provider: 'acedata', model: undefined } as const;
  const error = await failureOf(() =>
    rerunModel({ provider: 'dashscope' }, request({ model: 'wan2.7-t2v' }), asked),
  );
  expect(error).toMatchObject({ exitCode: 2, hint: '-m wan2.6-t2v' });
  const none = await failureOf(() =>
    rerunModel({ provider: 'dashscope' }, request({ mode: 'animate', model: 'wan2.2-animate-move' }), asked),
  );
  expect(none.hint).toBe('leave out --provider acedata');
});

test('knows what the old one is told even where nobody asked', () => {
  const animate = request({ mode: 'animate', model: 'wan2.2-animate-move' });
  expect(rerunModel({ provider: 'dashscope' }, animate, nothing).unasked).toMatchObject({ quality: 'std' });
  expect(rerunModel({ provider: 'dashscope' }, request(), nothing).unasked).toEqual({});
});
