import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { listFiles, makePlace, runWan, type Place, type WanRun } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal, linesWith } from './bad-input-checks.ts';

/** A dozen runs of the program each. */
vi.setConfig({ testTimeout: 180_000 });

/** Makes a record one of a version to come: with fields that nobody knows, and without some that everybody knows. */
async function makeNewer(place: Place, id: string): Promise<{ file: string; text: string }> {
  const names = await listFiles(place.stateDirectory);
  const name = names.find((one) => /^(?:open|done)\//u.test(one) && one.endsWith(`/${id}.json`)) ?? '';
  const file = path.join(place.stateDirectory, name);
  const {
    request: _request,
    outputs: _outputs,
    ...rest
  } = JSON.parse(await readFile(file, 'utf8')) as {
    request: unknown;
    outputs: unknown;
  };
  const text = JSON.stringify({ ...rest, version: 99, shots: [{ spec: 7 }] });
  await writeFile(file, text);
  return { file, text };
}

/** One job is open and one is done, each with a key, and both records are of a newer wan; a third is of this one. */
async function world() {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const wan = (...args: string[]) => runWan(args, { place, env: sandbox.env });
  const made = (run: WanRun) => {
    expect(run.exitCode, run.stderr).toBe(0);
    return JSON.parse(run.stdout) as { job: { id: string; task_id: string } };
  };
  const commands = {
    open: ['t2v', 'an owl', '-d', '2', '--job-key', 'owl', '--no-wait', '--json'],
    done: ['t2v', 'a fox', '-d', '2', '--job-key', 'fox', '-o', 'fox.mp4', '--json'],
    own: ['t2v', 'a hare', '-d', '2', '--no-wait', '--json'],
  };
  const { job: done } = made(await wan(...commands.done));
  const { job: open } = made(await wan(...commands.open));
  const { job: own } = made(await wan(...commands.own));
  const records = await Promise.all([makeNewer(place, open.id), makeNewer(place, done.id)]);
  const expectUntouched = async () => {
    for (const { file, text } of records)
      // oxlint-disable-next-line no-await-in-loop
      expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readdir(path.join(place.stateDirectory, 'set-aside')).catch(() => [])).toEqual([]);
  };
  return { place, sandbox, wan, commands, open, done, own, expectUntouched };
}

const newer = (id: string) => new RegExp(`${id}\\.json was written by a newer wan`, 'u');

test('every other job is listed, waited for and made, and the newer ones are named once and left', async () => {
  const { sandbox, wan, open, done, own, expectUntouched } = await world();
  const list = await wan('list');
  expect(list.exitCode, list.stderr).toBe(0);
  expect(list.stdout).toMatch(new RegExp(`^${own.id}\\t[^\\n]*\\n$`, 'u'));
  const notes = linesWith(list.stderr, 'note:');
  expect(notes).toHaveLength(2);
  for (const { id } of [open, done]) expect(notes).toContainEqual(expect.stringMatching(newer(id)));

  const resumed = await wan('resume', '--all');
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(resumed.stdout.trim().split('\n')).toEqual([expect.stringContaining(own.id)]);
  expect(linesWith(resumed.stderr, 'note:')).toEqual([expect.stringMatching(newer(open.id))]);
  const more = await wan('t2v', 'a crow', '-d', '2', '-o', 'crow.mp4');
  expect(more.exitCode, more.stderr).toBe(0);
  expect(more.files).toContain('crow.mp4');
  expect(sandbox.submits()).toHaveLength(4);
  await expectUntouched();
});

test('whoever names one is told to update, whatever the command', async () => {
  const { sandbox, wan, open, done, expectUntouched } = await world();
  const before = sandbox.requests.length;
  for (const { id, task_id: taskId } of [open, done]) {
    for (const args of [
      ['status', id],
      ['show', id],
      ['wait', id],
      ['download', id],
      ['resume', id],
      ['resume', id, '--resubmit'],
      ['cancel', id],
      ['status', taskId],
      ['wait', '--task-id', taskId],
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await wan(...args);
      expectRefusal(run, 1, newer(id), /npm install -g wan-cli@latest/u);
    }
  }
  expect(sandbox.requests).toHaveLength(before);
  await expectUntouched();
});

test('a job key that leads to one is not sent again, also with --retry-failed', async () => {
  const { sandbox, wan, commands, open, done, expectUntouched } = await world();
  const before = sandbox.requests.length;
  for (const more of [[], ['--retry-failed']]) {
    for (const [args, { id }] of [
      [commands.open, open],
      [commands.done, done],
    ] as const) {
      // The document tells the failure as well.
      // oxlint-disable-next-line no-await-in-loop
      const run = await wan(...args.filter((arg) => arg !== '--json' && arg !== '--no-wait'), ...more);
      expectRefusal(run, 1, newer(id), /npm install -g wan-cli@latest/u);
    }
  }
  expect(sandbox.requests).toHaveLength(before);
  await expectUntouched();
});

test('one that is in both places, as a kill leaves it, is left in both', async () => {
  const { place, wan, open, done } = await world();
  const stale = path.join(place.stateDirectory, 'open', `${done.id}.json`);
  const file = path.join(place.stateDirectory, 'open', `${open.id}.json`);
  const text = (await readFile(file, 'utf8')).replaceAll(open.id, done.id);
  await rename(file, stale);
  await writeFile(stale, text);
  for (const args of [['list'], ['resume', '--all'], ['list']]) {
    // oxlint-disable-next-line no-await-in-loop
    const run = await wan(...args);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(linesWith(run.stderr, 'note:')).toEqual([expect.stringMatching(newer(done.id))]);
  }
  expect(await readFile(stale, 'utf8')).toBe(text);
});
