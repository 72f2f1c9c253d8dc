import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFilm } from '../../src/sandbox/film-facts.ts';
import { avi, film, mp3, wav } from './films.ts';
import { temporaryDirectory } from './harness.ts';
import { png } from './pictures.ts';

const shape = { seconds: 2.5, width: 320, height: 240, rate: 10 };
const facts = { seconds: 2.5, size: { width: 320, height: 240 }, rate: 10 };

describe('a film is read by its content', () => {
  test.each<[string, () => Buffer | Promise<Buffer>, object | undefined]>([
    ['MP4', () => film(shape), { ...facts, format: 'mp4' }],
    ['MP4 with its index in front', () => film({ ...shape, isFast: true }), { ...facts, format: 'mp4' }],
    ['MOV', () => film({ ...shape, format: 'mov' }), { ...facts, format: 'mov' }],
    ['AVI', () => avi(shape), { ...facts, format: 'avi' }],
    ['WAV', () => wav(2.5), { format: 'wav', seconds: 2.5 }],
    ['MP3', () => mp3(2.5), { format: 'mp3', seconds: expect.closeTo(2.5, 1) }],
    ['a picture', () => png(300, 300), undefined],
    ['text', () => Buffer.from('not a film at all, and no sound either'), undefined],
    ['nothing', () => Buffer.alloc(0), undefined],
  ])('%s', async (_name, make, expected) => {
    const bytes = await make();
    const path = join(await temporaryDirectory(), 'file');
    await writeFile(path, bytes);
    expect(await readFilm({ path }, bytes.length)).toEqual(expected);
    expect(await readFilm({ bytes }, bytes.length)).toEqual(expected);
  });

  test.each([
    ['with the index in front', true],
    ['with the index behind', false],
  ])('one cut off %s is none', async (_name, isFast) => {
    const whole = await film({ ...shape, isFast });
    const bytes = whole.subarray(0, whole.length - 20);
    expect(await readFilm({ bytes }, bytes.length)).toBeUndefined();
  });
});
