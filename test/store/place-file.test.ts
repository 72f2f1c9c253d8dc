import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NotSavedError } from '../../src/core/errors.ts';
import { keepUnverified, placeFile } from '../../src/store/place-file.ts';

// Disks without hard links, and other disks, cannot be had on every machine: their answers can.
const faults = vi.hoisted(() => ({
  error: (code: string) => Object.assign(new Error(code), { code }),
  link: undefined as string | undefined,
  rename: [] as (string | undefined)[],
  beforeLook: undefined as (() => Promise<void>) | undefined,
  beforeRename: undefined as (() => Promise<void>) | undefined,
}));

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof fs>();
  return {
    ...original,
    link: async (from: string, to: string) => {
      if (faults.link !== undefined) throw faults.error(faults.link);
      await original.link(from, to);
    },
    lstat: async (path: string, options: { bigint: true }) => {
      if (path.endsWith('.mp4')) await faults.beforeLook?.();
      return original.lstat(path, options);
    },
    rename: async (from: string, to: string) => {
      await faults.beforeRename?.();
      const code = faults.rename.shift();
      if (code !== undefined) throw faults.error(code);
      await original.rename(from, to);
    },
  };
});

let directory: string;
let part: string;
let wanted: string;

beforeEach(async () => {
  directory = await fs.mkdtemp(join(tmpdir(), 'wan-place-'));
  part = join(directory, 'clip.part');
  wanted = join(directory, 'clip.mp4');
  await fs.writeFile(part, 'video');
});

afterEach(async () => {
  faults.link = undefined;
  faults.rename = [];
  faults.beforeLook = undefined;
  faults.beforeRename = undefined;
  await fs.rm(directory, { recursive: true });
});

const number = { onCollision: 'number', replace: false } as const;
const refuse = { onCollision: 'refuse', replace: false } as const;

