import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAddress, readCallback, readMedia } from '../../src/cli/read-media.ts';
import type { MediaFlag } from '../../src/cli/options.ts';
import { UsageError } from '../../src/core/errors.ts';
import { failureOf } from '../core/refusal.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'wan-media-'));
  writeFileSync(path.join(directory, 'a.png'), 'x');
});
afterAll(() => rmSync(directory, { recursive: true }));

test.each<[MediaFlag['flag'], string, string]>([
  ['image', 'https://e.com/a', 'first_frame'],
  ['ref-image', 'https://e.com/a', 'reference_image'],
  ['ref-video', 'https://e.com/a', 'reference_video'],
  ['ref', 'https://e.com/a.png', 'reference_image'],
  ['ref', 'https://e.com/a.JPEG?sign=x.mp4', 'reference_image'],
  ['ref', 'https://e.com/a.webp#t', 'reference_image'],
  ['ref', 'oss://k/a.bmp', 'reference_image'],
  ['ref', 'https://e.com/a.mp4', 'reference_video'],
  ['ref', 'https://e.com/a.b/c.MOV', 'reference_video'],
])('--%s %s is a %s', (flag, value, role) => {
  expect(readMedia([{ flag, value }], directory)).toEqual([{ role, url: value }]);
});

test('all references stay in the order in which they were typed', () => {
  const flags: MediaFlag[] = [
    { flag: 'ref', value: 'https://e.com/1.mp4' },
    { flag: 'ref-image', value: 'https://e.com/2' },
    { flag: 'ref', value: 'https://e.com/3.png' },
    { flag: 'ref-video', value: 'https://e.com/4' },
  ];
  expect(readMedia(flags, directory).map(({ url }) => url)).toEqual(flags.map(({ value }) => value));
});

test.each([
  'https://e.com/a.png',
  ' https://e.com/a.png ',
  'HTTP://e.com/a.png?x=%2F',
  'https://e.com/图.png',
  'oss://dashscope-instant/u/k.png',
  'OSS://k/a.png',
])('%j is an address', (value) => {
  expect(readAddress('--image', value, directory)).toBe(value.trim());
});

describe('what is no address is a usage error', () => {
  test.each([
    ['https://', /not a whole address/u],
    ['https://e.com/a b.png', /not a whole address/u],
    ['https://e.com/a\nb.png', /not a whole address/u],
    ['ftp://e.com/a.png', /not an address that services fetch/u],
    ['s3://bucket/a.png', /not an address that services fetch/u],
    ['data:image/png;base64,AAAA', /data URLs are not supported yet/u],
    ['a.png', /a\.png: local files are not supported yet/u],
    ['./a.png', /local files are not supported yet/u],
    ['file://a.png', /local files are not supported yet/u],
    ['no-such.png', /there is no such file/u],
    ['e.com/a.png', /there is no such file/u],
  ])('%j', async (value, message) => {
    const error = await failureOf(() => readAddress('--image', value, directory));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/^--image/u);
    expect(error.message).toMatch(message);
    expect(error.hint).toContain('http(s) address');
  });

  test('and its query is not repeated', async () => {
    const error = await failureOf(() =>
      readAddress('--image', 'ftp://me:pass@e.com/a?Signature=secret', directory),
    );
    expect(error.message).not.toMatch(/secret|pass/u);
  });
});

test.each(['https://e.com/a', 'https://e.com/a.gif', 'https://e.com/', 'https://e.com/a.png/'])(
  '--ref %s does not tell its kind, and names the flags that do',
  async (value) => {
    const error = await failureOf(() => readMedia([{ flag: 'ref', value }], directory));
    expect(error).toBeInstanceOf(UsageError);
  },
);

test('--ref with an upload’s address that is none is a usage error, not a crash', async () => {
  const error = await failureOf(() => readMedia([{ flag: 'ref', value: 'oss://[' }], directory));
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
