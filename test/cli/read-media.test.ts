import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mediaFlags, type TypedMedia } from '../../src/cli/media-flags.ts';
import { readCallback, readMedia } from '../../src/cli/read-media.ts';
import { modes } from '../../src/core/mode.ts';
import { UsageError } from '../../src/core/errors.ts';
import { failureOf } from '../core/refusal.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'wan-media-'));
  writeFileSync(path.join(directory, 'a.png'), 'x');
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A flag as typed, with the role that some mode gives it. */
function typed(flag: string, value: string): TypedMedia {
  const role = modes.flatMap((mode) => mediaFlags[mode]).find((known) => known.flag === flag)?.role;
  if (role === undefined) throw new Error(`no mode has --${flag}`);
  return { flag, role, value };
}

test.each<[string, string, string]>([
  ['image', 'https://e.com/a', 'first_frame'],
  ['ref-image', 'https://e.com/a', 'reference_image'],
  ['ref-video', 'https://e.com/a', 'reference_video'],
  ['ref', 'https://e.com/a.png', 'reference_image'],
  ['ref', 'https://e.com/a.JPEG?sign=x.mp4', 'reference_image'],
  ['ref', 'https://e.com/a.webp#t', 'reference_image'],
  ['ref', 'oss://k/a.bmp', 'reference_image'],
  ['ref', 'https://e.com/a.mp4', 'reference_video'],
  ['ref', 'https://e.com/a.b/c.MOV', 'reference_video'],
])('--%s %s is a %s', async (flag, value, role) => {
  expect(await readMedia([typed(flag, value)], directory)).toEqual([{ role, url: value }]);
});

test('all references stay in the order in which they were typed', async () => {
  const flags = [
    typed('ref', 'https://e.com/1.mp4'),
    typed('ref-image', 'https://e.com/2'),
    typed('ref', 'https://e.com/3.png'),
    typed('ref-video', 'https://e.com/4'),
  ];
  expect((await readMedia(flags, directory)).map(({ url }) => url)).toEqual(flags.map(({ value }) => value));
});

test.each([
  'https://e.com/a.png',
  ' https://e.com/a.png ',
  'HTTP://e.com/a.png?x=%2F',
  'https://e.com/图.png',
  'oss://dashscope-instant/u/k.png',
  'OSS://k/a.png',
])('%j is an address', async (value) => {
  expect((await readMedia([typed('image', value)], directory))[0]?.url).toBe(value.trim());
});

describe('what is no address is a usage error', () => {
  test.each([
    ['https://', /not a whole address/u],
    ['https://e.com/a b.png', /not a whole address/u],
    ['https://e.com/a\nb.png', /not a whole address/u],
    ['ftp://e.com/a.png', /not an address that services fetch/u],
    ['s3://bucket/a.png', /not an address that services fetch/u],
    ['data:image/png,AAAA', /not a data URL that services read/u],
    ['data:image/png;base64,A A', /not a data URL that services read/u],
    ['file://host/a.png', /not the address of a file here/u],
  ])('%j', async (value, message) => {
    const error = await failureOf(() => readMedia([typed('image', value)], directory));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/^--image/u);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(/http\(s\) address|https:\/\/|data:image|file:\/\/\//u);
  });

  test('and its query is not repeated', async () => {
    const error = await failureOf(() =>
      readMedia([typed('image', 'ftp://me:pass@e.com/a?Signature=secret')], directory),
    );
    expect(error.message).not.toMatch(/secret|pass/u);
  });
});

test.each(['https://e.com/a', 'https://e.com/a.gif', 'https://e.com/', 'https://e.com/a.png/'])(
  '--ref %s does not tell its kind, and names the flags that do',
  async (value) => {
    const error = await failureOf(() => readMedia([typed('ref', value)], directory));
    expect(error).toBeInstanceOf(UsageError);
  },
);

test('--ref with an upload’s address that is none is a usage error, not a crash', async () => {
  const error = await failureOf(() => readMedia([typed('ref', 'oss://[')], directory));
  expect(error).toBeInstanceOf(UsageError);
});

test.each([
  ['https://me.example/hook?x=1', true],
  ['http://me.example', true],
  ['me.example/hook', false],
  ['ftp://me.example', false],
  ['', false],
])('--callback-url %j is taken: %s', async (value, isTaken) => {
  if (isTaken) expect(readCallback(value)).toBe(value);
  else expect(await failureOf(() => readCallback(value))).toBeInstanceOf(UsageError);
});
