import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { hurriedClock, runInProcess, type InProcessRun } from '../helpers/in-process.ts';
import { withoutSeed } from '../helpers/drawn-seed.ts';
import { makeLocalFiles } from '../helpers/local-files.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox, type OpenOptions } from '../helpers/sandbox.ts';
import { pngFile } from '../media/probe-files.ts';
import { readJob, readJobs, readRecords } from './records.ts';

/** A place and a sandbox that commands of one user share. */
async function world(options: OpenOptions = {}) {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox(options)]);
  const env = {
    ...sandbox.env,
    WAN_PROVIDER: options.provider ?? 'dashscope',
    ACEDATACLOUD_PLATFORM_TOKEN: 'platform-e2e-token',
  };
  const wanWith = (more: Record<string, string | undefined>, ...argv: string[]) =>
    runInProcess(argv, { ...env, ...more }, { place, clock: hurriedClock, random: Math.random });
  const wan = (...argv: string[]) => wanWith({}, ...argv);
  const bodies = () => sandbox.submits().map(({ body }) => body as Record<string, unknown>);
  return { place, sandbox, env, wan, wanWith, bodies };
}

type World = Awaited<ReturnType<typeof world>>;

async function made({ wan }: World, ...argv: string[]): Promise<string> {
  const run = await wan(...argv, '--no-wait', '--json');
  expect(run.exitCode, run.stderr).toBe(0);
  return readJob(run.stdout).id ?? '';
}

/** The body that a rerun sends, and what it says. */
async function again(here: World, id: string, ...argv: string[]): Promise<InProcessRun & { body: unknown }> {
  const before = here.bodies().length;
  const run = await here.wan('rerun', id, ...argv, '--no-wait', '--json');
  expect(run.exitCode, run.stderr).toBe(0);
  expect(here.bodies()).toHaveLength(before + 1);
  expect(readJob(run.stdout).id).not.toBe(id);
  return { ...run, body: here.bodies().at(-1) };
}

const boat = ['t2v', 'a paper boat', '-m', 'wan2.6-t2v', '--size', '1280x720', '-d', '5'];

test('a file is made again by what it is, and where the same content was made twice, by its name', async () => {
  const here = await world();
  const make = async (prompt: string, file: string) => {
    const argv = ['t2v', prompt, '--size', '1280x720', '-d', '2', '-o', file, '--json'];
    return readJob((await runWan(argv, here)).stdout);
  };
  const first = await make('a paper boat', 'boat.mp4');
  const kite = await make('a kite', 'kite.mp4');
  const prompts = async (name: string) => {
    const run = await again(here, name);
    return (run.body as { input: { prompt: string } }).input.prompt;
  };
  expect(await prompts('boat.mp4')).toBe('a paper boat');
  expect(await prompts(path.join(here.place.cwd, 'kite.mp4'))).toBe('a kite');
  // Content that was exchanged since counts where it is bought again, the name where it is only shown.
  await copyFile(path.join(here.place.cwd, 'kite.mp4'), path.join(here.place.cwd, 'boat.mp4'));
  await copyFile(path.join(here.place.cwd, 'kite.mp4'), path.join(here.place.cwd, 'copy'));
  expect(await prompts('boat.mp4')).toBe('a kite');
  expect(await prompts('copy')).toBe('a kite');
  expect(readJob((await here.wan('show', 'boat.mp4', '--json')).stdout).id).toBe(first.id);
  expect(readJob((await here.wan('show', 'copy', '--json')).stdout).id).toBe(kite.id);
  await writeFile(path.join(here.place.cwd, 'other.mp4'), 'not ours');
  const before = here.bodies().length;
  const run = await here.wan('rerun', 'other.mp4');
  expect(run.exitCode).toBe(11);
  expect(run.stderr).toMatch(/^error: no job of this machine made other\.mp4.*\nhint: `wan list`/u);
  expect(here.bodies()).toHaveLength(before);
});

