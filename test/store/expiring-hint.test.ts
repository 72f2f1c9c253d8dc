import { chmod, mkdir, readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { expiringHint } from '../../src/store/expiring-hint.ts';
import { hourMs, jobFrom, makeStore, minuteMs, nowMs, savedAs } from './job-world.ts';

const unsaved = (leftMs: number) =>
  jobFrom(hourMs, { status: 'succeeded', expires_at: new Date(nowMs + leftMs).toISOString() });

test('one job whose video is soon gone', async () => {
  const { store, directory } = await makeStore();
  const job = unsaved(2 * hourMs + 5 * minuteMs);
  await store.save(job);
  expect(await expiringHint(directory, nowMs)).toBe(
    `the link of job ${job.id} expires in 2 h 5 min and its video is not saved: \`wan download ${job.id}\``,
  );
  expect(await expiringHint(directory, nowMs, new Set([job.id]))).toBeUndefined();
});

test('several', async () => {
  const { store, directory } = await makeStore();
  const [first, second, third] = [unsaved(hourMs), unsaved(2 * hourMs), unsaved(3 * hourMs)];
  for (const job of [second, first, third]) await store.save(job);
  expect(await expiringHint(directory, nowMs)).toMatch(
    /^the links of 3 jobs .* the first in 1 h, .*`wan resume --all`$/u,
  );
  expect(await expiringHint(directory, nowMs, new Set([first.id]))).toMatch(/2 jobs .* the first in 2 h/u);
  expect(await expiringHint(directory, nowMs, new Set([first.id, second.id]))).toContain(third.id);
});

test.each([
  ['one with time left', unsaved(3 * hourMs + 1000)],
  ['one that is gone', unsaved(0)],
  ['one without a known end', jobFrom(0, { status: 'succeeded', expires_at: null })],
  ['one that runs', { ...unsaved(hourMs), status: 'running' as const }],
  ['one whose time is nonsense', { ...unsaved(hourMs), expires_at: 'soon' }],
  ['one that was saved', { ...unsaved(hourMs), ...savedAs('/tmp/a.mp4') }],
])('nothing is said of %s', async (_name, job) => {
  const { store, directory } = await makeStore();
  await store.save(job);
  expect(await expiringHint(directory, nowMs)).toBeUndefined();
});

test('nothing is said of a job that was killed between saving and tidying up', async () => {
  const { store, directory, put, openFile } = await makeStore();
  const job = unsaved(hourMs);
  await store.save({ ...job, ...savedAs('/tmp/a.mp4') });
  await put(openFile(job.id), JSON.stringify(job));
  expect(await expiringHint(directory, nowMs)).toBeUndefined();
});

test('what lies there is not touched, whatever it is', async () => {
  const { store, directory, put, at, openFile } = await makeStore();
  expect(await expiringHint(directory, nowMs)).toBeUndefined();
  expect(await readdir(directory)).toEqual(['wan-state']);
  const job = unsaved(hourMs);
  await store.save(job);
  for (const text of ['', '{', 'null', '[]', '{"status":"succeeded","expires_at":7}']) {
    await put(openFile(jobFrom(hourMs).id), text);
  }
  await put(at('open', 'notes.txt'), 'x');
  await mkdir(openFile(jobFrom(hourMs).id));
  await chmod(openFile(job.id), 0o400);
  const before = await readdir(directory, { recursive: true });
  expect(await expiringHint(directory, nowMs)).toContain(job.id);
  expect(await readdir(directory, { recursive: true })).toEqual(before);
  expect(await expiringHint(openFile(job.id), nowMs)).toBeUndefined();
});
