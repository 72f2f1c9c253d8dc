import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { openSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

vi.setConfig({ testTimeout: 180_000 });

const resume = ['resume', '--all', '--send-prepared'];

/** Six jobs, each left in another state by a command that something happened to. */
async function world() {
  const place = await makePlace();
  const sandbox = await openSandbox({
    faults: [
      { on: 'submit', after: 2, times: 2, drop: 'after' },
      { on: 'download', times: 2, status: 403 },
    ],
  });
  const make = async (prompt: string, exitCode: number, env: Record<string, string>, ...more: string[]) => {
    const args = ['t2v', prompt, '--size', '1280x720', '-d', '2', '-o', `${prompt}.mp4`, ...more];
    const run = await runWan(args, { place, env });
    expect(run.exitCode, run.stderr).toBe(exitCode);
  };
  // Rendered, but its link was refused twice.
  await make('rendered', 13, sandbox.env);
  await make('queued', 0, sandbox.env, '--no-wait');
  // Accepted, and nobody heard of it.
  await make('unheard', 14, sandbox.env);
  await make('unheard too', 14, sandbox.env);
  // The same service, as if it were not there.
  const { port } = sandbox;
  await sandbox.close();
  await make('never sent', 6, sandbox.env);
  await make('never sent too', 6, sandbox.env);
  const again = await openSandbox({ port, directory: sandbox.directory });
  return { place, sandbox: again, earlier: sandbox };
}

const prompts = ['rendered', 'queued', 'unheard', 'unheard too', 'never sent', 'never sent too'];

async function expectEachOnce({ place, sandbox, earlier }: Awaited<ReturnType<typeof world>>): Promise<void> {
  const all = [...earlier.submits(), ...sandbox.submits()];
  const accepted = all.filter(({ task_id: taskId }) => taskId !== null);
  const paid = accepted.map(({ body }) => (body as { input: { prompt: string } }).input.prompt);
  expect(paid.toSorted()).toEqual(prompts.toSorted());
  const { open, done } = await readRecords(place);
  expect(open).toEqual([]);
  expect(done).toHaveLength(prompts.length);
  expect(new Set(done.map(({ task_id: taskId }) => taskId))).toEqual(
    new Set(accepted.map(({ task_id: taskId }) => taskId)),
  );
  await expectFiles(place);
}

async function expectFiles(place: Place): Promise<void> {
  for (const prompt of prompts) {
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await readFile(path.join(place.cwd, `${prompt}.mp4`));
    expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  }
}

test('two at once: each job is sent at most once, each file is there once, and both end well', async () => {
  const here = await world();
  const { place, sandbox } = here;
  const runs = await Promise.all([1, 2].map(() => runWan(resume, { place, env: sandbox.env })));
  expect(
    runs.map(({ exitCode }) => exitCode),
    runs.map(({ stderr }) => stderr).join('\n---\n'),
  ).toEqual([0, 0]);
  await expectEachOnce(here);
  const list = await runWan(['list'], { place });
  expect(list.stdout.trim().split('\n')).toHaveLength(prompts.length);
  expect(list.files).toEqual(prompts.map((prompt) => `${prompt}.mp4`).toSorted());
});

test('four at once as well', async () => {
  const here = await world();
  const { place, sandbox } = here;
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => runWan(resume, { place, env: sandbox.env })),
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 0));
  await expectEachOnce(here);
});
