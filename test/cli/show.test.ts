import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Job } from '../../src/core/job.ts';
import { documentOf, runInProcess } from '../helpers/in-process.ts';
import { hourMs, jobFrom, makeStore, minuteMs, nowMs, savedAs } from '../store/job-world.ts';

const clockMs = Date.UTC(2026, 10, 20);
const from = (agoMs: number, patch: Partial<Job> = {}) => jobFrom(agoMs + nowMs - clockMs, patch);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function world(...jobs: Job[]) {
  const made = await makeStore();
  for (const job of jobs) await made.store.save(job);
  const show = (...words: string[]) => runInProcess(['show', ...words], { WAN_STATE_DIR: made.directory });
  return { ...made, show };
}

/** The page as rows: a label may have several lines. */
function rowsOf(stdout: string): Record<string, string> {
  const rows: Record<string, string> = {};
  let label = '';
  for (const line of stdout.trimEnd().split('\n')) {
    const [, name = '', value = ''] = /^(.{10})  (.*)$/u.exec(line) ?? [];
    if (name.trim() !== '') label = name.trim();
    rows[label] = rows[label] === undefined ? value : `${rows[label]}\n${value}`;
  }
  return rows;
}

const whole = (file: string, content: string): Partial<Job> => ({
  status: 'succeeded',
  mode: 'i2v',
  model: 'wan2.6-i2v-flash',
  region: 'singapore',
  profile: 'sg',
  workspace: 'llm-1',
  custom_base: 'https://user:secret@proxy.example/api/v1?key=secret',
  sent_at: new Date(clockMs - 59 * minuteMs).toISOString(),
  submitted_at: new Date(clockMs - 58 * minuteMs).toISOString(),
  finished_at: new Date(clockMs - 55 * minuteMs).toISOString(),
  expires_at: new Date(clockMs + 23 * hourMs + 5 * minuteMs).toISOString(),
  request: {
    mode: 'i2v',
    model: 'wan2.6-i2v-flash',
    prompt: 'she\nsmiles \u001b[31m::error::',
    media: [
      { role: 'first_frame', url: 'https://e.com/a.png?Signature=secret' },
      {
        role: 'driving_audio',
        url: 'oss://bucket/x.mp3',
        file: { path: '/sounds/it’s mine.mp3', bytes: 1, modifiedMs: 1, sha256: 'a' },
      },
    ],
    resolution: '720P',
    duration: 5,
    audio: false,
    seed: 7,
    promptExtend: true,
    negativePrompt: 'no rain',
    shotType: 'multi',
    callbackUrl: 'https://e.com/hook?token=secret',
    extras: { template: 'squish', obj_or_bg: ['obj', 'bg'], strong: false },
    overrides: [
      { path: 'parameters.style', value: '3d' },
      { path: 'input.more', value: ['https://e.com/b.png?Signature=secret'] },
    ],
  },
  outputs: [
    {
      url: 'https://r.example/out.mp4?Signature=secret',
      path: file,
      bytes: content.length,
      sha256: sha256(content),
      width: 1280,
      height: 720,
      seconds: 5.0416,
      has_audio: false,
    },
  ],
  usage: { billedSeconds: 5, inputSeconds: 0, outputSeconds: 5, raw: {} },
});

test('a saved job: everything known, and nothing that opens anything', async () => {
  const { store, at, put, show } = await world();
  const file = at('boat.mp4');
  const job = from(hourMs, whole(file, 'video'));
  await store.save(job);
  await put(file, 'video');
  const run = await show(job.id);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).toBe('');
  expect(run.stdout).not.toMatch(/secret|Signature|r\.example|^::/mu);
  expect(run.stdout).not.toContain('\u001b');
  expect(rowsOf(run.stdout)).toEqual({
    job: job.id,
    status: 'succeeded',
    task: job.task_id,
    mode: 'i2v: image to video',
    model: 'wan2.6-i2v-flash',
    prompt: 'she smiles [31m: :error::',
    asked:
      "wan i2v --image https://e.com/a.png --audio-url '/sounds/it’s mine.mp3' -m wan2.6-i2v-flash --resolution 720P " +
      "-d 5 --no-audio --seed 7 --negative-prompt 'no rain' --shot-type multi --prompt-extend " +
      '--callback-url https://e.com/hook --template squish --obj-or-bg obj,bg --no-strong ' +
      `--param parameters.style=3d --param 'input.more=["https://e.com/b.png"]'`,
    'sent to': 'dashscope, region singapore, profile sg, workspace llm-1, at https://proxy.example/api/v1',
    made: expect.stringMatching(/^20\d\d-\d\d-\d\d \d\d:00:00 [+-]\d\d:\d\d \(1 h ago\)$/u),
    sent: expect.stringContaining('(59 min ago)'),
    accepted: expect.stringContaining('(58 min ago)'),
    ended: expect.stringContaining('(55 min ago)'),
    link: expect.stringMatching(/^expires .* \(in 23 h 5 min\)$/u),
    video: `${file}\n5 B, 1280x720, 5.04 s, silent`,
    sha256: sha256('video'),
    billed: '5 s, input 0 s, output 5 s',
    'request id': 'r-submit',
    record: at('done', '2026', '11', '19', `${job.id}.json`),
    next: `wan rerun ${job.id}`,
  });
  const document = documentOf(await show(job.id.slice(-6), '--json'));
  expect(document).toMatchObject({
    schema: 'wan.job/1',
    ok: true,
    job: { id: job.id, error: null },
    error: null,
  });
  const printed = await show('@last', '--print', 'outputs.0.path');
  expect(printed.stdout).toBe(`${file}\n`);

  await rm(file);
  expect(rowsOf((await show(job.id)).stdout)).toMatchObject({
    video: expect.stringMatching(/boat\.mp4 \(not there any more\)\n/u),
    next: `wan download ${job.id}`,
  });
  await put(file, 'another video');
  expect((await show(job.id)).stdout).toContain('boat.mp4 (changed since)');
});

