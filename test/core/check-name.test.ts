import { expect, test } from 'vitest';
import { checkName } from '../../src/core/check-name.ts';
import type { MediaFacts } from '../../src/core/media-facts.ts';

test.each<[path: string, kind: MediaFacts['kind'], format: string, better: string | undefined]>([
  ['/a/b.jpg', 'image', 'jpeg', undefined],
  ['/a/b.JPEG', 'image', 'jpeg', undefined],
  ['/a/b.jpg', 'image', 'png', '/a/b.png'],
  ['/a/b.png', 'image', 'webp', '/a/b.webp'],
  ['/a/b.tif', 'image', 'tiff', undefined],
  ['/a/b.mp4', 'video', 'mov', undefined],
  ['/a/b.MOV', 'video', 'mp4', undefined],
  ['/a/b.mp4', 'video', 'avi', '/a/b.avi'],
  ['/a/b.mp3', 'audio', 'wav', '/a/b.wav'],
  ['/a/b', 'image', 'png', undefined],
  ['/a/b.photo', 'image', 'png', undefined],
  // Of another kind: told where it is known what for.
  ['/a/b.mp4', 'document', 'text', undefined],
  ['/a/b.constructor', 'image', 'png', undefined],
])('%s that holds %s %s is better named %s', (path, kind, format, better) => {
  const problem = checkName({ kind, format, bytes: 1 }, path);
  expect(problem?.hint).toBe(better === undefined ? undefined : `name it so: mv ${path} ${better}`);
});
