import { chmod, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { makePlace, runWan, wanScript, type Place } from '../helpers/run-wan.ts';
import { createJobStore } from '../../src/store/jobs.ts';
import { jobFrom, savedAs } from '../store/job-world.ts';
import { linesWith } from './bad-input-checks.ts';
import { readDocument, readJobs } from './records.ts';

async function placeWith(...jobs: readonly ReturnType<typeof jobFrom>[]) {
  const place = await makePlace();
  const store = createJobStore(place.stateDirectory, () => {});
  for (const job of jobs) await store.save(job);
  return { place, store };
}

const request = {
  mode: 't2v' as const,
  model: 'wan2.6-t2v',
  prompt: 'a paper boat on a very long river',
  media: [],
};

test('on a terminal: a table with a header, as wide as the terminal', async () => {
  const job = jobFrom(0, { request });
  const { place } = await placeWith(job);
  const command = `stty cols 70; "${process.execPath}" "${wanScript}" list`;
  const run = await execa('script', ['-qec', command, '/dev/null'], {
    env: {
      PATH: process.env['PATH'],
      HOME: place.home,
      WAN_STATE_DIR: place.stateDirectory,
      TZ: 'Asia/Shanghai',
      NO_COLOR: '1',
    },
    extendEnv: false,
    input: '',
  });
  const lines = run.stdout.replaceAll('\r', '').trimEnd().split('\n');
  expect(lines).toEqual([
    'JOB           STATUS  MADE              MODE  MODEL       PROMPT',
    `${job.id}  queued  2026-11-20 20:00  t2v   wan2.6-t2v  a paper…`,
  ]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(70);
});

/** Permissions mean nothing to root, unless it goes without that privilege. */
function runUnprivileged(args: readonly string[], place: Place) {
  const isRoot = process.getuid?.() === 0;
  const modest = isRoot ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : ['env'];
  return execa(modest[0] ?? '', [...modest.slice(1), process.execPath, wanScript, ...args], {
    env: { PATH: process.env['PATH'], HOME: place.home, WAN_STATE_DIR: place.stateDirectory },
    extendEnv: false,
    reject: false,
  });
}

describe('a record that may not be read', () => {
  test('is named and left, and the rest is listed', async () => {
    const [fine, locked] = [jobFrom(0), jobFrom(1000)];
    const { place } = await placeWith(fine, locked);
    const file = path.join(place.stateDirectory, 'open', `${locked.id}.json`);
    await chmod(file, 0o000);
    const list = await runUnprivileged(['list', '--json'], place);
    expect(list.exitCode, list.stderr).toBe(0);
    expect(readJobs(`${list.stdout}\n`).jobs.map(({ id }) => id)).toEqual([fine.id]);
    expect(linesWith(list.stderr, 'note: ')).toEqual([
      expect.stringMatching(/cannot read .*EACCES.*; left out$/u),
    ]);
    const show = await runUnprivileged(['show', locked.id], place);
    expect(show.exitCode).toBe(1);
    expect(linesWith(show.stderr, 'error:')).toEqual([expect.stringMatching(/cannot read .*EACCES/u)]);
    expect(await readdir(path.join(place.stateDirectory, 'open'))).toHaveLength(2);
  });

  test('nor a day: its jobs are left out', async () => {
    const [fine, locked] = [jobFrom(0), jobFrom(48 * 3_600_000, savedAs('/tmp/a.mp4'))];
    const { place } = await placeWith(fine, locked);
    const day = path.join(place.stateDirectory, 'done', '2026', '11', '18');
    await chmod(day, 0o000);
    const list = await runUnprivileged(['list'], place);
    await chmod(day, 0o700);
    expect(list.exitCode, list.stderr).toBe(0);
    expect(list.stdout).toMatch(new RegExp(`^${fine.id}\\t[^\\n]*$`, 'u'));
    expect(linesWith(list.stderr, 'note: ')).toEqual([
      expect.stringMatching(/cannot read .*18: EACCES.*; left out$/u),
    ]);
  });
});

test('a video is led back to its job, wherever it was moved', async () => {
  const place = await makePlace();
  const made = await runWan(['t2v', 'a paper boat', '--size', '1280x720', '-d', '2', '--sandbox', '--json'], {
    place,
  });
  expect(made.exitCode, made.stderr).toBe(0);
  const { job } = readDocument(made.stdout);
  await rename(job?.outputs[0]?.path ?? '', path.join(place.cwd, 'renamed.mp4'));
  const show = await runWan(['show', 'renamed.mp4', '--json'], { place });
  expect(show.exitCode, show.stderr).toBe(0);
  expect(readDocument(show.stdout)).toEqual({ schema: 'wan.job/1', ok: true, job, error: null });
  const page = await runWan(['show', '@last'], { place });
  expect(page.stdout).toMatch(new RegExp(`^job +${job?.id}$`, 'mu'));
  expect(page.stdout).toMatch(/^sent to +the sandbox, as dashscope, /mu);
  expect(page.stdout).toMatch(/^video .*not there any more\)$/mu);
  const list = await runWan(['list', '--status', 'succeeded'], { place });
  expect(list.stdout).toMatch(new RegExp(`^${job?.id}\\tsucceeded\\t`, 'u'));
});

test.each(['show', 'rerun'])(
  '%s of a video that is not there says so, and takes it for no task',
  async (command) => {
    const place = await makePlace();
    for (const name of ['gone.mp4', './gone', '../x/gone.webm']) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await runWan([command, name], { place });
      expect(run.exitCode, run.stderr).toBe(11);
      expect(run.stderr).toContain(`error: there is no file ${name}\nhint: `);
      expect(run.stderr).not.toContain('--task-id');
    }
  },
);
