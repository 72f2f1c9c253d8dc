import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openClipService } from '../helpers/clip-service.ts';
import { listFiles, makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { mountDisk } from '../helpers/small-disk.ts';
import { readRecords } from './records.ts';

const megabyte = 1024 * 1024;

describe('the output on another disk than the state', () => {
  async function world() {
    const [place, service] = await Promise.all([makePlace(), openClipService(megabyte)]);
    const out = path.join(place.cwd, 'out');
    await Promise.all([mountDisk(out, 8 * megabyte), mountDisk(place.stateDirectory, 8 * megabyte)]);
    const [one, other] = await Promise.all([stat(out), stat(place.stateDirectory)]);
    expect(one.dev).not.toBe(other.dev);
    const wan = (...args: string[]) => runWan(args, { place, env: service.env });
    return { place, service, out, wan };
  }

  test.each([
    ['a name', ['-o', 'out/boat.mp4'], 'out/boat.mp4'],
    ['a directory', ['--out-dir', 'out'], /^out\/.*\.mp4$/u],
    ['a template', ['-o', 'out/deep/{slug}.{ext}'], 'out/deep/a-paper-boat.mp4'],
  ])('saves it there, given %s', async (_name, args, wanted) => {
    const { service, wan } = await world();
    const run = await wan('t2v', 'a paper boat', '-d', '2', ...args);
    expect(run.exitCode, run.stderr).toBe(0);
    const files = run.files.filter((name) => !name.endsWith('/'));
    expect(files).toEqual([typeof wanted === 'string' ? wanted : expect.stringMatching(wanted)]);
    expect((await readFile(run.stdout.trim())).equals(service.video)).toBe(true);
  });

  test('continues there what was cut, and replaces a file only when told', async () => {
    const { place, service, wan } = await world();
    const boat = ['t2v', 'a paper boat', '-d', '2', '-o', 'out/boat.mp4'];
    service.host.behave({ cutAfter: megabyte / 2 }, {});
    expect((await wan(...boat)).exitCode).toBe(0);
    expect(service.host.requests.map(({ headers }) => headers['range'])).toEqual([
      undefined,
      `bytes=${megabyte / 2}-`,
    ]);
    const file = path.join(place.cwd, 'out', 'boat.mp4');
    await writeFile(file, 'mine');
    expect((await wan(...boat)).exitCode).toBe(2);
    expect(await readFile(file, 'utf8')).toBe('mine');
    const forced = await wan(...boat, '--force');
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect((await readFile(file)).equals(service.video)).toBe(true);
    expect(forced.files).toEqual(['out/', 'out/boat.mp4']);
  });

  test('or on stdout: fetched and checked in the state directory, of which nothing is left', async () => {
    const { place, service, wan } = await world();
    service.host.behave({ cutAfter: megabyte / 2 }, {});
    const run = await wan('t2v', 'a paper boat', '-d', '2', '-o', '-');
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdoutBytes.equals(service.video)).toBe(true);
    expect(run.files).toEqual(['out/']);
    expect(await listFiles(path.join(place.stateDirectory, 'stdout'))).toEqual([]);
    expect((await readRecords(place)).done).toMatchObject([{ outputs: [{ path: '-' }] }]);
  });

  test('a video for stdout that the state directory has no room for is not lost', async () => {
    const { place, service, out, wan } = await world();
    const disk = await mountDisk(path.join(place.root, 'tiny'), 2 * megabyte);
    disk.fill(128);
    const env = { ...service.env, WAN_STATE_DIR: disk.directory };
    await writeFile(path.join(disk.directory, 'wan-state'), '');
    const run = await runWan(['t2v', 'a paper boat', '-d', '2', '-o', '-'], { place, env });
    expect(run.exitCode, run.stderr).toBe(13);
    expect(run.stdoutBytes).toHaveLength(0);
    const id = /wan download (\w{12})$/mu.exec(run.stderr)?.[1] ?? '';
    const file = path.join(out, 'boat.mp4');
    const again = await runWan(['download', id, '-o', file], { place, env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect((await readFile(file)).equals(service.video)).toBe(true);
    expect(service.submits()).toBe(1);
    expect((await wan('list')).stdout).toBe('');
  });
});

// No file system without hard links can be mounted everywhere, so they fail inside the real program: what is tried
// here is its answer to EPERM, not such a file system.
describe('without hard links', () => {
  const preload = new URL('../helpers/preload/no-links.mjs', import.meta.url).href;

  async function world() {
    const place = await makePlace();
    const tried = path.join(place.root, 'links');
    const options = { place, node: ['--import', preload], links: { WAN_TEST_LINKS: tried } };
    const linksTried = async () => (await readFile(tried, 'utf8')).trim().split('\n');
    return { ...options, linksTried };
  }

  test('a job runs from its key to its file, and a second run of the same key finds it', async () => {
    const { place, node, links, linksTried } = await world();
    const service = await openClipService(megabyte);
    service.host.behave({ cutAfter: megabyte / 2 }, {});
    const env = { ...service.env, ...links };
    const boat = ['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4', '--job-key', 'boat'];
    const run = await runWan(boat, { place, node, env });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.files).toEqual(['boat.mp4']);
    expect((await readFile(path.join(place.cwd, 'boat.mp4'))).equals(service.video)).toBe(true);
    const tried = await linksTried();
    for (const name of ['/secret', '/keys/', 'boat.mp4.part.json', '/boat.mp4'])
      expect(tried).toContainEqual(expect.stringContaining(name));
    const again = await runWan(boat, { place, node, env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.files).toEqual(['boat.mp4']);
    expect(service.submits()).toBe(1);
  });

  test('nothing is replaced unasked: names are numbered, or refused', async () => {
    const { place, node, links } = await world();
    const service = await openClipService(megabyte);
    const env = { ...service.env, ...links };
    const wan = (...args: string[]) => runWan(['t2v', 'a', '-d', '2', ...args], { place, node, env });
    await writeFile(path.join(place.cwd, 'a.mp4'), 'mine');
    const numbered = await wan('-o', '{slug}.{ext}');
    expect(numbered.stdout).toBe(`${path.join(place.cwd, 'a-2.mp4')}\n`);
    expect((await wan('-o', 'a.mp4')).exitCode).toBe(2);
    expect(await readFile(path.join(place.cwd, 'a.mp4'), 'utf8')).toBe('mine');
    const forced = await wan('-o', 'a.mp4', '--force');
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect(forced.files).toEqual(['a-2.mp4', 'a.mp4']);
  });

  test('of six processes with one key, on a directory that is new, one pays and all end well', async () => {
    const { place, node, links } = await world();
    const sandbox = await openSandbox();
    const env = { ...sandbox.env, ...links };
    const boat = ['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4', '--job-key', 'boat'];
    const runs = await Promise.all(Array.from({ length: 6 }, () => runWan(boat, { place, node, env })));
    expect(
      runs.map(({ exitCode }) => exitCode),
      runs.map(({ stderr }) => stderr).join('\n'),
    ).toEqual(runs.map(() => 0));
    expect(sandbox.submits()).toHaveLength(1);
    expect(runs[0]?.files).toEqual(['boat.mp4']);
  });

  test('a damaged record is set aside with all its bytes', async () => {
    const { place, node, links } = await world();
    const sandbox = await openSandbox();
    const env = { ...sandbox.env, ...links };
    await runWan(['t2v', 'a', '-d', '2', '--no-wait'], { place, node, env });
    await writeFile(path.join(place.stateDirectory, 'open', '1T3K9QW7A2BC.json'), '{"task_id":"kept"');
    const list = await runWan(['list'], { place, node, env });
    expect(list.exitCode, list.stderr).toBe(0);
    const aside = path.join(place.stateDirectory, 'set-aside', '1T3K9QW7A2BC.json');
    expect(await readFile(aside, 'utf8')).toBe('{"task_id":"kept"');
  });
});
