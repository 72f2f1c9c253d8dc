import type { PathLike } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  createFileExclusive,
  makePrivateDirectory,
  syncDirectory,
  writeFileAtomic,
} from '../../src/store/atomic-file.ts';
import { bundle } from '../helpers/bundle.ts';
import { killChildren, startChild, type Child } from './child-process.ts';

// The system calls under test, in their order, and what a file system may answer that this machine has none of.
const system = vi.hoisted(() => ({ calls: [] as string[], failures: new Map<string, string>() }));

function step(call: string, subject: PathLike): void {
  system.calls.push(`${call} ${path.basename(String(subject)).replace(/\.wan-.*\.tmp/, 'temporary')}`);
  const code = system.failures.get(call);
  if (code !== undefined) throw Object.assign(new Error(code), { code });
}

vi.mock('node:fs/promises', async (importOriginal) => {
  const fs = await importOriginal<typeof FileSystem>();
  return {
    ...fs,
    async open(file: PathLike, flags: string, mode?: number): Promise<FileHandle> {
      const handle = await fs.open(file, flags, mode);
      const sync = handle.sync.bind(handle);
      const call = flags === 'r' ? 'sync directory' : 'sync';
      handle.sync = async () => {
        step(call, file);
        await sync();
      };
      return handle;
    },
    async rename(from: PathLike, to: PathLike): Promise<void> {
      step('rename', to);
      await fs.rename(from, to);
    },
    async link(from: PathLike, to: PathLike): Promise<void> {
      step('link', to);
      await fs.link(from, to);
    },
    async chmod(file: PathLike, mode: number): Promise<void> {
      step('chmod', file);
      await fs.chmod(file, mode);
    },
  };
});

let scripts: string;
let script: string;
let directory: string;
let file: string;

beforeAll(async () => {
  scripts = await mkdtemp(path.join(tmpdir(), 'wan-atomic-scripts-'));
  script = await bundle('test/store/atomic-file-child.ts', scripts);
});
afterAll(() => rm(scripts, { recursive: true, force: true }));
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'wan-atomic-'));
  file = path.join(directory, 'file');
  system.calls.length = 0;
});
afterEach(async () => {
  system.failures.clear();
  await killChildren();
  await rm(directory, { recursive: true, force: true });
});

async function child(letter = 'b', wrapper: readonly string[] = []): Promise<Child> {
  const started = startChild(script, [file, letter], wrapper);
  expect(await started.ask()).toBe('ready');
  return started;
}

test('writes text and bytes, private unless told', async () => {
  await writeFileAtomic(file, 'text ✓');
  expect(await readFile(file, 'utf8')).toBe('text ✓');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await writeFileAtomic(file, new Uint8Array([0, 1, 255]).subarray(1), { mode: 0o640 });
  expect([...(await readFile(file))]).toEqual([1, 255]);
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  expect(await readdir(directory)).toEqual(['file']);
});

test('a target with the longest name allowed works', async () => {
  await writeFileAtomic(path.join(directory, 'x'.repeat(255)), 'text');
  await createFileExclusive(path.join(directory, 'y'.repeat(255)), 'text');
  expect((await readdir(directory)).map((name) => name.length)).toEqual([255, 255]);
});

test('content reaches the disk before its name, and the name before it resolves', async () => {
  await writeFileAtomic(file, 'text');
  const parent = path.basename(directory);
  expect(system.calls).toEqual(['sync temporary', 'rename file', `sync directory ${parent}`]);
  system.calls.length = 0;
  await createFileExclusive(path.join(directory, 'new'), 'text');
  expect(system.calls).toEqual(['sync temporary', 'link new', `sync directory ${parent}`]);
});

test('kill -9 while writing leaves the old content or the new, whole', async () => {
  await writeFile(file, 'a'.repeat(1_000_000));
  for (let kills = 0; kills < 8; kills += 1) {
    const writer = await child();
    await writer.ask('writeForEver');
    for (let writes = 0; writes < kills; writes += 1) await writer.ask();
    await writer.kill();
    expect(await readFile(file, 'utf8')).toSatisfy((text: string) =>
      /^(a{1000000}|b{1000000}|c{1000000})$/.test(text),
    );
  }
});

test.each(['sync', 'rename'])('a failing %s leaves the old file and nothing else', async (call) => {
  await writeFile(file, 'old');
  system.failures.set(call, 'EIO');
  await expect(writeFileAtomic(file, 'new')).rejects.toMatchObject({ code: 'EIO' });
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readdir(directory)).toEqual(['file']);
});

test('a directory in the place of the file stays', async () => {
  await mkdir(file);
  await expect(writeFileAtomic(file, 'new')).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await readdir(directory)).toEqual(['file']);
});