describe('how to go on', () => {
  const request = { mode: 't2v' as const, model: 'wan2.6-t2v', prompt: 'a boat', media: [] };
  const error = {
    class: 'generation_failed' as const,
    code: 'InternalError',
    message: 'cannot fetch https://e.com/a.png?Signature=secret',
    hint: 'look at https://e.com/b?Signature=secret',
    retryable: false,
    request_id: 'r-1',
  };
  const unsent = { task_id: null, submitted_at: null, request_id: null };

  test.each<[string, Partial<Job>, RegExp, RegExp]>([
    [
      'prepared',
      { status: 'prepared', ...unsent, sent_at: null },
      /^prepared$/u,
      /^wan resume ID \(nothing was sent/u,
    ],
    [
      'lost while it was sent',
      { status: 'submitting', ...unsent },
      /^unconfirmed$/u,
      /--adopt <task-id>.*\n.*--resubmit/u,
    ],
    [
      'unconfirmed',
      { status: 'unconfirmed', ...unsent },
      /^unconfirmed$/u,
      /^wan resume ID \(.*not sent again\)/u,
    ],
    ['running', { status: 'running' }, /^running$/u, /^wan wait ID$/u],
    ['rendered', { ...savedAs('x'), outputs: [], status: 'succeeded' }, /^succeeded$/u, /^wan download ID$/u],
    ['failed', { status: 'failed', error }, /^failed$/u, /^wan rerun ID$/u],
    ['expired', { status: 'expired', error: null }, /^expired$/u, /^wan rerun ID$/u],
  ])('a job that is %s', async (_name, patch, status, next) => {
    const job = from(minuteMs, { request, ...patch });
    const { show, directory } = await world(job);
    const run = await show(job.id);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toBe('');
    const rows = rowsOf(run.stdout);
    expect(rows).toMatchObject({ prompt: 'a boat', made: expect.stringContaining('1 min ago') });
    expect(rows['status']).toMatch(status);
    expect(rows['next']?.replaceAll(job.id, 'ID')).toMatch(next);
    expect(rows['record']).toContain(directory);
    expect(run.stdout).not.toContain('secret');
    if (job.error !== null) {
      expect(rows['error']).toBe('InternalError: cannot fetch https://e.com/a.png (request id r-1)');
      expect(documentOf(await show(job.id, '--json'))).toMatchObject({
        ok: true,
        job: { status: 'failed', error: { class: 'generation_failed', exit_code: 9 } },
        error: null,
      });
    }
  });
});

describe('by its file', () => {
  test('whatever it is called now, and of two jobs with one video the one that lies there', async () => {
    const { at } = await makeStore();
    const [one, two] = [at('one.mp4'), at('two.mp4')];
    const jobs = [from(hourMs, savedAs(one, sha256('video'))), from(minuteMs, savedAs(two, sha256('video')))];
    const made = await world(...jobs);
    await Promise.all([one, two, at('moved')].map((file) => writeFile(file, 'video')));
    await writeFile(at('other.mp4'), 'other');
    const idOf = async (file: string) => (await made.show(file, '--print', 'id')).stdout.trim();
    expect(await idOf(one)).toBe(jobs[0]?.id);
    expect(await idOf(two)).toBe(jobs[1]?.id);
    expect(await idOf(at('moved'))).toBe(jobs[1]?.id);
    for (const [file, message] of [
      [at('other.mp4'), /no job of this machine made .*other\.mp4/u],
      [at('none.mp4'), /there is no file .*none\.mp4/u],
    ] as const) {
      const run = await made.show(file, '--json');
      expect(run.exitCode).toBe(11);
      expect(documentOf(run)).toMatchObject({
        schema: 'wan.job/1',
        ok: false,
        job: null,
        error: { message: expect.stringMatching(message), hint: expect.stringContaining('wan list') },
      });
    }
  });
});

test.each([
  [['show'], /missing required argument/u],
  [['show', 'abcd', '--print', 'nonsense'], /no such field/u],
  [['show', '@first'], /@first names no job/u],
])('wan %j is a usage error', async (argv, message) => {
  const run = await runInProcess([...argv]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(message);
});
