import { describe, expect, test } from 'vitest';
import { referenceWarnings } from '../../src/core/reference-names.ts';
import { rulesFor } from '../../src/core/model.ts';
import type { Mode } from '../../src/core/mode.ts';
import { getModel, inputs } from '../catalog/get-model.ts';

function warnings(id: string, prompt: string, images: number, clips: number, mode: Mode = 'r2v'): string[] {
  const role = mode === 'edit' ? 'video' : 'reference_video';
  const media = [...inputs('reference_image', images), ...inputs(role, clips)];
  return referenceWarnings({ mode, prompt, media }, rulesFor(getModel('dashscope', id), mode));
}

describe('wan2.6 counts all references together', () => {
  test.each<[string, number, number, string[]]>([
    ['character1 waves at character2', 1, 1, []],
    ['character1向character2挥手', 1, 1, []],
    ['Character 2 waves', 2, 0, []],
    ['a character of 3 people', 1, 0, []],
    ['characters1', 1, 0, []],
    ['character3 waves', 1, 1, ['the prompt names character3, but there are 2 references']],
    ['character0', 1, 0, ['the prompt names character0, but there is 1 reference']],
    ['Image 1 waves', 1, 0, ['wan2.6-r2v does not know the name Image 1: write character1']],
    [
      '视频2在跑',
      1,
      1,
      ['wan2.6-r2v does not know the name 视频2: its references are character1, character2, …'],
    ],
    ['Video 1 waves', 2, 1, ['wan2.6-r2v does not know the name Video 1: write character3']],
    ['图 1 and 图 1', 1, 0, ['wan2.6-r2v does not know the name 图 1: write character1']],
  ])('%s', (prompt, images, clips, expected) => {
    expect(warnings('wan2.6-r2v', prompt, images, clips)).toEqual(expected);
  });
});

describe('wan2.7 and later count each kind apart', () => {
  test.each<[string, number, number, string[]]>([
    ['Image 1 greets Video 1', 1, 1, []],
    ['图1和视频1跳舞', 1, 1, []],
    ['图 2在图1旁边', 2, 0, []],
    ['the image 12 years ago', 0, 1, []],
    ['视频1 and Image 12', 0, 1, ['the prompt names Image 12, but there is no reference image']],
    [
      'Image 2 greets Video 2',
      1,
      1,
      [
        'the prompt names Image 2, but there is 1 reference image',
        'the prompt names Video 2, but there is 1 reference video',
      ],
    ],
    ['视频1', 1, 0, ['the prompt names Video 1, but there is no reference video']],
    ['图3', 2, 0, ['the prompt names Image 3, but there are 2 reference images']],
    ['image1 waves', 1, 0, ['wan2.7-r2v does not know the name image1: write Image 1']],
    [
      'IMAGE 1 and Image1',
      1,
      0,
      [
        'wan2.7-r2v does not know the name IMAGE 1: write Image 1',
        'wan2.7-r2v does not know the name Image1: write Image 1',
      ],
    ],
    ['character1 waves', 1, 0, ['wan2.7-r2v does not know the name character1: write Image 1']],
    ['Imagery 1', 1, 0, []],
    ['character3 waves', 2, 1, ['wan2.7-r2v does not know the name character3: write Video 1']],
    [
      'character4 waves',
      2,
      1,
      [
        'wan2.7-r2v does not know the name character4: its references are Image 1, Video 1, …, each kind counted apart',
      ],
    ],
  ])('%s', (prompt, images, clips, expected) => {
    expect(warnings('wan2.7-r2v', prompt, images, clips)).toEqual(expected);
  });

  test('the clip that is edited counts as a video', () => {
    expect(warnings('wan2.7-videoedit', 'put Image 1 into Video 1', 1, 1, 'edit')).toEqual([]);
    expect(warnings('wan2.7-videoedit', 'put Image 1 into Video 2', 1, 1, 'edit')).toEqual([
      'the prompt names Video 2, but there is 1 reference video',
    ]);
  });

  test('sounds count too', () => {
    const media = inputs('reference_audio', 1);
    const rules = rulesFor(getModel('dashscope', 'wan3.0-video'), 'r2v');
    expect(referenceWarnings({ mode: 'r2v', prompt: 'Audio 1, 音频1', media }, rules)).toEqual([]);
    expect(referenceWarnings({ mode: 'r2v', prompt: '音频2', media }, rules)).toEqual([
      'the prompt names Audio 2, but there is 1 reference audio',
    ]);
  });
});

test.each<[string, Mode]>([
  ['wan2.7-t2v', 't2v'],
  ['wan3.0-video', 't2v'],
  ['wan3.0-video', 'i2v'],
])('%s %s has no references, so a prompt may say what it likes', (id, mode) => {
  expect(warnings(id, 'character9, Image 9, 图9', 0, 0, mode)).toEqual([]);
});
