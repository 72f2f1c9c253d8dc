import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createUploadCache } from '../../src/store/uploads.ts';

const now = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;
const one = { provider: 'dashscope', model: 'wan2.6-i2v', fingerprint: 'f', sha256: 'ab', extension: 'png' };
const entry = (hours: number) => ({
  url: 'oss://dir/a.png',
  uploaded_at: new Date(now).toISOString(),
  expires_at: new Date(now + hours * hour).toISOString(),
});

async function openCache() {
  const directory = await mkdtemp(path.join(tmpdir(), 'wan-uploads-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const state = path.join(directory, 'state');
  return { cache: createUploadCache(state), directory: path.join(state, 'uploads') };
}

test('an upload is found again, by the same content, model and account only', async () => {
  const { cache, directory } = await openCache();
  await cache.keep(one, entry(48), now);
  expect(await cache.find(one, now)).toEqual(entry(48));
  const others = [{ provider: 'acedata' }, { model: null }, { fingerprint: 'g' }, { sha256: 'cd' }];
  for (const other of [...others, { extension: 'jpg' }])
    expect(await cache.find({ ...one, ...other }, now)).toBeUndefined();
  const [name = ''] = await readdir(directory);
  expect((await stat(path.join(directory, name))).mode & 0o777).toBe(0o600);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test('with less than six hours left it is not used', async () => {
  const { cache } = await openCache();
  await cache.keep(one, entry(48), now);
  expect(await cache.find(one, now + 42 * hour)).toBeDefined();
  expect(await cache.find(one, now + 42 * hour + 1)).toBeUndefined();
});

test.each(['', '{', '{}', '[1]', JSON.stringify({ schema: 1, ...entry(48), url: 'file:///etc' })])(
  'a damaged entry %j counts as none',
  async (text) => {
    const { cache, directory } = await openCache();
    await cache.keep(one, entry(48), now);
    const [name = ''] = await readdir(directory);
    await writeFile(path.join(directory, name), text);
    expect(await cache.find(one, now)).toBeUndefined();
  },
);

test('a write clears away what is expired, and nothing else', async () => {
  const { cache, directory } = await openCache();
  await cache.keep(one, entry(1), now);
  await cache.keep({ ...one, sha256: 'live' }, entry(48), now);
  await mkdir(path.join(directory, 'mine'));
  await cache.keep({ ...one, sha256: 'new' }, entry(48), now + 2 * hour);
  expect(await readdir(directory)).toHaveLength(3);
  expect(await cache.find({ ...one, sha256: 'live' }, now)).toBeDefined();
});

test.each<[string, (file: string) => unknown]>([
  ['a pipe', (file) => execFileSync('mkfifo', [file])],
  ['a device', (file) => symlink('/dev/zero', file)],
  ['a directory', (file) => mkdir(file)],
  ['far too large', (file) => writeFile(file, JSON.stringify({ ...entry(48), schema: 1 }).padEnd(65_537))],
])('%s in the place of an entry is neither read nor removed', async (_what, make) => {
  const { cache, directory } = await openCache();
  await cache.keep(one, entry(48), now);
  const [name = ''] = await readdir(directory);
  await rm(path.join(directory, name));
  await make(path.join(directory, name));
  expect(await cache.find(one, now)).toBeUndefined();
  await cache.forget(one, entry(48).url);
  await cache.keep({ ...one, sha256: 'other' }, entry(48), now);
  expect(await readdir(directory)).toContain(name);
});

test('an upload is forgotten by its address, and one that took its place is not', async () => {
  const { cache } = await openCache();
  await cache.forget(one, entry(48).url);
  await cache.keep(one, entry(48), now);
  await cache.forget(one, 'oss://dir/other.png');
  expect(await cache.find(one, now)).toBeDefined();
  await cache.forget(one, entry(48).url);
  expect(await cache.find(one, now)).toBeUndefined();
});