test('the same request again, as a new job with a name of its own', async () => {
  const here = await world();
  const args = [
    ...boat,
    '--seed',
    '7',
    '--negative-prompt',
    'rain',
    '--no-prompt-extend',
    '--param',
    'x.y=[1]',
  ];
  const first = await runWan([...args, '-o', 'mine.mp4', '--json'], here);
  expect(first.exitCode, first.stderr).toBe(0);
  const { id } = readJob(first.stdout);
  const run = await runWan(['rerun', id ?? ''], { ...here, cwd: here.place.home });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(here.bodies()[1]).toEqual(here.bodies()[0]);
  // Where it is run, under the usual name: not over the old one.
  const [file = ''] = run.stdout.split('\n');
  expect(path.dirname(file)).toBe(here.place.home);
  expect(path.basename(file)).toMatch(/^\d{4}-\d\d-\d\d-a-paper-boat-[0-9A-Z]{12}\.mp4$/u);
  expect(run.files).toEqual(['mine.mp4']);
  expect((await readRecords(here.place)).done).toHaveLength(2);
});

test.each<[string, string[], object]>([
  ['a prompt', ['a paper plane'], { input: { prompt: 'a paper plane' } }],
  ['a prompt by its flag', ['--prompt', '-@'], { input: { prompt: '-@' } }],
  ['a seed', ['--seed', '8'], { parameters: { seed: 8, size: '1280*720', duration: 5 } }],
  ['a length', ['-d', '10'], { parameters: { duration: 10, size: '1280*720' } }],
  ['a ratio, of the old tier', ['--ratio', '9:16'], { parameters: { size: '720*1280' } }],
  ['a tier, of the old ratio', ['--resolution', '1080p'], { parameters: { size: '1920*1080' } }],
  ['a size', ['--size', '960x960'], { parameters: { size: '960*960' } }],
  [
    'a model',
    ['-m', 'wan2.7-t2v'],
    { model: 'wan2.7-t2v', parameters: { resolution: '720P', ratio: '16:9' } },
  ],
  [
    'a sound track',
    ['--audio-url', 'https://x.example/a.mp3'],
    { input: { audio_url: 'https://x.example/a.mp3' } },
  ],
  ['a field', ['--param', 'input.style=3d'], { input: { style: '3d', prompt: 'a paper boat' } }],
])('changes %s', async (_name, change, expected) => {
  const here = await world();
  const id = await made(here, ...boat);
  const { body } = await again(here, id, ...change);
  expect(body).toMatchObject(expected);
});

