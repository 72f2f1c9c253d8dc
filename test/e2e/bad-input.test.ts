import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal, recordsOf } from './bad-input-checks.ts';

const image = 'https://example.com/a.png';
const sixReferences = Array.from({ length: 6 }, () => ['--ref', image]).flat();

type Row = [name: string, args: readonly string[], error: RegExp, hint: RegExp];

const prompts: readonly Row[] = [
  ['an empty prompt', ['t2v', ''], /prompt is empty/u, /wan t2v "/u],
  ['a prompt of blanks', ['t2v', ' \n '], /prompt is empty/u, /wan t2v "/u],
  ['no prompt', ['t2v'], /wan2\.6-t2v needs a prompt/u, /wan t2v "/u],
  ['3,000 characters', ['t2v', 'x'.repeat(3000)], /3000 characters.*1500/u, /shorten it by 1500/u],
  ['a prompt like a flag', ['t2v', '-zap a flag'], /looks like a flag/u, /--prompt/u],
  ['a prompt like -n', ['t2v', '-not a flag'], /--count ot a flag is not a whole number/u, /--prompt/u],
  ['a prompt like a long flag', ['t2v', '--not a flag'], /looks like a flag/u, /--prompt/u],
  ['a prompt file that is missing', ['t2v', '@missing.txt'], /@missing\.txt: .*ENOENT/u, /--prompt/u],
  ['only an @', ['t2v', '@'], /only an @/u, /--prompt/u],
  ['a directory as prompt file', ['t2v', '@folder'], /@folder: .*it is a directory/u, /--prompt/u],
  ['a binary prompt file', ['t2v', '@binary'], /not UTF-8/u, /save it as UTF-8/u],
  ['an empty prompt file', ['t2v', '@empty.txt'], /prompt is empty/u, /wan t2v "/u],
  ['two prompts', ['t2v', 'one', '--prompt', 'two'], /given twice.*argument.*--prompt/u, /leave out/u],
  ['two arguments', ['t2v', 'one', 'two'], /too many arguments.*quotes/u, /wan t2v --help/u],
];

const values: readonly Row[] = [
  ['--size 1x1', ['t2v', 'a', '--size', '1x1'], /--size 1x1 is not offered/u, /nearest is --size 960x960/u],
  ['--size that is none', ['t2v', 'a', '--size', 'big'], /--size big is not a size/u, /--size 1280x720/u],
  ['--resolution 4K', ['t2v', 'a', '--resolution', '4K'], /--resolution 4K/u, /--resolution 1080P/u],
  ['--duration abc', ['t2v', 'a', '--duration', 'abc'], /--duration abc is not/u, /--duration 5/u],
  ['--duration -5', ['t2v', 'a', '--duration', '-5'], /--duration -5/u, /nearest is --duration 2/u],
  ['-d 2.5', ['t2v', 'a', '-d', '2.5'], /--duration 2\.5 is not a whole number/u, /--duration 5/u],
  ['-d 16', ['t2v', 'a', '-d', '16'], /--duration 16: .*2–15/u, /nearest is --duration 15/u],
  ['--seed -7', ['t2v', 'a', '--seed', '-7'], /--seed -7/u, /nearest is --seed 0/u],
  ['--timeout x', ['t2v', 'a', '--timeout', 'x'], /--timeout x/u, /--timeout 90s/u],
  ['--poll-interval 1ms', ['t2v', 'a', '--poll-interval', '1ms'], /--poll-interval 1ms/u, /5s/u],
  ['--shot-type x', ['t2v', 'a', '--shot-type', 'x'], /--shot-type x is not/u, /single or multi/u],
  ['--callback-url x', ['t2v', 'a', '--callback-url', 'x'], /--callback-url x/u, /https:\/\//u],
  [
    '--print of nothing',
    ['t2v', 'a', '--print', 'nothing'],
    /--print nothing: .*no such/u,
    /\bid\b.*outputs/u,
  ],
  ['--print of a slip', ['t2v', 'a', '--print', 'outputs.0.paht'], /outputs\.0\.paht/u, /outputs\.0\.path/u],
];

const media: readonly Row[] = [
  ['an image that is missing', ['i2v', 'a', '--image', 'no.png'], /no file \S*no\.png/u, /check the path/u],
  [
    'an image that is none',
    ['i2v', 'a', '--image', 'binary'],
    /binary is .*, not an image/u,
    /give an image/u,
  ],
  ['a directory as image', ['i2v', 'a', '--image', 'folder'], /folder is a directory/u, /path of a file/u],
  ['an ftp image', ['i2v', 'a', '--image', 'ftp://host/a.png'], /ftp:\/\/host\/a\.png is not/u, /http/u],
  ['no image', ['i2v', 'a'], /needs --image/u, /--image <file or url>/u],
  [
    '--ratio on i2v',
    ['i2v', 'a', '-i', image, '--ratio', '1:1'],
    /--ratio 1:1.*from the input/u,
    /leave out/u,
  ],
  ['six references', ['r2v', 'a', ...sixReferences], /6 reference.*at most 5/u, /leave out 1/u],
  [
    '--ref without an ending',
    ['r2v', 'a', '--ref', 'https://e.com/a'],
    /its ending/u,
    /--ref-image or --ref-video/u,
  ],
  ['no reference', ['r2v', 'a'], /at least 1 of --ref-image or --ref-video/u, /--ref-image <file or url>/u],
];

const names: readonly Row[] = [
  ['an unknown flag', ['t2v', 'a', '--nope'], /unknown option '--nope'/u, /wan t2v --help/u],
  [
    'a near flag',
    ['t2v', 'a', '--durationn', '5'],
    /unknown option '--durationn'/u,
    /did you mean --duration\?/u,
  ],
  ['an unknown command', ['nope'], /unknown command 'nope'/u, /hint: wan --help$/u],
  ['a near command', ['lst'], /unknown command 'lst'/u, /did you mean list\?/u],
  ['a near subcommand', ['auth', 'logn'], /unknown command 'logn'/u, /did you mean login\?/u],
  ['a flag for a value', ['t2v', 'a', '--model', '--help'], /--model needs a value/u, /wan t2v --help/u],
  ['a value left out', ['t2v', 'a', '--model'], /argument missing/u, /wan t2v --help/u],
  [
    'a model of another mode',
    ['t2v', 'a', '-m', 'wan2.6-i2v'],
    /wan2\.6-i2v does not do text/u,
    /-m wan2\.6-t2v/u,
  ],
  ['a model with a blank', ['t2v', 'a', '-m', 'a b'], /not the name of a model/u, /-m wan2\.6-t2v/u],
  ['an unknown provider', ['t2v', 'a', '--provider', 'x'], /no provider x/u, /dashscope \| acedata/u],
  ['an unknown region', ['t2v', 'a', '--region', 'mars'], /no region mars/u, /beijing/u],
  ['an unknown profile', ['t2v', 'a', '--profile', 'x'], /no profile x/u, /wan auth login --profile x/u],
  [
    '--no-audio',
    ['t2v', 'a', '-m', 'wan2.6-t2v', '--no-audio'],
    /wan2\.6-t2v.*--no-audio/u,
    /-m [\w.-]+ takes it/u,
  ],
  ['status of nothing', ['status'], /which job/u, /--task-id/u],
  ['status of two things', ['status', 'a', '--task-id', 'b'], /two things/u, /leave out/u],
  ['a task id with blanks', ['status', '--task-id', 'a b'], /not a task id/u, /--task-id/u],
  ['a task id that climbs', ['status', '--task-id', '..'], /not a task id/u, /--task-id/u],
  ['--limit 0', ['list', '--limit', '0'], /--limit 0/u, /--all/u],
];

test.each([...prompts, ...values, ...media, ...names])(
  '%s is refused, and nothing is sent',
  async (...row) => {
    const [, args, error, hint] = row;
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    await Promise.all([
      mkdir(path.join(place.cwd, 'folder')),
      writeFile(path.join(place.cwd, 'binary'), Buffer.from([0x80, 0x00, 0xff, 0xff])),
      writeFile(path.join(place.cwd, 'empty.txt'), ''),
    ]);
    const run = await runWan(args, { place, env: sandbox.env });
    expectRefusal(run, 2, error, hint);
    expect(sandbox.requests).toEqual([]);
    expect(run.files).toEqual(['binary', 'empty.txt', 'folder/']);
    expect(await recordsOf(place, 'open')).toEqual([]);
  },
);

test.each([
  ['--json', '--jsonl'],
  ['--print', 'id', '--json'],
])('%s with %s is refused in JSON', async (...flags) => {
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', 'a', ...flags], { env: sandbox.env });
  expect(run.exitCode).toBe(2);
  const last: unknown = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '');
  expect(JSON.stringify(last)).toContain('"exit_code":2');
  expect(sandbox.requests).toEqual([]);
});

test('an unknown model is warned of and still sent', async () => {
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', 'a', '-m', 'wan9.9-t2v'], { env: sandbox.env });
  expect(run.stderr).toMatch(/^note: .*wan9\.9-t2v.*unchecked/mu);
  expect(sandbox.submits()).toHaveLength(1);
  // What the service says of it is the service's word, with the way out.
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/^hint: wan t2v -m wan2\.6-t2v/mu);
});

test('no key: where to get one, and that the sandbox needs none', async () => {
  const run = await runWan(['t2v', 'a']);
  expectRefusal(run, 3, /no key was found/u, /wan auth login.*--sandbox/u);
});

test('keys of two services and no choice', async () => {
  const env = { DASHSCOPE_API_KEY: 'sk-one-000000', ACEDATACLOUD_API_TOKEN: 'two-000000' };
  const run = await runWan(['t2v', 'a'], { env });
  expectRefusal(run, 2, /keys for dashscope and acedata/u, /--provider dashscope/u);
});

test.each([
  ['-', 'a prompt from stdin\n', 'a prompt from stdin'],
  ['@prompt.txt', undefined, 'from a file'],
])('the prompt %s is read', async (prompt, input, expected) => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  await writeFile(path.join(place.cwd, 'prompt.txt'), 'from a file\n');
  const options = { place, env: sandbox.env, ...(input === undefined ? {} : { input }) };
  const run = await runWan(['t2v', prompt, '--no-wait'], options);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.submits()).toMatchObject([{ body: { input: { prompt: expected } } }]);
});

test.each(['@not a file', '-not a flag', '--help'])('--prompt takes %s literally', async (prompt) => {
  const sandbox = await openSandbox();
  const run = await runWan(['t2v', '--prompt', prompt, '--no-wait'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.submits()).toMatchObject([{ body: { input: { prompt } } }]);
});
