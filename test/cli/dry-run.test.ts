import { expect, test } from 'vitest';
import { documentOf, runInProcess } from '../helpers/in-process.ts';

const line =
  'r2v p -m wan2.7-r2v --ref https://e.com/a.png --ref https://e.com/b.mp4 --region singapore --dry-run'.split(
    ' ',
  );

test('the document holds the request, the bill and the warnings, and no key', async () => {
  const run = await runInProcess([...line, '--json']);
  expect(run.exitCode).toBe(0);
  expect(documentOf(run)).toEqual({
    schema: 'wan.dry-run/1',
    ok: true,
    dry_run: {
      method: 'POST',
      url: 'https://dashscope-intl.aliyuncs.com/api/v1/services/aigc/video-generation/video-synthesis',
      headers: {
        Authorization: 'Bearer ***',
        'Content-Type': 'application/json',
        'X-DashScope-Async': 'enable',
      },
      body: {
        model: 'wan2.7-r2v',
        input: {
          prompt: 'p',
          media: [
            { type: 'reference_image', url: 'https://e.com/a.png' },
            { type: 'reference_video', url: 'https://e.com/b.mp4' },
          ],
        },
        parameters: { seed: 1_073_741_824 },
      },
      provider: 'dashscope',
      region: 'singapore',
      model: 'wan2.7-r2v',
      billed_seconds: 10,
      billed_is_at_most: true,
      billed: 'at most 10 s billed: 5 s + up to 5 s for the input clip',
      count: 1,
      totals: { billed_seconds: 10, cost: null },
      uploads: [],
      warnings: [],
    },
    error: null,
  });
  expect(run.stdout + run.stderr).not.toContain('sk-test');
});

test('people get the call as lines on stdout, and what is bought on stderr', async () => {
  const { stdout, stderr } = await runInProcess(line);
  expect(stdout.split('\n').slice(0, 5)).toEqual([
    'POST https://dashscope-intl.aliyuncs.com/api/v1/services/aigc/video-generation/video-synthesis',
    'Authorization: Bearer ***',
    'Content-Type: application/json',
    'X-DashScope-Async: enable',
    '',
  ]);
  expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toMatchObject({ model: 'wan2.7-r2v' });
  expect(stderr).toContain(
    'wan2.7-r2v: the service’s default size, 5 s, with sound, seed 1073741824, at most 10 s billed',
  );
  expect(stderr).toContain('dry run: nothing was sent');
});

test('--quiet keeps stderr empty', async () => {
  expect((await runInProcess([...line, '--quiet'])).stderr).toBe('');
});

test('a workspace has its own host in its region', async () => {
  const run = await runInProcess([...line, '--workspace', 'ws-1', '--json']);
  expect(documentOf(run)['dry_run']).toMatchObject({
    url: expect.stringMatching(/^https:\/\/ws-1\.ap-southeast-1\.maas\.aliyuncs\.com\/api\/v1\//u),
  });
});

test('without a key it says so, and shows the request all the same', async () => {
  const run = await runInProcess([...line, '--json'], { DASHSCOPE_API_KEY: undefined });
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain('there is no key for Alibaba Model Studio (DashScope) yet');
  expect(documentOf(run)['dry_run']).toMatchObject({ body: { model: 'wan2.7-r2v' } });
});

test('a region that nobody named is taken for Beijing, and that is said', async () => {
  const run = await runInProcess(['t2v', 'p', '--dry-run', '--json']);
  expect(documentOf(run)['dry_run']).toMatchObject({ region: 'beijing' });
  expect(run.stderr).toContain('--region');
});

test.each([
  ['t2v p --region singapore -m wan2.6-t2v-us', '-m wan2.6-t2v'],
  [
    'vace image-reference p --ref https://e.com/a.png --region virginia',
    '--region singapore has wan2.1-vace-plus',
  ],
  [
    't2v p --provider sinancode',
    '--provider dashscope, or `wan config set path.t2v /… --provider sinancode` if it has one after all',
  ],
  ['vace', 'wan vace image-reference | video-repainting | video-edit | video-extension | video-outpainting'],
  [
    'vace --video https://e.com/a.mp4',
    'wan vace image-reference | video-repainting | video-edit | video-extension | video-outpainting',
  ],
  [
    'vace paint p',
    'wan vace image-reference | video-repainting | video-edit | video-extension | video-outpainting',
  ],
  ['i2v p -m wan2.6-i2v --image https://e.com/a.png --template x --region singapore', 'it works in beijing'],
])('wan %s is refused', async (words, hint) => {
  const run = await runInProcess([...words.split(' '), '--dry-run', '--json']);
  expect(run.exitCode).toBe(2);
  expect(documentOf(run)).toMatchObject({ schema: 'wan.dry-run/1', ok: false, error: { class: 'usage' } });
  expect((documentOf(run)['error'] as { hint: string }).hint).toContain(hint);
});

test('wan vace --help says what each function does, and what each control condition keeps', async () => {
  const { exitCode, stdout } = await runInProcess(['vace', '--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Usage: wan vace [options] <function> [prompt]');
  for (const name of [
    'image-reference',
    'video-repainting',
    'video-edit',
    'video-extension',
    'video-outpainting',
  ])
    expect(stdout).toMatch(new RegExp(`^  ${name} {2,}\\w`, 'mu'));
  for (const name of ['posebodyface', 'posebody', 'depth', 'scribble'])
    expect(stdout).toMatch(new RegExp(`^  ${name} {2,}\\w`, 'mu'));
});
