import { describe, expect, test } from 'vitest';
import {
  audS,
  aud27,
  doc3,
  img20,
  imgA,
  retalkAudio,
  retalkVideo,
  vid10,
  vid3,
  vidA,
  vidV5,
} from '../../src/catalog/media-profiles.ts';
import { checkFile, checkTogether, soundWarning } from '../../src/core/check-file.ts';
import type { MediaFacts } from '../../src/core/media-facts.ts';
import type { MediaProfile } from '../../src/core/media-profile.ts';

const MB = 1024 * 1024;
const png = { kind: 'image', format: 'png', bytes: 1000, width: 800, height: 600 } as const;
const clip = { kind: 'video', format: 'mp4', bytes: 1000, width: 1280, height: 720, seconds: 5 } as const;
const sound = { kind: 'audio', format: 'wav', bytes: 1000, seconds: 5 } as const;

const accepted: [string, MediaFacts, MediaProfile][] = [
  ['the least side', { ...png, width: 240, height: 240 }, img20],
  ['the greatest side', { ...png, width: 8000, height: 1000 }, img20],
  ['the greatest size', { ...png, bytes: 20 * MB }, img20],
  ['alpha where nothing is said of it', { ...png, hasAlpha: true }, imgA],
  ['the least length', { ...clip, seconds: 2 }, vid10],
  ['the greatest length', { ...clip, seconds: 10 }, vid10],
  ['a length rounded up to a frame', { ...clip, seconds: 10.03 }, vid10],
  ['16 frames', { ...clip, framesPerSecond: 16 }, vid3],
  ['facts that could not be read', { kind: 'video', format: 'avi', bytes: 1 }, vidA],
  ['no length where none is limited', { ...clip, seconds: undefined }, vidV5],
  ['a sound of no length where none is limited', { ...sound, seconds: undefined }, retalkAudio],
  ['no rate', { ...clip, framesPerSecond: undefined }, vid3],
  ['just below', { ...sound, bytes: 15 * MB - 1, seconds: 19.99 }, audS],
  ['anything where nothing is documented', { ...clip, seconds: 500, bytes: 500 * MB }, retalkVideo],
  ['a document', { kind: 'document', format: 'pdf', bytes: 1 }, doc3],
];

test.each(accepted)('takes %s', (_, facts, profile) => {
  expect(checkFile(facts, profile, 'f')).toEqual({ warnings: [] });
});

