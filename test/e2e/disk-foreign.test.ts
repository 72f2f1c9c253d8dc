import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { dayOfJobId, makeJobId } from '../../src/core/job-id.ts';
import { listFiles, makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { linesWith } from './bad-input-checks.ts';
import { readRecords } from './records.ts';

vi.setConfig({ testTimeout: 180_000 });

/** What may lie where a file of ours should be. */
const things: Record<string, (file: string) => Promise<unknown> | void> = {
  'text of somebody else': (file) => writeFile(file, 'dear diary\n'),
  nothing: (file) => writeFile(file, ''),
  'JSON of somebody else': (file) => writeFile(file, '[{"version":1}]'),
  'half a record': (file) => writeFile(file, '{"version":1,"id":"'),
  bytes: (file) => writeFile(file, Buffer.from([0xff, 0xfe, 0, 0x80, 0x1b, 0x5b])),
  'a directory': async (file) => {
    await mkdir(file);
    await writeFile(path.join(file, 'inside'), 'kept');
  },
  'a pipe': (file) => {
    execFileSync('mkfifo', [file]);
  },
  'a link to nowhere': (file) => symlink('/nowhere/at/all', file),
  'a link to itself': (file) => symlink(path.basename(file), file),
};

const ids = Array.from({ length: 2 }, (_, index) => makeJobId(Date.UTC(2026, 10, 19, index), Math.random));
const [openId = '', doneId = ''] = ids;
const dayOfDone = path.join('done', ...dayOfJobId(doneId));

/** Names as ours are, and names as they are not. */
const recordPlaces = [
  `open/${openId}.json`,
  'open/notes.txt',
  `${dayOfDone}/${doneId}.json`,
  `${dayOfDone}/notes.txt`,
];

/** Puts a thing at some places of a state directory, over what is there. */
async function put(place: Place, names: readonly string[], thing: (file: string) => Promise<unknown> | void) {
  for (const name of names) {
    const file = path.join(place.stateDirectory, name);
    // oxlint-disable no-await-in-loop
    await rm(file, { recursive: true, force: true });
    await mkdir(path.dirname(file), { recursive: true });
    await thing(file);
    // oxlint-enable no-await-in-loop
  }
}

/** One job is saved, one runs; both have keys. */
async function world() {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const wan = (...args: string[]) => runWan(args, { place, env: sandbox.env });
  const fox = ['t2v', 'a fox', '-d', '2', '-o', 'fox.mp4', '--job-key', 'fox'];
  const owl = ['t2v', 'an owl', '-d', '2', '-o', 'owl.mp4'];
  const saved = await wan(...fox);
  const open = await wan(...owl, '--no-wait');
  expect([saved.exitCode, open.exitCode], saved.stderr + open.stderr).toEqual([0, 0]);
  return { place, sandbox, wan, fox };
}

describe.each(Object.entries(things))('%s', (name, thing) => {
  test('among the records is named once and set aside, and everything else works', async () => {
    const { place, sandbox, wan } = await world();
    await put(place, recordPlaces, thing);
    const list = await wan('list');
    expect(list.exitCode, list.stderr).toBe(0);
    expect(list.stdout.trim().split('\n')).toHaveLength(2);
    const notes = linesWith(list.stderr, 'note:');
    for (const file of recordPlaces) {
      const about = notes.filter((note) => note.includes(path.join(place.stateDirectory, file)));
      expect(about, `${file}: ${list.stderr}`).toHaveLength(1);
    }
    expect(notes).toHaveLength(recordPlaces.length);
    const aside = await readdir(path.join(place.stateDirectory, 'set-aside'));
    // Two of one name: the second has a number.
    expect(aside.map((entry) => entry.replace('-2', '')).toSorted()).toEqual(
      [`${openId}.json`, `${doneId}.json`, 'notes.txt', 'notes.txt'].toSorted(),
    );
    const again = await wan('list');
    expect(again.stderr).toBe('');
    expect(again.stdout).toBe(list.stdout);
    const resumed = await wan('resume', '--all');
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.files).toEqual(['fox.mp4', 'owl.mp4']);
    expect(sandbox.submits()).toHaveLength(2);
    // What was set aside stays what it is: nobody takes its id for one that never was.
    const named = await wan('status', openId);
    expect(named.exitCode, named.stderr).toBe(1);
    expect(named.stderr).toContain('was damaged; it is kept as');
  });

  test('in the place of every other file: no command stops, and nothing is paid twice', async () => {
    const { place, sandbox, wan, fox } = await world();
    const [running] = (await readRecords(place)).open;
    const [id, taskId] = [running?.id ?? '', running?.task_id ?? ''];
    const files = (await listFiles(place.stateDirectory)).filter((file) => !file.endsWith('/'));
    const others = files.filter((file) => /^(?:by-task|by-file)\//u.test(file));
    expect(others.length).toBeGreaterThan(3);
    await put(
      place,
      [
        ...others,
        'run-times.json',
        'notes.txt',
        `locks/${id}.0123456789abcdef.claim`,
        'locks/notes.txt',
        'keys/notes.txt',
        'keys/old-spellings.json',
        'uploads/notes.txt',
        'done/notes.txt',
        'done/2026/notes.txt',
      ],
      thing,
    );
    for (const args of [['list'], ['status', id], ['show', taskId], ['wait', id], ['resume', '--all'], fox]) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await wan(...args);
      expect(run.exitCode, `${args.join(' ')}: ${run.stderr}`).toBe(0);
    }
    const made = await wan('t2v', 'a hare', '-d', '2', '-o', 'hare.mp4');
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.files).toEqual(['fox.mp4', 'hare.mp4', 'owl.mp4']);
    expect(sandbox.submits()).toHaveLength(3);
    // Nobody looks at what is not named as ours, so nobody moves it.
    for (const folder of ['keys', 'locks', 'uploads', 'done'])
      // oxlint-disable-next-line no-await-in-loop
      expect(await readdir(path.join(place.stateDirectory, folder))).toContain('notes.txt');
  });

  test('in the place of a key: what it stood for may be paid, so nothing is sent until the user has looked', async () => {
    const { place, sandbox, wan, fox } = await world();
    const [key = ''] = (await readdir(path.join(place.stateDirectory, 'keys'))).filter((file) =>
      /^[0-9a-f]{32}/u.test(file),
    );
    await put(place, [`keys/${key}`], thing);
    const before = sandbox.requests.length;
    const run = await wan(...fox);
    expect(run.exitCode, run.stderr).toBe(1);
    expect(linesWith(run.stderr, 'error:')).toEqual([expect.stringMatching(/job key/u)]);
    expect(linesWith(run.stderr, 'hint:')).toEqual([expect.stringContaining('wan list')]);
    expect(sandbox.requests).toHaveLength(before);
    const other = await wan('t2v', 'a hare', '-d', '2', '-o', 'hare.mp4', '--job-key', 'hare');
    expect(other.exitCode, `${name}: ${other.stderr}`).toBe(0);
  });

  test('in the place of the secret: another one is made, or the way out is named; jobs are still shown', async () => {
    const { place, sandbox, wan } = await world();
    await put(place, ['secret'], thing);
    const made = await wan('t2v', 'a hare', '-d', '2', '-o', 'hare.mp4');
    if (name === 'a directory') {
      expect(made.exitCode, made.stderr).toBe(1);
      expect(linesWith(made.stderr, 'hint:')).toEqual([expect.stringContaining('WAN_STATE_DIR')]);
      expect(sandbox.submits()).toHaveLength(2);
    } else {
      expect(made.exitCode, made.stderr).toBe(0);
      expect(sandbox.submits()).toHaveLength(3);
    }
    const list = await wan('list');
    expect(list.exitCode, list.stderr).toBe(0);
    expect(list.stdout.trim().split('\n')).toHaveLength(sandbox.submits().length);
  });
});

