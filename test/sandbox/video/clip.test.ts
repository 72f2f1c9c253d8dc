import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { expect, test } from 'vitest';

import type { ClipSpec } from '../../../src/sandbox/video/clip-spec.ts';
import { renderClip } from '../../../src/sandbox/video/clip.ts';
import { picturesOf } from '../../../src/sandbox/video/scene.ts';
import { ffprobe } from './ffprobe.ts';
import { tempDirectory } from './temp-directory.ts';

const AAC_PACKET_SECONDS = 1_024 / 32_000;

const small: ClipSpec = { width: 320, height: 240, seconds: 1, sound: false, title: 'a red fox' };

async function probe(bytes: Uint8Array): ReturnType<typeof ffprobe> {
  const path = join(await tempDirectory(), 'clip.mp4');
  await writeFile(path, bytes);
  return ffprobe(path);
}

test.each([
  { width: 832, height: 480, seconds: 5, sound: true },
  { width: 1280, height: 720, seconds: 2.5, sound: true },
  { width: 1088, height: 832, seconds: 1, sound: false },
  { width: 1248, height: 1632, seconds: 1, sound: false },
  { width: 1440, height: 1440, seconds: 1, sound: false },
  { width: 1920, height: 1080, seconds: 3, sound: true },
  { width: 816, height: 1104, seconds: 1.04, sound: true },
  { width: 854, height: 482, seconds: 1.99, sound: false },
  { width: 64, height: 64, seconds: 60, sound: true },
  { width: 130, height: 2000, seconds: 1, sound: false },
])('$width x $height, $seconds s, sound: $sound', async (size) => {
  const bytes = await renderClip({ ...size, title: 'a red fox crosses a frozen river' });

  const seen = await probe(bytes);
  expect(seen.complaints).toBe('');
  const [video, audio] = seen.streams;
  expect(video).toMatchObject({ codec_name: 'h264', width: size.width, height: size.height });
  expect(video?.avg_frame_rate).toBe('30/1');
  expect(video?.nb_read_frames).toBe(Math.round(size.seconds * 30));
  expect(Math.abs((video?.duration ?? 0) - size.seconds)).toBeLessThanOrEqual(1 / 30);
  expect(audio?.codec_name).toBe(size.sound ? 'aac' : undefined);
  expect(seen.format.duration).toBeGreaterThanOrEqual(video?.duration ?? 0);
  expect(seen.format.duration - (video?.duration ?? 0)).toBeLessThan(AAC_PACKET_SECONDS + 0.001);

  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  expect(await track?.getDisplayWidth()).toBe(size.width);
  expect(await track?.getDisplayHeight()).toBe(size.height);
  expect(await track?.computeDuration()).toBeCloseTo(Math.round(size.seconds * 30) / 30, 3);
  expect((await track?.computePacketStats())?.averagePacketRate).toBeCloseTo(30, 1);
});

test('puts the index in front, so that a player can start while the file still comes', async () => {
  const bytes = Buffer.from(await renderClip(small));
  expect(bytes.indexOf('moov')).toBeGreaterThan(0);
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
});

test('gives the same bytes for the same spec, and others for another', async () => {
  const spec = { ...small, sound: true };
  const first = Buffer.from(await renderClip(spec));
  expect(first.equals(await renderClip({ ...spec }))).toBe(true);
  expect(first.equals(await renderClip({ ...spec, title: 'a red foy' }))).toBe(false);
});

test('renders at the same time do not mix', async () => {
  const specs = ['a', 'b'].map((title) => ({ ...small, title }));
  const together = await Promise.all(specs.map(renderClip));
  for (const [index, spec] of specs.entries()) {
    expect(together[index]?.length).toBeGreaterThan(0);
    expect(Buffer.from(await renderClip(spec)).equals(together[index] ?? Buffer.of())).toBe(true);
  }
});

test.each([
  ['Latin', 'Déjà vu: “naïve” café', 'Déjà vu: “naïve” café'],
  ['Chinese', '一只红狐狸在结冰的河上行走,镜头缓慢推进', '一只红狐狸在结冰的河上行走,镜头缓慢推进'],
  ['mixed scripts', 'قطة 🐈‍⬛ γάτα кошка', 'قطة 🐈‍⬛ γάτα кошка'],
  ['several lines', 'first\r\nsecond\tthird', 'first \nsecond\tthird'],
  ['control characters', '\u001B[31mred\u0000 \u009B1m\u0007\u007F fox', '[31mred   1m   fox'],
  ['half a surrogate pair', 'fox \uD83E', 'fox'],
  ['20,000 characters', 'wool '.repeat(4_000), 'wool '.repeat(4_000).trim()],
  ['one endless word', 'x'.repeat(20_000), 'x'.repeat(20_000)],
  ['nothing visible', '\u200B\u0301\u2060', '\u200B\u0301\u2060'],
])('keeps a title of %s whole in the metadata', async (_, title, kept) => {
  const seen = await probe(await renderClip({ ...small, title }));
  expect(seen.complaints).toBe('');
  expect(seen.format.tags['title']).toBe(kept);
});

test('makes a clip without a title', async () => {
  const seen = await probe(await renderClip({ ...small, title: '' }));
  expect(seen.complaints).toBe('');
});

test.each([
  [{ width: 321 }, 'even numbers'],
  [{ height: 5_000 }, 'even numbers'],
  [{ seconds: 0.5 }, '1 to 60 seconds'],
  [{ seconds: Number.NaN }, '1 to 60 seconds'],
])('refuses %j', async (change, message) => {
  await expect(renderClip({ ...small, ...change })).rejects.toThrow(message);
});

test('leaves no handler on the process', async () => {
  await renderClip(small);
  // Node's own runner and vitest have theirs; the encoder's would be named by its source.
  const handlers = [...process.listeners('uncaughtException'), ...process.listeners('unhandledRejection')];
  expect(handlers.map(String).filter((source) => source.includes('throw A'))).toEqual([]);
});

test('another seed makes another clip, the same one the same', async () => {
  const clips = await Promise.all([undefined, 7, 7, 8].map(async (seed) => renderClip({ ...small, seed })));
  const [none, seven, again, eight] = clips.map((bytes) => Buffer.from(bytes).toString('base64'));
  expect(again).toBe(seven);
  expect(new Set([none, seven, eight]).size).toBe(3);
});

test('what the typeface lacks is drawn by its code point: other words, another picture', () => {
  const pictureOf = (title: string) => {
    const [picture] = picturesOf({ ...small, title, seed: 1 }, 1);
    // The lower half, where there is no star: words, and the note.
    return Buffer.from(picture?.y.slice(small.width * Math.round(small.height * 0.5)) ?? []);
  };
  const pictures = ['猫', '犬', '고', '😀', 'a'].map((title) => pictureOf(title).toString('base64'));
  expect(new Set(pictures).size).toBe(5);
});
