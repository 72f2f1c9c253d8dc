import { rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makePlace, runWan, said, startWan, wanScript } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { linesWith, recordsOf } from './bad-input-checks.ts';
import { readRecords } from './records.ts';

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5'];

/** The command that a run's hint names. */
function hintedCommand(stderr: string): string[] {
  const [hint = ''] = linesWith(stderr, 'hint: wan ');
  return hint.slice('hint: wan '.length).split(' ');
}

test.each(['dashscope', 'acedata'] as const)(
  'the wait for a task of another machine can be gone on with as its hint says (%s)',
  async (provider) => {
    const sandbox = await openSandbox({ provider, latencyMs: notBeforePassed });
    const made = await runWan([...wish, '--no-wait'], { env: sandbox.env });
    const taskId = made.stdout.trim();
    const options = { place: await makePlace(), env: sandbox.env };
    const run = await runWan(['wait', '--task-id', taskId, '--timeout', '1s'], options);
    expect(run.exitCode, run.stderr).toBe(5);
    const way = provider === 'acedata' ? ` --provider ${provider}` : '';
    expect(linesWith(run.stderr, 'hint:')).toEqual([`hint: wan wait --task-id ${taskId}${way}`]);
    expect(run.stdout).toBe('');

    sandbox.pass(notBeforePassed);
    const again = await runWan(hintedCommand(run.stderr), options);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.files).toEqual([path.basename(again.stdout.trim())]);
    expect(sandbox.submits()).toHaveLength(1);
    expect(await readRecords(options.place)).toEqual({ open: [], done: [] });
  },
);

test('the hint of a sandbox’s task names the sandbox', async () => {
  const place = await makePlace();
  const made = await runWan([...wish, '--sandbox', '--no-wait'], { place });
  const taskId = made.stdout.trim();
  // The sandbox keeps the task, and nothing of ours knows of it any more.
  await Promise.all(
    ['open', 'by-task'].map((name) => rm(path.join(place.stateDirectory, name), { recursive: true })),
  );
  const run = await runWan(['wait', '--task-id', taskId, '--sandbox', '--timeout', '200ms'], { place });
  expect(run.exitCode, run.stderr).toBe(5);
  expect(linesWith(run.stderr, 'hint:')).toEqual([`hint: wan wait --task-id ${taskId} --sandbox`]);
  const again = await runWan(hintedCommand(run.stderr), { place });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.files).toEqual([path.basename(again.stdout.trim())]);
});

test('Ctrl-C while the prompt is awaited on stdin ends at once', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const child = execa(process.execPath, [wanScript, 't2v', '-'], {
    cwd: place.cwd,
    env: {
      ...sandbox.env,
      PATH: process.env['PATH'] ?? '',
      HOME: place.home,
      WAN_CONFIG_DIR: place.configDirectory,
      WAN_STATE_DIR: place.stateDirectory,
    },
    extendEnv: false,
    reject: false,
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  // More than a pipe holds: it is written only once the program reads.
  await new Promise<void>((resolve) => {
    child.stdin.write('half a prompt '.repeat(20_000), () => resolve());
  });
  child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await child;
  expect(exitCode, stderr).toBe(130);
  expect(stdout).toBe('');
  expect(linesWith(stderr, 'error:')).toEqual(['error: interrupted']);
  expect(stderr).not.toContain('wan has a fault');
  expect(sandbox.requests).toEqual([]);
  expect(await recordsOf(place, 'open')).toEqual([]);
});

/** One wan at work on a job, and a second that was asked to wait for it. */
async function twoWaiters() {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: notBeforePassed })]);
  const options = { place, env: sandbox.env };
  const first = await startWan(wish, options);
  await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(0), { timeout: 20_000 });
  const id = path.basename((await recordsOf(place, 'open'))[0] ?? '', '.json');
  const second = await startWan(['wait', id], options);
  await said(second, 'another wan is working on this job');
  return { sandbox, options, first, second, id };
}

test('a second waiter follows the first, and tells of the same file', async () => {
  const { sandbox, first, second } = await twoWaiters();
  sandbox.pass(notBeforePassed);
  const [one, other] = await Promise.all([first.done, second.done]);
  expect(one.exitCode, one.stderr).toBe(0);
  expect(other.exitCode, other.stderr).toBe(0);
  expect(other.stdout).toBe(one.stdout);
  expect(other.files).toEqual([path.basename(one.stdout.trim())]);
  expect(linesWith(other.stderr, 'error:')).toEqual([]);
  expect(sandbox.downloads()).toHaveLength(1);
  expect(sandbox.submits()).toHaveLength(1);
});

test('Ctrl-C ends the second waiter alone, with the way back', async () => {
  const { sandbox, first, second, id } = await twoWaiters();
  second.child.kill('SIGINT');
  const other = await second.done;
  expect(other.exitCode, other.stderr).toBe(130);
  expect(linesWith(other.stderr, 'error:')).toEqual([expect.stringContaining('the job goes on')]);
  expect(linesWith(other.stderr, 'hint:')).toEqual([`hint: wan wait ${id}`]);
  expect(other.stdout).toBe('');
  sandbox.pass(notBeforePassed);
  const one = await first.done;
  expect(one.exitCode, one.stderr).toBe(0);
  expect(sandbox.downloads()).toHaveLength(1);
});

test('a second waiter takes over when the first is killed', async () => {
  const { sandbox, first, second } = await twoWaiters();
  first.child.kill('SIGKILL');
  await first.done;
  sandbox.pass(notBeforePassed);
  const other = await second.done;
  expect(other.exitCode, other.stderr).toBe(0);
  expect(other.files).toEqual([path.basename(other.stdout.trim())]);
  expect(sandbox.submits()).toHaveLength(1);
});
