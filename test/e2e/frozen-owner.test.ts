import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openClipService } from '../helpers/clip-service.ts';
import type { Behaviour } from '../helpers/file-server.ts';
import { elsewhere, letBeTakenOver } from '../helpers/frozen.ts';
import { listFiles, makePlace, runWan, startWan, type StartedWan } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

// A process that was frozen (a paused container, a laptop's lid) finds that another one does its work by now.

vi.setConfig({ testTimeout: 120_000 });

const patience = { timeout: 60_000, interval: 20 };
const boat = ['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4'];

async function freeze({ child, place }: StartedWan): Promise<void> {
  child.kill('SIGSTOP');
  await letBeTakenOver(child.pid ?? 0, place);
}

function thaw({ child }: StartedWan): void {
  child.kill('SIGCONT');
}

function later(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** One line of error that says so, and one of hint. */
function expectLeft(stderr: string): void {
  expect(stderr.match(/^error: .*$/gmu)).toEqual([
    expect.stringMatching(
      /^error: another wan took over job \w{12} while this one was stopped; this one leaves it/u,
    ),
  ]);
  expect(stderr).toMatch(/^hint: wan \w/mu);
  expect(stderr).not.toMatch(/^\s+at /mu);
}

describe.skipIf(process.platform !== 'linux')('a frozen owner changes nothing more', () => {
  test.each<[string, Behaviour]>([
    ['its connection broke, and the file is another one now', { etag: '"another"' }],
    ['its connection broke, and the server knows no ranges', { ignoreRange: true }],
    ['its connection broke, and the rest is there', {}],
  ])('in a download: %s', async (_name, afterwards) => {
    const [place, service] = await Promise.all([makePlace(), openClipService(3_000_000)]);
    const { promise: wake, resolve } = later();
    const slow: Behaviour = { hold: { after: 1_000_000, until: wake }, cutAfter: 1_000_000 };
    service.host.decide((_request, number) => (number === 1 ? slow : number === 2 ? {} : afterwards));
    const owner = await startWan(boat, { place, env: service.env });
    const part = path.join(place.cwd, 'boat.mp4.part');
    await vi.waitFor(async () => expect((await readFile(part)).length).toBeGreaterThan(0), patience);
    await freeze(owner);

    const taken = await runWan(['resume', '--all'], { place, env: service.env, node: elsewhere });
    expect(taken.exitCode, taken.stderr).toBe(0);
    const video = path.join(place.cwd, 'boat.mp4');
    expect((await readFile(video)).equals(service.video)).toBe(true);
    const records = await readRecords(place);

    resolve();
    thaw(owner);
    const woken = await owner.done;
    expect(woken.exitCode).toBe(1);
    expectLeft(woken.stderr);
    expect((await readFile(video)).equals(service.video)).toBe(true);
    expect(woken.files).toEqual(['boat.mp4']);
    expect(await readRecords(place)).toEqual(records);
    expect(service.submits()).toBe(1);
  });

  test('in a download: bytes of an older file wait in its socket', async () => {
    const [place, service] = await Promise.all([makePlace(), openClipService(3_000_000)]);
    const { promise: wake, resolve } = later();
    const old = Buffer.alloc(service.video.length, 'old');
    service.host.behave(
      { file: old, etag: '"old"', hold: { after: 500_000, until: wake } },
      { file: service.video, etag: '"new"' },
    );
    // Nobody is frozen for two minutes here, so its clock has to say so.
    const clock = path.join(place.root, 'clock');
    const owner = await startWan(boat, {
      place,
      env: { ...service.env, WAN_TEST_CLOCK: clock },
      node: ['--import', new URL('../helpers/preload/clock.mjs', import.meta.url).href],
    });
    const part = path.join(place.cwd, 'boat.mp4.part');
    await vi.waitFor(async () => expect((await readFile(part)).length).toBeGreaterThan(0), patience);
    await freeze(owner);
    await writeFile(clock, '120000');
    resolve();
    const taken = await runWan(['resume', '--all'], { place, env: service.env, node: elsewhere });
    expect(taken.exitCode, taken.stderr).toBe(0);
    thaw(owner);
    const woken = await owner.done;
    expect(woken.exitCode).toBe(1);
    expectLeft(woken.stderr);
    expect((await readFile(path.join(place.cwd, 'boat.mp4'))).equals(service.video)).toBe(true);
    expect(woken.files).toEqual(['boat.mp4']);
  });

  test('in a wait: the other one saves, and the record stays as that one wrote it', async () => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: notBeforePassed })]);
    const owner = await startWan(boat, { place, env: sandbox.env });
    await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(0), patience);
    await freeze(owner);
    sandbox.pass(notBeforePassed);
    const taken = await runWan(['resume', '--all'], { place, env: sandbox.env, node: elsewhere });
    expect(taken.exitCode, taken.stderr).toBe(0);
    const records = await readRecords(place);
    thaw(owner);
    const woken = await owner.done;
    expect(woken.exitCode).toBe(1);
    expectLeft(woken.stderr);
    expect(woken.files).toEqual(['boat.mp4']);
    expect(await readRecords(place)).toEqual(records);
    expect(sandbox.downloads()).toHaveLength(1);
  });

  test('in a submit: the task that it was answered is left for the one that has the job', async () => {
    const [place, sandbox] = await Promise.all([
      makePlace(),
      // A service without a list: nobody else can find the task.
      openSandbox({ provider: 'sinancode', faults: [{ on: 'submit', delay: '2s' }] }),
    ]);
    const wish = ['i2v', 'a paper boat', '--image', 'https://example.com/boat.png', '-o', 'boat.mp4'];
    const owner = await startWan(wish, { place, env: sandbox.env });
    const tasks = path.join(sandbox.directory, 'tasks');
    await vi.waitFor(async () => expect(await listFiles(tasks)).not.toEqual([]), patience);
    await freeze(owner);
    const taken = await runWan(['resume', '--all'], { place, env: sandbox.env, node: elsewhere });
    expect(taken.exitCode, taken.stderr).toBe(14);
    const { open } = await readRecords(place);
    expect(open).toMatchObject([{ status: 'unconfirmed', task_id: null }]);

    thaw(owner);
    const woken = await owner.done;
    expect(woken.exitCode).toBe(1);
    expectLeft(woken.stderr);
    const taskId = /accepted it as task (\S+), which is noted for it/u.exec(woken.stderr)?.[1];
    expect(taskId).toBeDefined();
    expect(await readRecords(place)).toEqual({ open, done: [] });
    expect(
      (await listFiles(place.stateDirectory)).filter((file) => /^by-task\/\w\w\/\w/u.test(file)),
    ).toHaveLength(1);

    // The user's word to buy again finds it first.
    const resumed = await runWan(['resume', open[0]?.id ?? '', '--resubmit'], { place, env: sandbox.env });
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(resumed.files).toEqual(['boat.mp4']);
    expect((await readRecords(place)).done).toMatchObject([{ status: 'succeeded', task_id: taskId }]);
    expect(sandbox.submits()).toHaveLength(1);
  });
});