// A limit on file sizes stands for a full disk: writing fails half-way, and no mount is needed.
test.skipIf(process.platform === 'win32')(
  'running out of space leaves the old file and nothing else',
  async () => {
    await writeFile(file, 'old');
    const cramped = await child('b', ['sh', '-c', 'trap "" XFSZ; ulimit -f 64; exec "$@"', 'sh']);
    expect(await cramped.ask('writeOnce')).toBe('EFBIG');
    expect(await readFile(file, 'utf8')).toBe('old');
    await rm(file);
    expect(await cramped.ask('create')).toBe('EFBIG');
    expect(await readdir(directory)).toEqual([]);
  },
);

test('a file is created once', async () => {
  await createFileExclusive(file, 'first');
  await expect(createFileExclusive(file, 'second')).rejects.toMatchObject({ code: 'EEXIST' });
  expect(await readFile(file, 'utf8')).toBe('first');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(directory)).toEqual(['file']);
});

test.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EACCES'])(
  'a file is created once where hard links fail with %s',
  async (code) => {
    system.failures.set('link', code);
    await createFileExclusive(file, 'first');
    expect(system.calls).toContain('sync file');
    await expect(createFileExclusive(file, 'second')).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(file, 'utf8')).toBe('first');
    expect(await readdir(directory)).toEqual(['file']);
  },
);

test('another failure of the hard link is not taken for a missing feature', async () => {
  system.failures.set('link', 'EIO');
  await expect(createFileExclusive(file, 'first')).rejects.toMatchObject({ code: 'EIO' });
  expect(await readdir(directory)).toEqual([]);
});

test('of eight processes that create a file one wins, with all it wrote', async () => {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const all = await Promise.all(letters.map((letter) => child(letter)));
  const answers = await Promise.all(all.map((one) => one.ask('create')));
  expect(answers.toSorted()).toEqual([...Array.from({ length: 7 }, () => 'EEXIST'), 'done']);
  const winner = letters[answers.indexOf('done')] ?? '';
  expect((await readFile(file, 'utf8')) === winner.repeat(1_000_000)).toBe(true);
  expect(await readdir(directory)).toEqual(['file']);
});

test('a private directory is made with its parents, each flushed into the one above', async () => {
  const deep = path.join(directory, 'a', 'b', 'c');
  await makePrivateDirectory(deep);
  for (const made of ['a', 'a/b', 'a/b/c']) {
    expect((await stat(path.join(directory, made))).mode & 0o777).toBe(0o700);
  }
  const parent = path.basename(directory);
  expect(system.calls).toEqual(['sync directory b', 'sync directory a', `sync directory ${parent}`]);
  system.calls.length = 0;
  await makePrivateDirectory(deep);
  expect(system.calls).toEqual([]);
});

test.skipIf(process.platform === 'win32')(
  'a directory that is there is narrowed, its parents are not',
  async () => {
    const parent = path.join(directory, 'parent');
    const leaf = path.join(parent, 'leaf');
    await mkdir(leaf, { recursive: true });
    await Promise.all([chmod(parent, 0o755), chmod(leaf, 0o2775)]);
    await makePrivateDirectory(leaf);
    expect((await stat(leaf)).mode & 0o7777).toBe(0o2700);
    expect((await stat(parent)).mode & 0o777).toBe(0o755);
  },
);

test('a directory with fixed permissions is good enough, a read-only one is told', async () => {
  const leaf = path.join(directory, 'leaf');
  await mkdir(leaf);
  await chmod(leaf, 0o755);
  system.failures.set('chmod', 'EPERM');
  await makePrivateDirectory(leaf);
  system.failures.set('chmod', 'EROFS');
  await expect(makePrivateDirectory(leaf)).rejects.toMatchObject({ code: 'EROFS' });
});

test.skipIf(process.getuid?.() !== 0)('the directory of somebody else is left alone', async () => {
  const leaf = path.join(directory, 'leaf');
  await mkdir(leaf);
  await chmod(leaf, 0o755);
  const getuid = vi.spyOn(process, 'getuid').mockReturnValue(12_345);
  await makePrivateDirectory(leaf);
  getuid.mockRestore();
  expect((await stat(leaf)).mode & 0o777).toBe(0o755);
});

test('a file in the place of the directory is told', async () => {
  await writeFile(file, '');
  await expect(makePrivateDirectory(file)).rejects.toMatchObject({ code: 'EEXIST' });
});

test('a symbolic link is replaced, what it leads to is kept', async () => {
  const target = path.join(directory, 'target');
  await writeFile(target, 'old');
  await symlink(target, file);
  await writeFileAtomic(file, 'new');
  expect(await readFile(target, 'utf8')).toBe('old');
  expect(await readFile(file, 'utf8')).toBe('new');
});

test.each(['EISDIR', 'EPERM', 'EINVAL'])(
  'a directory that cannot be flushed (%s) is no failure',
  async (code) => {
    system.failures.set('sync directory', code);
    await syncDirectory(directory);
    await writeFileAtomic(file, 'text');
    expect(await readFile(file, 'utf8')).toBe('text');
  },
);

test('a directory that fails to be flushed is told', async () => {
  system.failures.set('sync directory', 'EIO');
  await expect(syncDirectory(directory)).rejects.toMatchObject({ code: 'EIO' });
  await expect(syncDirectory(path.join(directory, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
});
