import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { readRecords } from '../e2e/records.ts';
import { runInProcess } from '../helpers/in-process.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { listFiles, makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { environmentFor, openSandbox, sandboxKey } from '../helpers/sandbox.ts';
import { pngFile } from '../media/probe-files.ts';
import { hastyClock, type HastyClock } from './hasty-clock.ts';
import { commands, type CommandName, type FileState, type Outcome, type Row } from './row.ts';

type World = {
  env: Record<string, string>;
  submits: () => Outcome['submits'];
  pass: (ms: number) => Promise<void>;
  clock: HastyClock;
};

/** Looking again costs nothing here; and nothing may be saved elsewhere by chance. */
const usual = ['--poll-interval', '100ms', '-o', 'clip.mp4'];
const submitPath = /\/video-synthesis|\/wan\/videos|\/generate\/bailian\//u;

/** Plays one row and says what came of it, in the words of the table. */
export async function play(row: Row): Promise<{ outcome: Outcome; resumed?: Outcome; stderr: string }> {
  const world = await openWorld(row);
  const place = await placeWithPicture();
  const run = await runner(row, world, place);
  const wish = [...commands[row.command], ...usual, ...(row.flags ?? [])];
  let last = await run(row.second === undefined ? wish : [...wish, '--no-wait']);
  if (row.second !== undefined) {
    expect(last.exitCode, last.stderr).toBe(0);
    await world.pass(row.pass ?? 0);
    last = await run([...row.second, ...(await jobIds(place))]);
  }
  const outcome = { exit: last.exitCode, ...(await look(row, place, world)) };
  if (row.resume === undefined) return { outcome, stderr: last.stderr };
  await world.pass(row.pass ?? 0);
  const resumed = await run(['resume', ...(await jobIds(place)), ...(row.resume.flags ?? [])]);
  return {
    outcome,
    resumed: { exit: resumed.exitCode, ...(await look(row, place, world)) },
    stderr: `${last.stderr}\n--- resume\n${resumed.stderr}`,
  };
}

async function openWorld({ command, plan = [], script, env, latencyMs = 100 }: Row): Promise<World> {
  const provider = command.startsWith('acedata')
    ? 'acedata'
    : command.startsWith('sinancode')
      ? 'sinancode'
      : 'dashscope';
  const clock = hastyClock();
  if (script === undefined) {
    const sandbox = await openSandbox({ provider, faults: plan, latencyMs });
    return {
      env: {
        WAN_PROVIDER: provider,
        ...sandbox.env,
        ACEDATACLOUD_PLATFORM_TOKEN: 'platform-e2e-secret',
        ...env?.(sandbox.origin),
      },
      submits: () => {
        const sent = sandbox.submits();
        return `${sent.length}/${sent.filter(({ task_id: id }) => id !== null).length}`;
      },
      clock,
      pass: async (ms) => {
        sandbox.pass(ms);
        await clock.sleep(ms);
      },
    };
  }
  let origin = '';
  let accepted = 0;
  const server = await rudeServer(
    script(
      () => origin,
      () => (accepted += 1),
    ),
  );
  origin = server.origin;
  return {
    env: { WAN_PROVIDER: provider, ...environmentFor(origin, provider), ...env?.(origin) },
    submits: () =>
      `${server.requests.filter(({ method, url }) => method === 'POST' && submitPath.test(url)).length}/${accepted}`,
    clock,
    pass: (ms) => clock.sleep(ms),
  };
}

async function placeWithPicture(): Promise<Place> {
  const place = await makePlace();
  // Away from what is counted as saved.
  await writeFile(path.join(place.cwd, 'cat.png'), pngFile(640, 480));
  return place;
}

async function runner({ hasty }: Row, { env, clock }: World, place: Place) {
  return async (args: readonly string[]) => {
    const run =
      hasty === true ? await runInProcess(args, env, { place, clock }) : await runWan(args, { env, place });
    // Of every row, whatever its fault: no secret is shown, and a failure says what to type next.
    for (const secret of [sandboxKey, 'Signature=']) expect(run.stdout + run.stderr).not.toContain(secret);
    if (run.exitCode !== 0) expect(run.stderr).toMatch(/^hint: \S/mu);
    expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+/mu);
    return run;
  };
}

async function jobIds(place: Place): Promise<string[]> {
  const { open, done } = await readRecords(place);
  return [...open, ...done].map(({ id }) => id);
}

async function look(row: Row, place: Place, world: World): Promise<Omit<Outcome, 'exit'>> {
  const { open, done } = await readRecords(place);
  const records = [...open, ...done].map(({ status, outputs }) =>
    status === 'succeeded' && outputs.some((output) => output.path !== null) ? 'saved' : status,
  );
  return {
    file: await fileState(row, place),
    submits: world.submits(),
    record: records.length === 0 ? 'none' : records.join(', '),
  };
}

async function fileState({ command, video }: Row, place: Place): Promise<FileState> {
  const files = await listFiles(place.cwd);
  if (files.includes('clip.mp4')) {
    const bytes = await readFile(path.join(place.cwd, 'clip.mp4'));
    // A file under its final name is the whole one, or the row has failed.
    expect(bytes.equals(video ?? (await wholeVideo(command)))).toBe(true);
    return 'saved';
  }
  if (files.some((file) => file.includes('.unverified'))) return 'unverified';
  const part = files.find((file) => file.endsWith('.part'));
  const size = part === undefined ? 0 : (await readFile(path.join(place.cwd, part))).length;
  return size > 0 ? 'part' : 'none';
}

const wholes = new Map<CommandName, Promise<Buffer>>();

/** What the sandbox makes of a command where nothing goes wrong: the same bytes every time. */
function wholeVideo(command: CommandName): Promise<Buffer> {
  const known = wholes.get(command) ?? makeWhole(command);
  wholes.set(command, known);
  return known;
}

async function makeWhole(command: CommandName): Promise<Buffer> {
  const world = await openWorld({ command } as Row);
  const place = await placeWithPicture();
  const run = await runWan([...commands[command], ...usual], { env: world.env, place });
  if (run.exitCode !== 0) throw new Error(run.stderr);
  return readFile(path.join(place.cwd, 'clip.mp4'));
}
