import { chmod, lstat, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { listFiles, makePlace, runWan, startWan, type Place } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { recordsOf } from './bad-input-checks.ts';

const boat = ['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4'];

/** Everything below a directory: modes, and what files hold. */
async function snapshot(directory: string): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const name of ['', ...(await listFiles(directory))]) {
    const file = path.join(directory, name);
    // oxlint-disable-next-line no-await-in-loop
    const stats = await lstat(file);
    // oxlint-disable-next-line no-await-in-loop
    seen[name] = `${stats.mode.toString(8)} ${stats.isFile() ? await readFile(file, 'utf8') : ''}`;
  }
  return seen;
}

async function put(directory: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    // oxlint-disable-next-line no-await-in-loop
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(path.join(directory, name), text);
  }
}

describe('a directory that somebody else uses', () => {
  test.each<[string, Record<string, string>]>([
    [
      'files in directories of our names',
      {
        'open/notes.txt': 'my notes',
        'open/invoice.json': '{"a":1}',
        'open/project/main.c': 'x',
        'done/2025/01/01/tax.pdf': 't',
        secret: 's',
        'keys/door': 'k',
      },
    ],
    ['a repository', { '.git/HEAD': 'ref: refs/heads/main', 'open/todo.md': '- [ ] all' }],
    ['a secret that looks like ours, among other things', { secret: 'a'.repeat(64), 'app.py': 'x' }],
    ['one hidden file', { '.profile': 'x' }],
    ['a directory by the name of the marker', { 'wan-state/x': 'x' }],
  ])('is refused and left as it was: %s', async (_name, files) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    await put(place.stateDirectory, files);
    await chmod(place.stateDirectory, 0o1777);
    const before = await snapshot(place.stateDirectory);
    const commands = [
      ['list'],
      boat,
      [...boat, '--job-key', 'boat'],
      ['show', '@last'],
      ['status', '@last'],
      ['resume', '--all'],
      ['upload', 'x.png'],
      [...boat, '--sandbox'],
    ];
    for (const command of commands) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await runWan(command, { place, env: sandbox.env });
      expect(run.exitCode, `${command.join(' ')}: ${run.stdout}${run.stderr}`).toBe(2);
      if (command[0] === 'upload') continue;
      expect(run.stderr).toContain(`error: ${place.stateDirectory} is in use, and not by wan (`);
      expect(run.stderr).toContain('hint: point WAN_STATE_DIR to');
    }
    const doctor = await runWan(['doctor'], { place, env: sandbox.env });
    expect(doctor.stdout).toContain('is in use, and not by wan');
    expect(await snapshot(place.stateDirectory)).toEqual(before);
    expect(sandbox.requests).toEqual([]);
  });
});

describe('a directory of ours', () => {
  async function expectWorks(place: Place, env: Record<string, string>): Promise<void> {
    const run = await runWan(boat, { place, env });
    expect(run.exitCode, run.stderr).toBe(0);
    expect((await stat(path.join(place.stateDirectory, 'wan-state'))).mode & 0o777).toBe(0o600);
  }

  test.each([0o755, 0o1777, 0o700])('may be an empty one, and keeps its mode: %i', async (mode) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    await mkdir(path.join(place.stateDirectory, 'lost+found'), { recursive: true });
    await chmod(place.stateDirectory, mode);
    await expectWorks(place, sandbox.env);
    expect((await stat(place.stateDirectory)).mode & 0o7777).toBe(mode);
    expect((await stat(path.join(place.stateDirectory, 'open'))).mode & 0o777).toBe(0o700);
  });

  test('is marked when an earlier version has made it, and its jobs are there', async () => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    const first = await runWan([...boat, '--no-wait'], { place, env: sandbox.env });
    expect(first.exitCode, first.stderr).toBe(0);
    const marker = path.join(place.stateDirectory, 'wan-state');
    await rm(marker);
    await writeFile(path.join(place.stateDirectory, 'my-backup.tar'), 'x');
    const listed = await runWan(['list'], { place });
    expect(listed.exitCode, listed.stderr).toBe(0);
    expect(listed.stdout).toContain('t2v');
    await expect(stat(marker), 'looking makes nothing').rejects.toThrow('ENOENT');
    const done = await runWan(['resume', '--all'], { place, env: sandbox.env });
    expect(done.exitCode, done.stderr).toBe(0);
    expect((await stat(marker)).isFile()).toBe(true);
    expect(await readFile(path.join(place.stateDirectory, 'my-backup.tar'), 'utf8')).toBe('x');
  });

  test('is known by one record, where all else was lost', async () => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    await runWan([...boat, '--no-wait'], { place, env: sandbox.env });
    const [record = ''] = await recordsOf(place, 'open');
    const text = await readFile(path.join(place.stateDirectory, 'open', record), 'utf8');
    await rm(place.stateDirectory, { recursive: true });
    await put(place.stateDirectory, { [`open/${record}`]: text, notes: 'x' });
    const listed = await runWan(['list'], { place });
    expect(listed.exitCode, listed.stderr).toBe(0);
  });

  test('of which a file is a link to somebody else’s: nothing is appended there', async () => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    const theirs = path.join(place.root, 'theirs');
    await writeFile(theirs, 'theirs');
    const today = new Date().toISOString().slice(0, 10);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await put(place.stateDirectory, { 'wan-state': '', 'by-task/days/x': '' });
    for (const day of [today, tomorrow]) {
      // oxlint-disable-next-line no-await-in-loop
      await symlink(theirs, path.join(place.stateDirectory, 'by-task', 'days', day));
    }
    const run = await runWan(boat, { place, env: sandbox.env });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain('cannot be found by its task');
    expect(await readFile(theirs, 'utf8')).toBe('theirs');
  });
});

test.each([[['wait', '@last']], [['t2v', 'a boat', '-d', '2']]])(
  'one that is removed during a wait is not made by halves, and the task is named: %j',
  async (command) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: notBeforePassed })]);
    if (command[0] === 'wait') await runWan([...boat, '--no-wait'], { place, env: sandbox.env });
    const waiting = await startWan(command, { place, env: sandbox.env });
    await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(0), { timeout: 20_000 });
    await rm(place.stateDirectory, { recursive: true });
    sandbox.pass(notBeforePassed);
    const done = await waiting.done;
    expect(done.exitCode, done.stderr).toBe(1);
    const { groups } = /^hint: wan wait --task-id (?<id>\S+)$/mu.exec(done.stderr) ?? {};
    const taskId = groups?.['id'] ?? '';
    expect(done.stderr).toMatch(
      /^error: the state directory .* was removed .* task \S+ goes on at the service$/mu,
    );
    expect(done.stderr).not.toContain('another wan');
    expect(await listFiles(place.stateDirectory)).toEqual([]);
    const listed = await runWan(['list'], { place });
    expect(listed.exitCode, listed.stderr).toBe(0);
    const saved = await runWan(['wait', '--task-id', taskId, '-o', 'saved.mp4'], { place, env: sandbox.env });
    expect(saved.exitCode, saved.stderr).toBe(0);
    expect(saved.files).toContain('saved.mp4');
  },
);
