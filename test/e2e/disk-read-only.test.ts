import { chmod, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { listFiles, makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { mountDisk } from '../helpers/small-disk.ts';
import { bmpFile } from '../media/probe-files.ts';
import { expectRefusal, linesWith } from './bad-input-checks.ts';
import { readRecords } from './records.ts';

/** A dozen runs of the program each. */
vi.setConfig({ testTimeout: 180_000 });

const boat = ['t2v', 'a paper boat', '-d', '2'];

/** Permissions mean nothing to root, unless it goes without that privilege. */
const modestly = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

const ways = [
  {
    how: 'is on a read-only disk',
    open: async (place: Place) => {
      const disk = await mountDisk(place.stateDirectory, 1024 * 1024);
      return () => disk.remount('ro');
    },
  },
  {
    how: 'may not be written to',
    open: async (place: Place) => async () => {
      const directories = (await listFiles(place.stateDirectory)).filter((name) => name.endsWith('/'));
      for (const name of ['', ...directories])
        // oxlint-disable-next-line no-await-in-loop
        await chmod(path.join(place.stateDirectory, name), 0o500);
    },
  },
];

describe.each(ways)('a state directory that $how', ({ open }) => {
  /** One job is saved, one runs, and then nothing can be written any more. */
  async function world() {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    const close = await open(place);
    const wan = (...args: string[]) => runWan(args, { place, env: sandbox.env, through: modestly });
    const saved = await wan(...boat, '-o', 'boat.mp4', '--print', 'id');
    const left = await wan('t2v', 'a kite', '--no-wait', '--print', 'id');
    expect([saved.exitCode, left.exitCode], saved.stderr + left.stderr).toEqual([0, 0]);
    await writeFile(path.join(place.cwd, 'picture.bmp'), bmpFile(400, 400, 24));
    return { place, sandbox, wan, close, saved: saved.stdout.trim(), left: left.stdout.trim() };
  }

  test('stops everything that would be paid, before anything is sent', async () => {
    const { sandbox, wan, close } = await world();
    await close();
    const before = sandbox.requests.length;
    for (const args of [
      boat,
      [...boat, '--no-wait'],
      [...boat, '--job-key', 'boat'],
      ['i2v', 'a', '--image', 'picture.bmp'],
      [...boat, '--sandbox'],
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await wan(...args);
      // Node makes ENOENT of EROFS where it makes directories.
      expectRefusal(run, 1, /cannot .*: (?:EROFS|EACCES|ENOENT)/u, /WAN_STATE_DIR/u);
    }
    expect(sandbox.requests).toHaveLength(before);
  });

  test('can still be read: list, status and show tell what they always do', async () => {
    const { sandbox, wan, close, saved, left } = await world();
    const commands = [
      ['list'],
      ['list', '--status', 'succeeded'],
      ['show', saved],
      ['show', 'boat.mp4'],
      ['show', left],
      ['status', saved],
      ['status', left],
      ['status', '@last'],
    ];
    const tell = async () => {
      const told = [];
      for (const args of commands) {
        // oxlint-disable-next-line no-await-in-loop
        const { exitCode, stdout, stderr } = await wan(...args);
        const timeless = stdout
          .replaceAll(/\(\d+ s ago\)/gu, '(just now)')
          .replaceAll(/2[34] h(?: \d+ min)?/gu, '24 h');
        told.push({ args, exitCode, stdout: timeless, stderr });
      }
      return told;
    };
    // What the service has to say is in the record before the disk takes nothing more.
    await vi.waitFor(async () => expect((await wan('status', left)).exitCode).toBe(0), { timeout: 20_000 });
    const before = await tell();
    expect(before.map(({ exitCode }) => exitCode)).toEqual(commands.map(() => 0));
    await close();
    expect(await tell()).toEqual(before);
    expect(sandbox.submits()).toHaveLength(2);
  });

  test('does not keep a damaged record from being told, nor the others from being shown', async () => {
    const { place, wan, close, saved, left } = await world();
    const file = path.join(place.stateDirectory, 'open', '1T3K9QW7A2BC.json');
    await writeFile(file, '{');
    await close();
    const list = await wan('list');
    expect(list.exitCode, list.stderr).toBe(0);
    expect(
      list.stdout
        .trim()
        .split('\n')
        .map((line) => line.slice(0, 12)),
    ).toEqual([left, saved]);
    expect(linesWith(list.stderr, 'note:')).toEqual([expect.stringContaining(`${file} is damaged`)]);
    expect(await readdir(path.dirname(file))).toContain('1T3K9QW7A2BC.json');
  });

  test('loses nothing of what runs: what cannot be done now is done elsewhere, or later', async () => {
    const { place, sandbox, wan, close, left } = await world();
    sandbox.pass(notBeforePassed);
    await close();
    const before = (await readRecords(place)).open;
    for (const args of [
      ['wait', left],
      ['download', left],
      ['resume', left],
      ['resume', '--all'],
    ]) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await wan(...args);
      expectRefusal(run, 1, /cannot lock the job/u, /WAN_STATE_DIR/u);
    }
    expect((await readRecords(place)).open).toEqual(before);
    // By the task's id, with a directory that can be written to.
    const taskId = before[0]?.task_id ?? '';
    const elsewhere = { ...sandbox.env, WAN_STATE_DIR: path.join(place.root, 'elsewhere') };
    const run = await runWan(['wait', '--task-id', taskId, '-o', 'kite.mp4'], { place, env: elsewhere });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.files).toContain('kite.mp4');
    expect(sandbox.submits()).toHaveLength(2);
  });
});
