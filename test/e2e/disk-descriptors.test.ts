import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { openClipService } from '../helpers/clip-service.ts';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

/** Thirty videos are a minute's work where others work as well. */
vi.setConfig({ testTimeout: 180_000 });

/** Hard as well as soft: node raises the soft one to the hard one. */
const limited = ['prlimit', '--nofile=64:64'];
const boat = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '2'];

/** Jobs that the service has, made without a limit. */
async function openJobs(count: number) {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const made = await runWan([...boat, '-n', String(count), '--no-wait'], { place, env: sandbox.env });
  expect(made.exitCode, made.stderr).toBe(0);
  const taskIds = made.stdout.trim().split('\n');
  expect(taskIds).toHaveLength(count);
  const wan = (...args: string[]) => runWan(args, { place, env: sandbox.env, through: limited });
  return { place, sandbox, taskIds, wan };
}

async function expectAllSaved(
  { place, sandbox, taskIds }: Awaited<ReturnType<typeof openJobs>>,
  files: string[],
) {
  expect(files.filter((name) => !/^[^/]+\.mp4$/u.test(name))).toEqual([]);
  expect(files).toHaveLength(taskIds.length);
  const { open, done } = await readRecords(place);
  expect(open).toEqual([]);
  expect(new Set(done.map(({ task_id }) => task_id))).toEqual(new Set(taskIds));
  expect(new Set(done.map(({ outputs }) => outputs[0]?.path)).size).toBe(taskIds.length);
  expect(sandbox.submits()).toHaveLength(taskIds.length);
}

test('the limit holds: it is what these tests are about', async () => {
  const opens = 'const fs = require("fs"); for (let n = 0; n < 64; n += 1) fs.openSync("/dev/null");';
  const place = await makePlace();
  const run = await runWan(['list'], { place, through: [...limited, process.execPath, '-e', opens, '--'] });
  expect(run.exitCode).not.toBe(0);
  expect(run.stderr).toContain('EMFILE');
});

test('one video, from the key to the file', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const run = await runWan([...boat, '--job-key', 'boat'], { place, env: sandbox.env, through: limited });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual([expect.stringMatching(/\.mp4$/u)]);
});

test('a large download over four connections', async () => {
  const [place, service] = await Promise.all([makePlace(), openClipService(80_000_000)]);
  const args = [...boat, '-o', 'boat.mp4', '--connections', '4'];
  const run = await runWan(args, { place, env: service.env, through: limited });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(service.host.requests.length).toBeGreaterThan(3);
  expect((await readFile(path.join(place.cwd, 'boat.mp4'))).equals(service.video)).toBe(true);
  expect(run.files).toEqual(['boat.mp4']);
});

test('twelve videos of one command', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const run = await runWan([...boat, '-n', '12'], { place, env: sandbox.env, through: limited });
  expect(run.exitCode, run.stderr).toBe(0);
  const taskIds = sandbox.submits().map(({ task_id: id }) => String(id));
  expect(taskIds).toHaveLength(12);
  await expectAllSaved({ place, sandbox, taskIds, wan: async () => run }, run.files);
});

test.each([
  ['their ids', (taskId: string) => taskId],
  // Each of these is looked for among the open jobs and in the lists of thirty days.
  ['the ends of their ids', (taskId: string) => taskId.slice(-10)],
])('waiting for twelve jobs by %s', async (_name, nameOf) => {
  const world = await openJobs(12);
  const run = await world.wan('wait', ...world.taskIds.map(nameOf));
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).not.toMatch(/EMFILE|^note: /mu);
  await expectAllSaved(world, run.files);
});

test('resume of thirty open jobs', async () => {
  const world = await openJobs(30);
  const run = await world.wan('resume', '--all');
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stderr).not.toMatch(/EMFILE|^note: /mu);
  await expectAllSaved(world, run.files);
});
