import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { probeBytes } from '../../src/media/probe.ts';

// QuickTime's first writers put no `ftyp` in front of a film.

const latin = (text: string) => Buffer.from(text, 'latin1');

/** A film whose `ftyp`, of 32 bytes, became two boxes of older times. */
async function oldFilm(name: string): Promise<Buffer> {
  const film = await readFile(join(import.meta.dirname, '..', 'fixtures', `${name}.mp4`));
  film.write('\0\0\0\x08wide\0\0\0\x18free', 0, 'latin1');
  return film;
}

describe('a film without ftyp', () => {
  test.each(['moov-first', 'moov-last'])('%s is read as any other', async (name) => {
    expect(await probeBytes(await oldFilm(name), 'a')).toMatchObject({
      kind: 'video',
      format: 'mov',
      width: 64,
      height: 48,
      seconds: 1,
      framesPerSecond: 10,
      hasAudio: true,
      videoCodec: 'avc',
    });
  });

  test.each(['moov-first', 'moov-last'])('%s, cut off anywhere', async (name) => {
    const film = await oldFilm(name);
    for (let tenth = 1; tenth < 10; tenth += 1) {
      const run = probeBytes(film.subarray(0, Math.floor((film.length * tenth) / 10)), 'a.mov');
      // oxlint-disable-next-line no-await-in-loop -- mediabunny once at a time
      await expect(run).rejects.toThrow(/^a\.mov cannot be read as a video: it /u);
    }
  });

  test.each([
    ['boxes that hold no film', '\0\0\0\x08wide\0\0\0\x10mdat12345678', /it has no moov box$/u],
    ['an index without tracks', '\0\0\0\x08moov\0\0\0\x08mdat', /cannot be read as a video: /u],
    [
      'noise behind the first box',
      '\0\0\0\x08wide\x01\x02\x03\x04\x05\x06\x07\x08',
      /there is no box at byte 8$/u,
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(probeBytes(latin(bytes), 'a')).rejects.toThrow(message);
  });

  test.each(['Are free\n', 'The wide river\n', 'Now skip it\n'])('%j is none', async (text) => {
    expect(await probeBytes(latin(text), 'a')).toMatchObject({ kind: 'document', format: 'text' });
  });
});
