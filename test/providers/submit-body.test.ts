import { expect, test } from 'vitest';
import type { Wish } from '../../src/core/wish.ts';
import { getModel, image } from '../catalog/get-model.ts';
import { always, asyncOnly, callFor, withOss } from './call-for.ts';

const videoSynthesis = '/services/aigc/video-generation/video-synthesis';

type Row = [id: string, wish: Wish, headers: object, body: object];

const dashscopeRows: Row[] = [
  [
    'wan2.7-t2v',
    {
      mode: 't2v',
      prompt: 'a paper boat in the rain',
      negativePrompt: 'text',
      media: [],
      resolution: '720p',
      ratio: '9:16',
      duration: 6,
      seed: 7,
    },
    asyncOnly,
    {
      model: 'wan2.7-t2v',
      input: { prompt: 'a paper boat in the rain', negative_prompt: 'text' },
      parameters: { resolution: '720P', ratio: '9:16', duration: 6, seed: 7 },
    },
  ],
  [
    'wan2.6-t2v',
    {
      mode: 't2v',
      prompt: 'two shots of a lighthouse',
      media: [],
      audioUrl: 'https://example.com/a.mp3',
      size: '1280x720',
      duration: 10,
      shotType: 'multi',
    },
    asyncOnly,
    {
      model: 'wan2.6-t2v',
      input: { prompt: 'two shots of a lighthouse', audio_url: 'https://example.com/a.mp3' },
      parameters: { size: '1280*720', duration: 10, shot_type: 'multi', prompt_extend: true },
    },
  ],
  [
    'wan2.6-i2v-flash',
    {
      mode: 'i2v',
      prompt: 'slow zoom',
      media: [{ role: 'first_frame', url: 'oss://dashscope-instant/u/2026/k.png' }],
      resolution: '720P',
      duration: 5,
      audio: false,
    },
    withOss,
    {
      model: 'wan2.6-i2v-flash',
      input: { img_url: 'oss://dashscope-instant/u/2026/k.png', prompt: 'slow zoom' },
      parameters: { resolution: '720P', duration: 5, audio: false },
    },
  ],
  [
    'wan2.6-r2v',
    {
      mode: 'r2v',
      prompt: 'character1 waves at character2',
      media: [
        { role: 'reference_image', url: 'https://example.com/a.png' },
        { role: 'reference_video', url: 'https://example.com/b.mp4' },
      ],
      size: '1280*720',
      duration: 5,
    },
    asyncOnly,
    {
      model: 'wan2.6-r2v',
      input: {
        prompt: 'character1 waves at character2',
        reference_urls: ['https://example.com/a.png', 'https://example.com/b.mp4'],
      },
      parameters: { size: '1280*720', duration: 5 },
    },
  ],
  [
    'wan3.0-video',
    {
      mode: 't2v',
      prompt: 'a beach, no dialogue',
      media: [],
      resolution: '480',
      ratio: '9:16',
      duration: -1,
    },
    asyncOnly,
    {
      model: 'wan3.0-video',
      input: { prompt: 'a beach, no dialogue' },
      parameters: { resolution: '480P', ratio: '9:16', duration: -1 },
    },
  ],
];

test.each(dashscopeRows)('DashScope gets the documented body of %s', (id, wish, headers, body) => {
  expect(callFor(getModel('dashscope', id), wish)).toEqual({
    method: 'POST',
    path: videoSynthesis,
    headers,
    body,
  });
});

const acedataRows: [id: string, wish: Wish, body: object][] = [
  [
    'wan2.6-t2v',
    { mode: 't2v', prompt: 'p', media: [], size: '1280x720', duration: 5 },
    { action: 'text2video', model: 'wan2.6-t2v', prompt: 'p', size: '1280*720', duration: 5, ...always },
  ],
  [
    'wan2.6-i2v',
    { mode: 'i2v', prompt: 'p', media: [image], resolution: '720P', duration: 10 },
    {
      action: 'image2video',
      model: 'wan2.6-i2v',
      prompt: 'p',
      image_url: image.url,
      resolution: '720P',
      duration: 10,
      ...always,
    },
  ],
  [
    'wan2.6-i2v-flash',
    { mode: 'i2v', prompt: 'p', media: [image], resolution: '1080P', duration: 5, audio: false },
    {
      action: 'image2video',
      model: 'wan2.6-i2v-flash',
      prompt: 'p',
      image_url: image.url,
      resolution: '1080P',
      duration: 5,
      ...always,
      audio: false,
    },
  ],
  [
    'wan2.6-r2v',
    {
      mode: 'r2v',
      prompt: 'character1 waves',
      media: [{ role: 'reference_video', url: 'https://example.com/a.mp4' }],
      size: '1280*720',
      duration: 5,
    },
    {
      action: 'image2video',
      model: 'wan2.6-r2v',
      prompt: 'character1 waves',
      reference_video_urls: ['https://example.com/a.mp4'],
      size: '1280*720',
      duration: 5,
      ...always,
    },
  ],
];

test.each(acedataRows)('AceData gets the documented body of %s', (id, wish, body) => {
  expect(callFor(getModel('acedata', id), wish)).toEqual({ method: 'POST', path: '/wan/videos', body });
});
