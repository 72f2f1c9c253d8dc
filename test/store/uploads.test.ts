import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createUploadCache } from '../../src/store/uploads.ts';

const now = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;
const one = { provider: 'dashscope', model: 'wan2.6-i2v', fingerprint: 'f', sha256: 'ab' };
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
  for (const other of [{ provider: 'acedata' }, { model: null }, { fingerprint: 'g' }, { sha256: 'cd' }])
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
