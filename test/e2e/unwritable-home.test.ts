import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { listFiles, makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';

/** A home in which nothing can be made: root may write through any mode, but not below a file. */
async function world() {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const submitted = await runWan(['t2v', 'a boat', '-d', '2', '--no-wait'], { env: sandbox.env });
  const home = path.join(place.root, 'no-home');
  await writeFile(home, '');
  const env = { ...sandbox.env, HOME: home, WAN_STATE_DIR: undefined, WAN_CONFIG_DIR: undefined };
  const run = (...args: string[]) => runWan(args, { place, env });
  return { place, sandbox, taskId: submitted.stdout.trim(), run };
}

test('tasks named by their own id are looked at, waited for and saved, with one notice', async () => {
  const { taskId, run } = await world();
  for (const command of ['wait', 'status', 'download']) {
    // oxlint-disable-next-line no-await-in-loop
    const done = await run(
      command,
      '--task-id',
      taskId,
      ...(command === 'status' ? [] : ['-o', `${command}.mp4`]),
    );
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stderr.match(/^note: .*nothing of this command is remembered$/gmu)).toHaveLength(1);
    if (command !== 'status') expect(done.files).toContain(`${command}.mp4`);
  }
});

test('a task’s video goes to stdout by way of a private directory that is removed', async () => {
  const { place, taskId, run } = await world();
  for (const command of ['wait', 'download']) {
    // oxlint-disable-next-line no-await-in-loop
    const done = await run(command, '--task-id', taskId, '-o', '-');
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.stdoutBytes.subarray(4, 8).toString()).toBe('ftyp');
    expect(done.stderr.match(/^note: /gmu)).toHaveLength(1);
    expect(done.files).toEqual([]);
    // oxlint-disable-next-line no-await-in-loop
    expect(await listFiles(path.join(place.root, 'tmp'))).toEqual([]);
  }
});

test('a dry run shows its request', async () => {
  const { sandbox, run } = await world();
  const before = sandbox.requests.length;
  const shown = await run('t2v', 'a boat', '--dry-run');
  expect(shown.exitCode, shown.stderr).toBe(0);
  expect(shown.stdout).toContain('POST ');
  expect(shown.stderr.match(/^note: .*is remembered$/gmu)).toHaveLength(1);
  expect(sandbox.requests).toHaveLength(before);
});

test('nothing is bought', async () => {
  const { place, sandbox, run } = await world();
  const before = sandbox.requests.length;
  const refused = await run('t2v', 'a boat', '-d', '2');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/^error: cannot .* ENOTDIR/mu);
  expect(sandbox.requests).toHaveLength(before);
  expect(await listFiles(place.cwd)).toEqual([]);
});
