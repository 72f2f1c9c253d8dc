import { expect, test } from 'vitest';
import { matchTask } from '../../src/core/match-task.ts';
import type { GenerationRequest } from '../../src/core/request.ts';
import type { TaskReport } from '../../src/core/task.ts';

const long = 'a lighthouse in the storm, '.repeat(60);
const usage = (outputSeconds: number | null, raw: unknown = {}) => ({
  billedSeconds: null,
  inputSeconds: null,
  outputSeconds,
  raw,
});

test.each<[string, Partial<GenerationRequest>, Partial<TaskReport>, string]>([
  ['the same prompt', {}, { prompt: 'a kitten' }, 'ours'],
  ['the same, written with other blanks', { prompt: ' a\n kitten ' }, { prompt: 'a kitten' }, 'ours'],
  ['the same, composed otherwise', { prompt: 'caf\u00e9' }, { prompt: 'cafe\u0301' }, 'ours'],
  ['another prompt', {}, { prompt: 'a puppy' }, 'other'],
  ['a prompt that only begins like ours', { prompt: 'a kitten sleeps' }, { prompt: 'a kitten' }, 'other'],
  ['ours, cut by the service', { prompt: long }, { prompt: long.slice(0, 800) }, 'ours'],
  ['no prompt told', {}, {}, 'unknown'],
  ['no prompt asked', { prompt: '' }, { prompt: 'a kitten' }, 'unknown'],
  ['our seconds', { duration: 5 }, { prompt: 'a kitten', usage: usage(5.04) }, 'ours'],
  ['other seconds', { duration: 5 }, { prompt: 'a kitten', usage: usage(10) }, 'other'],
  ['seconds left to the model', { duration: -1 }, { prompt: 'a kitten', usage: usage(10) }, 'ours'],
  [
    'seconds beside a clip of ours',
    { duration: 5, media: [{ role: 'first_clip', url: 'https://e.com/a.mp4' }] },
    { prompt: 'a kitten', usage: usage(8) },
    'ours',
  ],
  ['our size', { size: '1280*720' }, { prompt: 'a kitten', width: 1280, height: 720 }, 'ours'],
  ['another size', { size: '1280*720' }, { prompt: 'a kitten', width: 720, height: 1280 }, 'other'],
  ['our tier', { resolution: '720P' }, { prompt: 'a kitten', usage: usage(5, { SR: '720' }) }, 'ours'],
  ['another tier', { resolution: '720P' }, { prompt: 'a kitten', usage: usage(5, { SR: 1080 }) }, 'other'],
  ['another tier, no prompt', { resolution: '720P' }, { usage: usage(5, { SR: 1080 }) }, 'other'],
])('%s', (_name, asked, told, match) => {
  const request: GenerationRequest = {
    mode: 't2v',
    model: 'wan2.6-t2v',
    prompt: 'a kitten',
    media: [],
    ...asked,
  };
  expect(matchTask(request, told)).toBe(match);
});
