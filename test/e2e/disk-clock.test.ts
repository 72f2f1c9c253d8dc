import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { makePlace, said, startWan } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

vi.setConfig({ testTimeout: 120_000 });

const preload = new URL('../helpers/preload/clock.mjs', import.meta.url).href;
const dayMs = 24 * 3_600_000;
const boat = ['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4', '--timeout', '10m'];

async function world(options: Parameters<typeof openSandbox>[0] = {}) {
  const [place, sandbox] = await Promise.all([
    makePlace(),
    openSandbox({ latencyMs: notBeforePassed, ...options }),
  ]);
  const file = path.join(place.root, 'clock');
  const start = (...args: string[]) =>
    startWan(args, { place, env: { ...sandbox.env, WAN_TEST_CLOCK: file }, node: ['--import', preload] });
  const jump = (ms: number) => writeFile(file, String(ms));
  const looks = (more: number) => {
    const wanted = sandbox.queries().length + more;
    return vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThanOrEqual(wanted), {
      timeout: 60_000,
    });
  };
  return { place, sandbox, start, jump, looks };
}

test.each([
  ['two days ahead', 2 * dayMs],
  ['two days back', -2 * dayMs],
  ['to 1970', -56 * 365 * dayMs],
])('a clock that jumps %s in the middle of a wait ends nothing', async (_name, ms) => {
  const { place, sandbox, start, jump, looks } = await world();
  const started = await start(...boat);
  await looks(1);
  await jump(ms);
  await looks(3);
  sandbox.pass(notBeforePassed);
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.files).toEqual(['boat.mp4']);
  expect(sandbox.submits()).toHaveLength(1);
  expect((await readRecords(place)).done).toMatchObject([{ status: 'succeeded' }]);
});

test('nor the following of another wan', async () => {
  const { place, sandbox, start, jump, looks } = await world();
  const first = await start(...boat);
  await looks(1);
  const id = (await readRecords(place)).open[0]?.id ?? '';
  const second = await start('wait', id, '--timeout', '10m');
  await said(second, 'another wan');
  await jump(2 * dayMs);
  await looks(3);
  sandbox.pass(notBeforePassed);
  const runs = await Promise.all([first.done, second.done]);
  expect(
    runs.map(({ exitCode }) => exitCode),
    runs.map(({ stderr }) => stderr).join('\n---\n'),
  ).toEqual([0, 0]);
  expect(runs[1]?.files).toEqual(['boat.mp4']);
});

test('nor a download that is cut: it goes on where it was', async () => {
  const { sandbox, start, jump } = await world({ latencyMs: 100, faults: [{ on: 'download', drop: 'mid' }] });
  const started = await start(...boat);
  await said(started, 'downloading');
  await jump(-2 * dayMs);
  const run = await started.done;
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.downloads().map(({ status }) => status)).toEqual([200, 206]);
});
