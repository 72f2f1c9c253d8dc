import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestCommand, shellLine } from '../../src/core/request-flags.ts';
import { oneLine } from '../../src/core/plain-text.ts';
import type { GenerationRequest } from '../../src/core/request.ts';

/** What a shell makes of a line: the words that the program would get. */
function wordsOf(line: string, shell = 'sh'): string[] {
  const script = `set -- ${line}; printf '%s\\0' "$@"`;
  return execFileSync(shell, ['-c', script], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
    .toString()
    .split('\0')
    .slice(0, -1);
}

const base: GenerationRequest = { mode: 't2v', model: 'wan2.6-t2v', media: [] };

test.each<[string, Partial<GenerationRequest>, string[]]>([
  ['a plain prompt', { prompt: 'a boat' }, ['wan', 't2v', 'a boat', '-m', 'wan2.6-t2v']],
  ['none at all', {}, ['wan', 't2v', '-m', 'wan2.6-t2v']],
  ['an empty one', { prompt: '' }, ['wan', 't2v', '--prompt=', '-m', 'wan2.6-t2v']],
  ['one like a file', { prompt: '@home' }, ['wan', 't2v', '--prompt=@home', '-m', 'wan2.6-t2v']],
  ['one like a flag', { prompt: '--json' }, ['wan', 't2v', '--prompt=--json', '-m', 'wan2.6-t2v']],
  [
    'what a shell would obey',
    { prompt: `it's $HOME "and" \`ls\` \\n; 100%`, negativePrompt: '-dark' },
    ['wan', 't2v', `it's $HOME "and" \`ls\` \\n; 100%`, '-m', 'wan2.6-t2v', '--negative-prompt=-dark'],
  ],
  [
    'lines, controls and what a CI runner would obey',
    { prompt: 'one\ntwo\t\u001b[31m ::set-output name=a::b ##[error]c\u202e 猫' },
    ['wan', 't2v', 'one\ntwo\t\u001b[31m ::set-output name=a::b ##[error]c\u202e 猫', '-m', 'wan2.6-t2v'],
  ],
  [
    'a text that is JSON',
    {
      prompt: 'a',
      overrides: [
        { path: 'x', value: '12' },
        { path: 'y', value: 12 },
      ],
    },
    ['wan', 't2v', 'a', '-m', 'wan2.6-t2v', '--param', 'x="12"', '--param', 'y=12'],
  ],
  [
    'the function of vace comes first',
    {
      mode: 'vace',
      model: 'wan2.1-vace-plus',
      vaceFunction: 'video_edit',
      prompt: 'a hat',
      media: [{ role: 'video', url: 'https://e.com/a.mp4' }],
    },
    ['wan', 'vace', 'video-edit', 'a hat', '--video', 'https://e.com/a.mp4', '-m', 'wan2.1-vace-plus'],
  ],
])('%s', (_name, request, words) => {
  const line = requestCommand({ ...base, ...request }, ['--provider', 'dashscope']) ?? '';
  expect(oneLine(line)).toBe(line);
  expect(line).not.toMatch(/::|##/u);
  expect(wordsOf(line)).toEqual([...words, '--provider', 'dashscope']);
  expect(wordsOf(line, 'bash')).toEqual([...words, '--provider', 'dashscope']);
});

test.each<[string, Partial<GenerationRequest>]>([
  ['a signed link', { media: [{ role: 'first_frame', url: 'https://e.com/a.png?Signature=s' }] }],
  ['a picture in the link itself', { media: [{ role: 'first_frame', url: 'data:image/png;base64,aaaa' }] }],
  ['a callback with a token', { callbackUrl: 'https://e.com/hook?token=s' }],
  ['a signed link in a field', { overrides: [{ path: 'a', value: ['https://e.com/?s=1'] }] }],
  ['a line end that a shell would drop', { prompt: 'a\n' }],
])('there is no command for %s', (_name, request) => {
  expect(requestCommand({ ...base, ...request }, [])).toBeUndefined();
});

test('any words come back as they were, from one line', () => {
  const unit = fc.constantFrom(
    'a',
    "'",
    '"',
    '\\',
    '$',
    '`',
    '\n',
    '\t',
    '\r',
    '%',
    ':',
    '#',
    '!',
    '*',
    ' ',
    '0',
    '7',
    '猫',
    '\u001b',
    '\u009b',
    '\u202e',
    '😀',
  );
  const word = fc.string({ unit, maxLength: 12 }).filter((text) => !text.endsWith('\n'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 20, maxLength: 30 }), (words) => {
      const line = shellLine(words);
      expect(oneLine(line)).toBe(line.trim());
      expect(wordsOf(line)).toEqual(words);
    }),
    { numRuns: 30 },
  );
});