describe('inputs', () => {
  test('a local file is read again, from its path, whatever became of its upload', async () => {
    const here = await world();
    await makeLocalFiles(here.place);
    const file = path.join(here.place.cwd, 'picture.png');
    const id = await made(here, 'i2v', 'p', '--image', 'picture.png', '-m', 'wan2.6-i2v');
    const same = await runInProcess(['rerun', id, '--no-wait'], here.env, {
      place: { ...here.place, cwd: here.place.home },
      clock: hurriedClock,
    });
    expect(same.exitCode, same.stderr).toBe(0);
    expect(same.stderr).not.toContain('has changed');
    expect(withoutSeed(here.bodies()[1])).toEqual(withoutSeed(here.bodies()[0]));

    await writeFile(file, pngFile(800, 600));
    const changed = await again(here, id);
    expect(changed.stderr).toContain(`note: --image ${file} has changed since job ${id}`);
    expect(withoutSeed(changed.body)).not.toEqual(withoutSeed(here.bodies()[0]));
    expect(changed.body).toMatchObject({ input: { img_url: expect.stringMatching(/^oss:\/\//u) } });

    await rename(file, `${file}.old`);
    const gone = await here.wan('rerun', id);
    expect(gone.exitCode).toBe(2);
    expect(gone.stderr).toContain(`error: --image of job ${id}: there is no file ${file}\n`);
    expect(gone.stderr).toContain('hint: put it back, or name another with --image\n');
    // Who names another one does not need it.
    const other = await again(here, id, '--image', 'mask.png');
    expect(other.body).toMatchObject({ input: { img_url: expect.stringMatching(/mask/u) } });
    expect(here.sandbox.submits()).toHaveLength(4);
  });

  test('an address is used as it was, to the last byte', async () => {
    const here = await world();
    const url = 'https://pictures.example/a%20b.png?sig=x%2Fy%3D&Expires=99';
    const id = await made(here, 'i2v', 'p', '--image', url, '-m', 'wan2.6-i2v');
    expect((await again(here, id)).body).toMatchObject({ input: { img_url: url } });
  });

  test('references are replaced as one list', async () => {
    const here = await world();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `https://x.example/${name}.png`);
    const id = await made(here, 'r2v', 'p', '-m', 'wan2.6-r2v', '--ref', a ?? '', '--ref', b ?? '');
    expect((await again(here, id, '--ref', c ?? '')).body).toMatchObject({ input: { reference_urls: [c] } });
  });

  test('an old upload of which no file is known is told of', async () => {
    const here = await world();
    const id = await made(here, 'i2v', 'p', '--image', 'oss://dashscope-instant/a.png', '-m', 'wan2.6-i2v');
    expect((await again(here, id)).stderr).not.toContain('older than uploads live');
    const later = { now: () => Date.now() + 49 * 3_600_000, monotonic: () => 0, sleep: async () => {} };
    const run = await runInProcess(['rerun', id, '--dry-run'], here.env, { place: here.place, clock: later });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain('--image oss://dashscope-instant/a.png is older than uploads live');
  });
});

test('the fields of its mode, and its function', async () => {
  const here = await world();
  const video = 'https://x.example/v.mp4';
  const id = await made(
    here,
    'vace',
    'video-repainting',
    'p',
    '-m',
    'wan2.1-vace-plus',
    '--video',
    video,
    '--control-condition',
    'depth',
  );
  const { body } = await again(here, id, '--strength', '0.5');
  expect(body).toMatchObject({
    input: { function: 'video_repainting', video_url: video },
    parameters: { control_condition: 'depth', strength: 0.5 },
  });
});

test.each<[string, string[], string[], RegExp]>([
  [
    'an input',
    boat,
    ['--image', 'https://x.example/a.png'],
    /is one of t2v \(text to video\), which does not take --image\nhint: wan t2v --help/u,
  ],
  ['a field', boat, ['--control-condition', 'depth'], /which does not take --control-condition/u],
  ['a switch', boat, ['--no-check-image'], /which does not take --check-image/u],
  [
    'a prompt',
    ['animate', '--image', 'https://x.example/a.png', '--video', 'https://x.example/v.mp4'],
    ['a prompt'],
    /is one of animate \(character animation\), which does not take a prompt/u,
  ],
  [
    'a flag of the video',
    ['animate', '--image', 'https://x.example/a.png', '--video', 'https://x.example/v.mp4'],
    ['--seed', '7'],
    /which does not take --seed/u,
  ],
  ['a length', boat, ['-d', '99'], /--duration 99/u],
])('refuses %s that the job’s mode or model does not have', async (_name, first, change, message) => {
  const here = await world();
  const id = await made(here, ...first);
  const run = await here.wan('rerun', id, ...change);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(message);
  expect(here.sandbox.submits()).toHaveLength(1);
});

describe('the first job', () => {
  test('unconfirmed: it may exist, and be billed', async () => {
    const here = await world({ faults: [{ on: 'submit', drop: 'after' }] });
    const lost = await here.wan(...boat, '--no-wait', '--json');
    expect(lost.exitCode).toBe(14);
    const { id } = readJob(lost.stdout);
    const { stderr, body } = await again(here, id ?? '');
    expect(stderr).toContain(
      `note: job ${id} is unconfirmed: it may exist, and be billed besides the new one; \`wan resume ${id}\``,
    );
    expect(withoutSeed(body)).toEqual(withoutSeed(here.bodies()[0]));
  });

  test('under way: this is a second one', async () => {
    const here = await world({ latencyMs: notBeforePassed });
    const id = await made(here, ...boat);
    expect((await again(here, id)).stderr).toContain(
      `note: job ${id} is still queued, and is billed besides`,
    );
  });

  test('never sent, refused: no matter', async () => {
    const here = await world({ faults: [{ on: 'submit', status: 400, code: 'InvalidParameter' }] });
    const refused = await here.wan(...boat, '--json');
    expect(refused.exitCode).toBe(2);
    expect((await again(here, readJob(refused.stdout).id ?? '')).stderr).not.toContain('besides');
  });

  test('unknown: only a record says what was asked', async () => {
    const run = await runInProcess(['rerun', '0385dc79-5ff8-4d82-bcb6-0123456789ab']);
    expect(run.exitCode).toBe(11);
    expect(run.stderr).toContain('only a record says what was asked');
    expect(run.stderr).not.toContain('--task-id');
  });
});

describe('the place', () => {
  test('is the job’s, whatever else there is a key for', async () => {
    const here = await world({ provider: 'acedata' });
    const id = await made(here, 't2v', 'p');
    const run = await here.wanWith({ WAN_PROVIDER: 'dashscope' }, 'rerun', id, '--no-wait');
    expect(run.exitCode, run.stderr).toBe(0);
    expect(here.sandbox.submits().map(({ url }) => url)).toEqual(['/wan/videos', '/wan/videos']);
  });

  test('is another when a flag says so, and then the model must be there', async () => {
    const here = await world({ provider: 'acedata' });
    const dashscope = { DASHSCOPE_HTTP_BASE_URL: `${here.sandbox.origin}/api/v1` };
    const id = await made(here, 't2v', 'p', '-m', 'wan2.6-t2v', '--resolution', '720P');
    const run = await here.wanWith(dashscope, 'rerun', id, '--provider', 'dashscope', '--no-wait');
    expect(run.exitCode, run.stderr).toBe(0);
    expect(here.bodies()[1]).toMatchObject({ model: 'wan2.6-t2v', parameters: { size: '1280*720' } });

    const newer = await here.wanWith(
      dashscope,
      't2v',
      'p',
      '-m',
      'wan2.7-t2v',
      '--provider',
      'dashscope',
      '--no-wait',
      '--json',
    );
    const other = await here.wan('rerun', readJob(newer.stdout).id ?? '', '--provider', 'acedata');
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain(
      'error: acedata has no wan2.7-t2v for t2v, with which the job was made\nhint: -m wan2.6-t2v',
    );
    expect(here.sandbox.submits()).toHaveLength(3);
  });

  test('is an address of the user’s own only as long as the settings name it', async () => {
    const [here, there] = [await world(), await world()];
    const id = await made(here, ...boat);
    const moved = { DASHSCOPE_HTTP_BASE_URL: `${there.sandbox.origin}/api/v1` };
    const refused = await here.wanWith(moved, 'rerun', id, '--no-wait');
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(`hint: --base-url ${here.sandbox.origin}`);
    const run = await here.wanWith(moved, 'rerun', id, '--no-wait', '--base-url', there.sandbox.origin);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(there.sandbox.submits()).toHaveLength(1);
  });

  test('is the sandbox for a job of the sandbox', async () => {
    const here = await world();
    await here.sandbox.close();
    const run = await runWan([...boat, '--sandbox', '--provider', 'acedata', '--no-wait', '--json'], {
      place: here.place,
    });
    expect(run.exitCode, run.stderr).toBe(0);
    const { id } = readJob(run.stdout);
    const more = await runWan(['rerun', id ?? '', '--no-wait', '--json'], here);
    expect(more.exitCode, more.stderr).toBe(0);
    expect(readJob(more.stdout)).toMatchObject({ provider: 'acedata', region: 'sandbox' });
    // Only who is named is paid.
    const paid = await runWan(['rerun', id ?? '', '--provider', 'dashscope', '--no-wait'], here);
    expect(paid.exitCode, paid.stderr).toBe(6);
  });

  test('chooses the model itself where it did before', async () => {
    const here = await world({ provider: 'sinancode' });
    const id = await made(here, 'i2v', 'p', '--image', 'https://x.example/a.png');
    const run = await here.wanWith({ WAN_MODEL: 'wan2.5-i2v-preview' }, 'rerun', id, '--no-wait');
    expect(run.exitCode, run.stderr).toBe(0);
    expect(withoutSeed(here.bodies()[1])).toEqual(withoutSeed(here.bodies()[0]));
    expect(here.bodies()[1]).not.toHaveProperty('model');
  });
});

test('--dry-run shows the same request and sends nothing, also without a key', async () => {
  const here = await world();
  const id = await made(here, ...boat);
  const looks = {
    DASHSCOPE_API_KEY: undefined,
    ACEDATACLOUD_API_TOKEN: undefined,
    SINANCODE_API_KEY: undefined,
  };
  for (const more of [{}, looks]) {
    // oxlint-disable-next-line no-await-in-loop
    const run = await here.wanWith(more, 'rerun', id, '--seed', '3', '--dry-run', '--json');
    expect(run.exitCode, run.stderr).toBe(0);
    const { dry_run: shown } = JSON.parse(run.stdout) as { dry_run: { url: string; body: unknown } };
    expect(shown.url).toContain(here.sandbox.origin);
    expect(shown.body).toMatchObject({ model: 'wan2.6-t2v', parameters: { seed: 3, size: '1280*720' } });
  }
  expect(here.sandbox.submits()).toHaveLength(1);
  const job = JSON.parse(
    await readFile(path.join(here.place.stateDirectory, 'open', `${id}.json`), 'utf8'),
  ) as object;
  expect(job).toMatchObject({ id, status: 'queued' });
});

test('a seed that was drawn is drawn anew, and the former one is named', async () => {
  const here = await world();
  const id = await made(here, ...boat);
  const seedOf = (body: unknown) => (body as { parameters: { seed: number } }).parameters.seed;
  const first = seedOf(here.bodies()[0]);
  const { stderr, body } = await again(here, id);
  expect(seedOf(body)).not.toBe(first);
  expect(stderr).toContain(`the seed of job ${id} was drawn, and a new one is now; --seed ${first} makes`);
  const same = await again(here, id, '--seed', String(first));
  expect(seedOf(same.body)).toBe(first);
  expect(same.stderr).not.toContain('was drawn');
  const total = await here.wan('rerun', id, '-n', '100', '-d', '15', '--dry-run', '--json');
  expect(JSON.parse(total.stdout)).toMatchObject({
    dry_run: { count: 100, totals: { billed_seconds: 1500, cost: null } },
  });
});

test('one that was asked for stays, unless it shall be drawn', async () => {
  const here = await world();
  const id = await made(here, ...boat, '--seed', '7');
  expect((await again(here, id)).body).toMatchObject({ parameters: { seed: 7 } });
  const { body } = await again(here, id, '--seed', 'random');
  expect((body as { parameters: { seed: number } }).parameters.seed).not.toBe(7);
});

test('several at once, with seeds that follow', async () => {
  const here = await world();
  const id = await made(here, ...boat, '--seed', '7');
  const run = await here.wan('rerun', id, '-n', '2', '--no-wait', '--json');
  expect(run.exitCode, run.stderr).toBe(0);
  expect(readJobs(run.stdout).jobs).toHaveLength(2);
  expect(here.bodies().map((body) => (body['parameters'] as { seed: number }).seed)).toEqual([7, 7, 8]);
});

test('a job key attaches instead of buying once more', async () => {
  const here = await world();
  const id = await made(here, ...boat);
  const [first, second] = [
    await here.wan('rerun', id, '--job-key', 'k', '--no-wait', '--json'),
    await here.wan('rerun', id, '--job-key', 'k', '--no-wait', '--json'),
  ];
  expect([first.exitCode, second.exitCode], second.stderr).toEqual([0, 0]);
  expect(readJob(second.stdout).id).toBe(readJob(first.stdout).id);
  expect(here.sandbox.submits()).toHaveLength(2);
});