test.each(['locks', 'by-task', 'by-file', 'keys', 'set-aside', 'uploads', 'run-times.json'])(
  'a file in the place of the directory %s keeps no job from being shown',
  async (name) => {
    const { place, sandbox, wan } = await world();
    await put(place, [name], (file) => writeFile(file, 'mine'));
    // One that was being sent when its sender died: whether it still is, the locks tell.
    const id = (await readRecords(place)).open[0]?.id ?? '';
    const file = path.join(place.stateDirectory, 'open', `${id}.json`);
    const record = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...record, status: 'submitting', task_id: null }));
    for (const [args, code] of [
      [['list'], 0],
      [['show', id], 0],
      [['status', id], 14],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await wan(...args);
      expect(run.exitCode, `${args.join(' ')}: ${run.stderr}`).toBe(code);
    }
    const made = await wan('t2v', 'a hare', '-d', '2', '-o', 'hare.mp4', '--job-key', 'hare');
    const isNeeded = name === 'locks' || name === 'keys';
    expect(made.exitCode, made.stderr).toBe(isNeeded ? 1 : 0);
    if (isNeeded) expect(linesWith(made.stderr, 'hint:')).toEqual([expect.stringContaining('WAN_STATE_DIR')]);
    expect(sandbox.submits()).toHaveLength(isNeeded ? 2 : 3);
    expect(await readFile(path.join(place.stateDirectory, name), 'utf8')).toBe('mine');
  },
);