/** Every file of the directory with its content. */
async function tree(): Promise<Record<string, string>> {
  const names = (await fs.readdir(directory)).toSorted();
  const files = names.map(async (name) => [name, await fs.readFile(join(directory, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(files));
}

describe.each([undefined, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'])(
  'with link failing: %s',
  (code) => {
    beforeEach(() => {
      faults.link = code;
    });

    test('a free name is taken', async () => {
      expect(await placeFile(part, wanted, refuse)).toBe(wanted);
      expect(await tree()).toEqual({ 'clip.mp4': 'video' });
    });

    test('a name that is taken is numbered', async () => {
      await fs.writeFile(wanted, 'other');
      await fs.writeFile(join(directory, 'clip-2.mp4'), 'another');
      expect(await placeFile(part, wanted, number)).toBe(join(directory, 'clip-3.mp4'));
      expect(await tree()).toEqual({ 'clip-2.mp4': 'another', 'clip-3.mp4': 'video', 'clip.mp4': 'other' });
    });

    test('or refused, and the part stays', async () => {
      await fs.writeFile(wanted, 'other');
      const run = placeFile(part, wanted, refuse);
      await expect(run).rejects.toThrow(`${wanted} exists already`);
      await expect(run).rejects.toBeInstanceOf(NotSavedError);
      expect(await tree()).toEqual({ 'clip.mp4': 'other', 'clip.part': 'video' });
    });

    test('a directory is a taken name, with --force too', async () => {
      await fs.mkdir(wanted);
      expect(await placeFile(part, wanted, number)).toBe(join(directory, 'clip-2.mp4'));
      await fs.writeFile(part, 'video');
      await expect(placeFile(part, wanted, { ...refuse, replace: true })).rejects.toThrow(/is a directory/u);
      expect(await fs.readFile(part, 'utf8')).toBe('video');
    });

    test('a dangling symbolic link is a taken name', async () => {
      await fs.symlink(join(directory, 'nowhere'), wanted);
      expect(await placeFile(part, wanted, number)).toBe(join(directory, 'clip-2.mp4'));
    });
  },
);

test('--force replaces', async () => {
  await fs.writeFile(wanted, 'old');
  expect(await placeFile(part, wanted, { ...refuse, replace: true })).toBe(wanted);
  expect(await tree()).toEqual({ 'clip.mp4': 'video' });
});

test('a relative path becomes absolute, a name without an ending is numbered at its end', async () => {
  await fs.writeFile(join(directory, 'clip'), 'other');
  expect(await placeFile(part, join(directory, 'x', '..', 'clip'), number)).toBe(join(directory, 'clip-2'));
});

test('killed between link and unlink, the next run finds the file in its place', async () => {
  await fs.link(part, wanted);
  expect(await placeFile(part, wanted, refuse)).toBe(wanted);
  expect(await tree()).toEqual({ 'clip.mp4': 'video' });
});

test('without hard links, a file put over the claim in between is left alone', async () => {
  faults.link = 'EPERM';
  faults.rename = ['EIO'];
  faults.beforeRename = () => fs.writeFile(wanted, 'theirs');
  await expect(placeFile(part, wanted, refuse)).rejects.toThrow('cannot save');
  expect(await tree()).toEqual({ 'clip.mp4': 'theirs', 'clip.part': 'video' });
});

test('without hard links, a claim that somebody wrote over is theirs', async () => {
  faults.link = 'EPERM';
  faults.beforeLook = () => fs.writeFile(wanted, 'theirs');
  await expect(placeFile(part, wanted, refuse)).rejects.toThrow('exists already');
  expect(await tree()).toEqual({ 'clip.mp4': 'theirs', 'clip.part': 'video' });
});

test('without hard links, a failed rename takes its claim back', async () => {
  faults.link = 'EPERM';
  faults.rename = ['EIO'];
  await expect(placeFile(part, wanted, refuse)).rejects.toBeInstanceOf(NotSavedError);
  expect(await tree()).toEqual({ 'clip.part': 'video' });
});

test('without hard links, a kill leaves nothing under the name that has content', async () => {
  faults.link = 'EPERM';
  let seen: Record<string, string> = {};
  faults.beforeRename = async () => {
    seen = await tree();
  };
  await placeFile(part, wanted, refuse);
  expect(seen).toEqual({ 'clip.mp4': '', 'clip.part': 'video' });
});

describe('from another disk', () => {
  test('a copy beside the target takes the name', async () => {
    // The first rename, of the part, fails; the second, of the copy, does not.
    faults.rename = ['EXDEV'];
    await fs.writeFile(wanted, 'old');
    expect(await placeFile(part, wanted, { ...refuse, replace: true })).toBe(wanted);
    expect(await tree()).toEqual({ 'clip.mp4': 'video' });
  });

  test('a collision leaves the part, and no copy', async () => {
    await fs.writeFile(wanted, 'other');
    faults.link = 'EPERM';
    faults.rename = ['EXDEV', 'EIO'];
    await expect(placeFile(part, wanted, number)).rejects.toThrow('EIO');
    expect(await tree()).toEqual({ 'clip.mp4': 'other', 'clip.part': 'video' });
  });

  test('also without hard links', async () => {
    faults.link = 'EPERM';
    faults.rename = ['EXDEV'];
    expect(await placeFile(part, wanted, number)).toBe(wanted);
    expect(await tree()).toEqual({ 'clip.mp4': 'video' });
  });
});

test.each([
  ['no directory', () => join(directory, 'none', 'clip.mp4'), /no such file or directory \(ENOENT\)/u],
  ['too long a name', () => join(directory, `${'x'.repeat(300)}.mp4`), /the name is too long/u],
])('%s is said, and the part stays', async (_, path, message) => {
  await expect(placeFile(part, path(), number)).rejects.toThrow(message);
  expect(await tree()).toEqual({ 'clip.part': 'video' });
});

test('an unverified file is kept under a name that says so, numbered', async () => {
  expect(await keepUnverified(part, wanted)).toBe(join(directory, 'clip.unverified.mp4'));
  await fs.writeFile(part, 'second');
  expect(await keepUnverified(part, wanted)).toBe(join(directory, 'clip.unverified-2.mp4'));
  expect(await tree()).toEqual({ 'clip.unverified-2.mp4': 'second', 'clip.unverified.mp4': 'video' });
});
