import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

const failingFlush = [
  '--import',
  fileURLToPath(new URL('../helpers/preload/failing-flush.mjs', import.meta.url)),
];

test('a directory that cannot be flushed right before the send leaves a job that was never sent', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const args = ['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4'];
  const run = await runWan(args, { place, env: sandbox.env, node: failingFlush });
  expect(run.exitCode, run.stderr).toBe(1);
  expect(run.stderr).toMatch(/^error: .*EIO.*; nothing was sent$/mu);
  expect(sandbox.submits()).toEqual([]);
  const [job] = (await readRecords(place)).open;
  expect(job).toMatchObject({ status: 'prepared', sent_at: null });

  const again = await runWan(['resume', String(job?.id)], { place, env: sandbox.env });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.files).toEqual(['boat.mp4']);
  expect(sandbox.submits()).toHaveLength(1);
});
