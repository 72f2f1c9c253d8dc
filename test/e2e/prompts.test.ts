import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, runWan, type RunOptions } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';

type Row = [name: string, args: string[], prompt: string, input?: RunOptions['input']];

const rows: Row[] = [
  ['the argument', ['a boat'], 'a boat'],
  ['the argument, as it is', ['  “é” 船\n\tb  '], '  “é” 船\n\tb  '],
  ['stdin', ['-'], 'from a pipe', 'from a pipe\n'],
  ['stdin, of several lines', ['-'], 'one\ntwo', 'one\ntwo\r\n'],
  ['@file', ['@prompt.txt'], 'from a file'],
  ['--prompt-file', ['--prompt-file', 'prompt.txt'], 'from a file'],
  ['--prompt', ['--prompt', '-x'], '-x'],
  ['--prompt with what looks like a file', ['--prompt', '@prompt.txt'], '@prompt.txt'],
  ['--prompt with what looks like a flag', ['--prompt', '--json'], '--json'],
];

test.each(rows)('takes the prompt from %s', async (_name, args, prompt, input) => {
  const sandbox = await openSandbox();
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'prompt.txt'), 'from a file\n');
  const run = await runWan(['t2v', ...args, '--no-wait'], {
    env: sandbox.env,
    place,
    ...(input === undefined ? {} : { input }),
  });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.submits()).toMatchObject([{ body: { input: { prompt } } }]);
});

test.each([
  ['twice', ['a boat', '--prompt', 'a ship'], /given twice/u],
  ['nowhere', [], /needs a prompt/u],
  ['an empty stdin', ['-'], /prompt is empty/u],
  ['a file that is not there', ['@no.txt'], /@no\.txt/u],
])('refuses a prompt given %s, and sends nothing', async (_name, args, message) => {
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', ...args], { env: sandbox.env });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(message);
  expect(run.stdout).toBe('');
  expect(sandbox.requests).toEqual([]);
});
