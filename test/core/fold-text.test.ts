import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldHanging, foldLine, foldPair, foldText } from '../../src/core/fold-text.ts';
import { textWidth } from '../../src/core/text-width.ts';

test.each<[string, number, string[]]>([
  ['', 10, ['']],
  ['short', 10, ['short']],
  ['a paper boat on a river', 10, ['a paper', 'boat on a', 'river']],
  ['two  blanks stay  here', 12, ['two  blanks', 'stay  here']],
  ['see /a/path/that/is/long now', 10, ['see', '/a/path/that/is/long', 'now']],
  ['一只小猫在月光下奔跑', 8, ['一只小猫', '在月光下', '奔跑']],
  ['小猫，跑。了', 6, ['小猫，', '跑。了']],
  ['wan 小猫 runs', 8, ['wan 小猫', 'runs']],
  ['\u001b[31merror:\u001b[39m no such file', 12, ['\u001b[31merror:\u001b[39m no', 'such file']],
])('%j in %i columns', (text, columns, lines) => {
  expect(foldText(text, columns)).toEqual(lines);
});

test('a label keeps its column while there is room for one, and stands above its text where there is not', () => {
  const text = 'how the picture is to be divided, in a word';
  expect(foldPair('size    ', text, 60)).toEqual([`size    ${text}`]);
  expect(foldPair('size    ', text, 46)).toEqual([
    'size    how the picture is to be divided, in a',
    '        word',
  ]);
  expect(foldPair('  size    ', text, 40)).toEqual([
    '  size',
    '    how the picture is to be divided, in',
    '    a word',
  ]);
  const task = '0385dc79-5ff8-4d82-bcb6-0123456789ab';
  expect(foldPair('task    ', task, 40)).toEqual(['task', `  ${task}`]);
  expect(foldPair('        ', task, 40)).toEqual([`  ${task}`]);
});

test('what follows two blanks is a column, and a continuation never stands where lines begin', () => {
  expect(foldLine('  --seed <number>  any number from nothing up to two thousand million', 60)).toEqual([
    '  --seed <number>  any number from nothing up to two',
    '                   thousand million',
  ]);
  expect(foldLine('  wan t2v "a kitten running" --size 1280x720', 30)).toEqual([
    '  wan t2v "a kitten running"',
    '    --size 1280x720',
  ]);
  expect(foldHanging('hint: wan resume --all --send-prepared', 24)).toEqual([
    'hint: wan resume --all',
    '  --send-prepared',
  ]);
});

test('nothing is lost, and nothing is wider but a word that is', () => {
  const unit = fc.constantFrom('a', 'bc', ' ', '  ', '猫', '，', 'é', '👍', '--flag');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 80 }), fc.integer({ min: 10, max: 60 }), (text, columns) => {
      for (const fold of [foldText, foldHanging, foldLine]) {
        const lines = fold(text, columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        for (const line of lines) {
          if (line.trim().includes(' ')) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        }
      }
    }),
  );
});
