import { expect, test } from 'vitest';
import { mediaTypeOf } from '../../src/core/media-type.ts';

test.each([
  ['docx', 'a.pdf', 'docx'],
  ['xlsx', 'a', 'xlsx'],
  ['pptx', 'a.key', 'pptx'],
  ['doc', 'a.xls', 'doc'],
  ['m4a', 'a.mp3', 'm4a'],
  ['aac', 'a.wav', 'aac'],
  ['flac', 'a.mp3', 'flac'],
  ['ogg', 'a.png', 'ogg'],
  ['amr', 'a.wav', 'amr'],
  ['aiff', 'a.wav', 'aiff'],
  ['jpeg', 'a.png', 'jpg'],
  ['mkv', 'a.mp4', 'mkv'],
  ['text', 'a.md', 'md'],
  ['text', 'a.mp4', 'txt'],
  ['text', 'a', 'txt'],
  // Their container tells no more: the name decides.
  ['pages', 'a.pages', 'pages'],
  ['ole', 'a.bak', 'bak'],
  ['unknown', 'a', 'bin'],
])('%s called %s is sent as .%s', (format, name, extension) => {
  expect(mediaTypeOf({ format }, name).extension).toBe(extension);
});