const refused: [string, MediaFacts, MediaProfile, string, string][] = [
  [
    'small',
    { ...png, width: 120, height: 239 },
    img20,
    'f is 120x239 px: wan wants 240–8000 px a side',
    'scale it to at least 240 px a side',
  ],
  [
    'large',
    { ...png, width: 8001, height: 8000 },
    img20,
    'f is 8001x8000 px: wan wants 240–8000 px a side',
    'scale it to at most 8000 px a side',
  ],
  [
    'both',
    { ...png, width: 20_000, height: 1 },
    img20,
    'f is 20000x1 px: wan wants 240–8000 px a side',
    'crop it to at least 240 and at most 8000 px a side',
  ],
  [
    'aspect',
    { ...png, width: 300, height: 2401 },
    img20,
    'f is 300x2401 px: wan wants 1:8 to 8:1',
    'crop its longer side to at most 2400 px',
  ],
  [
    'alpha',
    { ...png, hasAlpha: true },
    img20,
    'f has an alpha channel: wan wants images without transparency',
    'flatten it: magick in.png -background white -alpha remove -alpha off out.png',
  ],
  [
    'bytes',
    { ...png, bytes: 21 * MB },
    img20,
    'f has 21.0 MB: at most 20 MB',
    'save it as a smaller JPEG, at most 20 MB',
  ],
  [
    'a byte',
    { ...png, bytes: 20 * MB + 1 },
    img20,
    'f has 20971521 bytes: at most 20 MB (20971520 bytes)',
    'save it as a smaller JPEG, at most 20 MB',
  ],
  [
    'long',
    { ...clip, seconds: 12.4 },
    vid10,
    'f is 12.4 s long, and may be at most 10 s',
    'cut it to 10 s: ffmpeg -i in -t 10 out',
  ],
  [
    'short',
    { ...sound, seconds: 1 },
    aud27,
    'f is 1 s long, and must be at least 2 s',
    'give a sound file of 2–30 s',
  ],
  [
    'not below',
    { ...sound, seconds: 20 },
    audS,
    'f is 20 s long, and must be less than 20 s',
    'cut it: ffmpeg -i in -t 19.5 out',
  ],
  [
    'not below in bytes',
    { ...sound, bytes: 15 * MB },
    audS,
    'f has 15728640 bytes: less than 15 MB (15728640 bytes)',
    'compress or shorten it, less than 15 MB',
  ],
  [
    'slow',
    { ...clip, framesPerSecond: 15 },
    vid3,
    'f has 15 frames a second: at least 16',
    'ffmpeg -i in -r 16 out',
  ],
  [
    'a clip of no length',
    { ...clip, seconds: undefined },
    vid10,
    'f: its length cannot be read',
    'save it anew: ffmpeg -i in out.mp4',
  ],
  [
    'a clip of no size',
    { kind: 'video', format: 'mov', bytes: 1, seconds: 5 },
    vid10,
    'f: its size cannot be read',
    'save it anew: ffmpeg -i in out.mov',
  ],
  ...(['wav', 'mp3'] as const).map((format): [string, MediaFacts, MediaProfile, string, string] => [
    `${format} of no length`,
    { kind: 'audio', format, bytes: 1 },
    audS,
    'f: its length cannot be read',
    `save it anew: ffmpeg -i in out.${format}`,
  ]),
  [
    'text',
    { kind: 'document', format: 'text', bytes: 1 },
    img20,
    'f is a text file, not an image',
    'give an image: jpeg, png, bmp, webp',
  ],
  ['a video', clip, img20, 'f is an MP4 video, not an image', 'give an image: jpeg, png, bmp, webp'],
  [
    'noise',
    { kind: 'unknown', format: 'unknown', bytes: 1 },
    aud27,
    'f is of a kind that wan does not know, not a sound file',
    'give a sound file: wav, mp3',
  ],
  [
    'format',
    { ...png, format: 'gif' },
    img20,
    'f is a GIF image: wan wants jpeg, png, bmp, webp',
    'convert it to jpeg',
  ],
];

test.each(refused)('refuses %s', (_, facts, profile, message, hint) => {
  expect(checkFile(facts, profile, 'f')).toEqual({ problem: { message, hint }, warnings: [] });
});

test('warns of what is cut', () => {
  expect(checkFile({ ...clip, seconds: 7.5 }, vidV5, 'f')).toEqual({
    warnings: ['f is 7.5 s long: only its first 5 s are used'],
  });
  expect(checkFile(clip, vidV5, 'f')).toEqual({ warnings: [] });
});

describe('several files together', () => {
  test('may reach the limit', () => {
    expect(checkTogether([5, 10, undefined], 15, 'reference videos')).toBeUndefined();
  });
  test('are refused beyond it', () => {
    expect(checkTogether([8, 8.25], 15, 'reference videos')).toEqual({
      message: 'the reference videos are 16.25 s long together, and may be at most 15 s',
      hint: 'shorten them by 1.3 s',
    });
  });
});

test('a sound track that does not fit is told', () => {
  expect(soundWarning(5, 5)).toBeUndefined();
  expect(soundWarning(7.5, 5)).toBe('the sound is 7.5 s long, the clip 5 s: its last 2.5 s are cut off');
  expect(soundWarning(3, 5)).toBe('the sound is 3 s long, the clip 5 s: the last 2 s are silent');
});
