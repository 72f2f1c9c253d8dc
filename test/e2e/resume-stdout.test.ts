import { expect, test } from 'vitest';
import { makePlace, runWan } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

const boat = ['t2v', 'a boat', '-d', '2'];

/** A job whose video was for stdout, which nobody could write to. */
async function world() {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const wan = (...args: string[]) => runWan(args, { place, env: sandbox.env });
  const full = await runWan([...boat, '-o', '-'], {
    place,
    env: sandbox.env,
    through: ['sh', '-c', 'exec "$@" > /dev/full', 'sh'],
  });
  expect(full.exitCode, full.stderr).toBe(13);
  const [job] = (await readRecords(place)).open;
  return { place, sandbox, wan, id: job?.id ?? '' };
}

test('resume --all leaves a job for stdout alone, says how it is saved, and finishes the others', async () => {
  const { place, sandbox, wan, id } = await world();
  await wan(...boat, '-o', 'boat.mp4', '--no-wait');
  const resumed = await wan('resume', '--all');
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain(`\`wan resume ${id} -o <file>\` saves it, or -o -`);
  expect(resumed.stderr).not.toContain('hint:');
  expect(resumed.files).toEqual(['boat.mp4']);
  const named = await wan('resume', id);
  expect(named.exitCode).toBe(2);
  expect(named.stderr).toContain(`hint: wan resume ${id} -o <file>, or -o -`);
  const saved = await wan('resume', id, '-o', 'late.mp4');
  expect(saved.exitCode, saved.stderr).toBe(0);
  expect((await readRecords(place)).open).toEqual([]);
  expect(sandbox.submits()).toHaveLength(2);
});

test('or finishes it where it is told a place', async () => {
  const { place, wan } = await world();
  const resumed = await wan('resume', '--all', '--out-dir', 'videos');
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(resumed.files).toHaveLength(2);
  expect((await readRecords(place)).open).toEqual([]);
});

test('what several need is told with each, and the last hint is not the command itself', async () => {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const wan = (...args: string[]) => runWan(args, { place, env: sandbox.env });
  for (const name of ['one', 'two']) {
    // oxlint-disable-next-line no-await-in-loop
    await wan(...boat, '-o', `${name}.mp4`, '--no-wait');
  }
  await sandbox.close();
  const resumed = await wan('resume', '--all', '--timeout', '1s');
  expect(resumed.exitCode).not.toBe(0);
  const hints = resumed.stderr.match(/^hint: .*$/gmu) ?? [];
  expect(hints).toHaveLength(3);
  expect(hints.at(-1)).not.toContain('resume --all');
});
