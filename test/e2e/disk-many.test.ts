import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { dayOfJobId, makeJobId } from '../../src/core/job-id.ts';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { makeJob } from '../core/make-job.ts';

const count = 100_000;
/** Half of them were made on one day, the others on many. */
const crowdedHours = 20;
const hourMs = 3_600_000;

/** Finished jobs of the last weeks, with the lists that lead to them by their tasks; the oldest first. */
function writeFinished(place: Place, nowMs: number): string[] {
  const crowdedFrom = nowMs - 30 * hourMs;
  const times = Array.from({ length: count }, (_, index) =>
    index < count / 2
      ? crowdedFrom - (count / 2 - index) * 30_000
      : crowdedFrom + ((index - count / 2) / (count / 2)) * crowdedHours * hourMs,
  );
  const made = new Set<string>();
  const tasks = new Map<string, string[]>();
  const ids = times.map((ms) => {
    const id = makeJobId(ms, Math.random);
    const day = dayOfJobId(id);
    const directory = path.join(place.stateDirectory, 'done', ...day);
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
    const time = new Date(ms).toISOString();
    const record = makeJob({ id, status: 'failed', created_at: time, submitted_at: time, finished_at: time });
    writeFileSync(
      path.join(directory, `${id}.json`),
      JSON.stringify({ ...record, task_id: `task-of-${id}` }),
    );
    const lines = tasks.get(day.join('-')) ?? [];
    lines.push(`\n${id} task-of-${id}`);
    tasks.set(day.join('-'), lines);
    return id;
  });
  const days = path.join(place.stateDirectory, 'by-task', 'days');
  writeFileSync(path.join(place.stateDirectory, 'wan-state'), '');
  mkdirSync(days, { recursive: true });
  for (const [day, lines] of tasks) writeFileSync(path.join(days, day), lines.join(''));
  return ids;
}

test('with 100,000 finished jobs everything is as with ten', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const ids = writeFinished(place, Date.now());
  const wan = async (...args: string[]) => {
    const run = await runWan(args, { place, env: sandbox.env });
    expect(run.exitCode, `${args.join(' ')}: ${run.stderr}`).toBe(0);
    expect(run.stderr).not.toMatch(/^note: (?!accepted|the job key|the newest \d+;)/mu);
    return run.stdout.trim().split('\n');
  };
  const idsOf = (lines: readonly string[]) => lines.map((line) => line.slice(0, 12));
  expect(idsOf(await wan('list'))).toEqual(ids.slice(-20).toReversed());
  expect(idsOf(await wan('list', '--limit', '50'))).toEqual(ids.slice(-50).toReversed());

  const boat = ['t2v', 'a paper boat', '-d', '2'];
  await wan(...boat, '-o', 'boat.mp4', '--job-key', 'boat');
  const [boatId = ''] = idsOf(await wan('list', '--limit', '1'));
  expect(ids).not.toContain(boatId);
  await wan(...boat, '-o', 'kite.mp4', '--no-wait');
  const [status] = await wan('status', '@last');
  expect(status).toMatch(/^(?:queued|running|succeeded) /u);
  expect(await wan('wait', '@last')).toEqual([path.join(place.cwd, 'kite.mp4')]);
  await wan(...boat, '-o', 'owl.mp4', '--no-wait');
  expect(await wan('resume', '--all')).toEqual([path.join(place.cwd, 'owl.mp4')]);
  expect(await wan(...boat, '-o', 'boat.mp4', '--job-key', 'boat')).toEqual([
    path.join(place.cwd, 'boat.mp4'),
  ]);
  expect(sandbox.submits()).toHaveLength(3);

  // The first of all, by its id and by the beginning of it, and one of the crowded day by the end of its task.
  const oldest = ids[0] ?? '';
  const crowded = ids[count - 7] ?? '';
  for (const name of [oldest, oldest.slice(0, 10), crowded, `task-of-${crowded}`, crowded.slice(-11)]) {
    // oxlint-disable-next-line no-await-in-loop
    const [first] = await wan('show', name);
    expect(first).toContain(name === oldest.slice(0, 10) || name === oldest ? oldest : crowded);
  }
}, 300_000);
