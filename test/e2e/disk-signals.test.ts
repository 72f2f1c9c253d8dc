import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openClipService } from '../helpers/clip-service.ts';
import { makePlace, type Place, runWan, said, type StartedWan, startWan } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox, type TestSandbox } from '../helpers/sandbox.ts';
import { bmpFile } from '../media/probe-files.ts';
import { readRecords } from './records.ts';

vi.setConfig({ testTimeout: 120_000 });

const patience = { timeout: 60_000, interval: 20 };
const command = ['i2v', 'a paper boat', '--image', 'picture.bmp', '-o', 'boat.mp4'];

/** A moment of a run, and what holds the program there until it is over. */
type Phase = {
  name: string;
  faults?: readonly object[];
  latencyMs?: number;
  /** Resolves when the run is there. */
  reached: (started: StartedWan, sandbox: TestSandbox) => Promise<unknown>;
  /** Lets it go on. */
  end?: (sandbox: TestSandbox) => void;
  /** How many submits there are when a SIGHUP has ended it. */
  paid: 0 | 1;
};

const phases: readonly Phase[] = [
  {
    name: 'an upload',
    faults: [{ on: 'upload', delay: '2s' }],
    reached: (started) => said(started, 'uploading'),
    paid: 0,
  },
  {
    name: 'a submit',
    faults: [{ on: 'submit', delay: '2s' }],
    reached: (started) => said(started, 'submitting'),
    paid: 1,
  },
  {
    name: 'a wait',
    latencyMs: notBeforePassed,
    reached: (_started, { queries }) =>
      vi.waitFor(() => expect(queries().length).toBeGreaterThan(1), patience),
    end: (sandbox) => sandbox.pass(notBeforePassed),
    paid: 1,
  },
];

async function begin({ faults = [], latencyMs = 100, reached }: Phase) {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ faults, latencyMs })]);
  await writeFile(path.join(place.cwd, 'picture.bmp'), bmpFile(400, 400, 24));
  const started = await startWan(command, { place, env: sandbox.env });
  await reached(started, sandbox);
  return { place, sandbox, started };
}

async function expectSaved(place: Place, files: readonly string[]): Promise<void> {
  expect(files).toEqual(['boat.mp4', 'picture.bmp']);
  const { open, done } = await readRecords(place);
  expect(open).toEqual([]);
  expect(done).toMatchObject([{ status: 'succeeded' }]);
}

describe.each(phases)('in the middle of $name', (phase) => {
  test('SIGHUP loses nothing: resume finishes what was paid', async () => {
    const { place, sandbox, started } = await begin(phase);
    started.child.kill('SIGHUP');
    const run = await started.done;
    expect(run.exitCode, run.stderr).toBe(143);
    expect(sandbox.submits()).toHaveLength(phase.paid);
    phase.end?.(sandbox);
    const again = await runWan(['resume', '--all', '--send-prepared'], { place, env: sandbox.env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(sandbox.submits()).toHaveLength(phase.paid);
    if (phase.paid === 1) return expectSaved(place, again.files);
    expect(run.stderr).toContain('nothing was sent');
    expect((await readRecords(place)).done).toMatchObject([{ status: 'canceled', task_id: null }]);
  });

  test.each([['stdout'], ['stderr'], ['both']] as const)('the end of %s changes nothing', async (which) => {
    const { place, sandbox, started } = await begin(phase);
    if (which !== 'stderr') started.child.stdout.destroy();
    if (which !== 'stdout') started.child.stderr.destroy();
    phase.end?.(sandbox);
    const run = await started.done;
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).not.toMatch(/EPIPE|error:/u);
    expect(sandbox.submits()).toHaveLength(1);
    await expectSaved(place, run.files);
  });
});

describe('in the middle of a download', () => {
  const half = 512 * 1024;

  async function download(...more: string[]) {
    const [place, service] = await Promise.all([makePlace(), openClipService(2 * half)]);
    let goOn = () => {};
    const until = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    service.host.behave({ hold: { after: half, until } }, {});
    const args = ['t2v', 'a paper boat', '-d', '2', ...more];
    const started = await startWan(args, { place, env: service.env });
    const directory = more.includes('-') ? path.join(place.stateDirectory, 'stdout') : place.cwd;
    await vi.waitFor(async () => {
      const id = (await readRecords(place)).open[0]?.id ?? '';
      const part = more.includes('-') ? `${id}.mp4.part` : 'boat.mp4.part';
      expect((await stat(path.join(directory, part))).size).toBe(half);
    }, patience);
    return { place, service, started, goOn };
  }

  test('SIGHUP loses nothing: resume continues it', async () => {
    const { place, service, started, goOn } = await download('-o', 'boat.mp4');
    started.child.kill('SIGHUP');
    const run = await started.done;
    goOn();
    expect(run.exitCode, run.stderr).toBe(143);
    expect(run.files).toEqual(['boat.mp4.part', 'boat.mp4.part.json']);
    const again = await runWan(['resume', '--all'], { place, env: service.env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.files).toEqual(['boat.mp4']);
    expect(service.host.requests.map(({ headers }) => headers['range'])).toEqual([
      undefined,
      `bytes=${half}-`,
    ]);
    expect((await readFile(path.join(place.cwd, 'boat.mp4'))).equals(service.video)).toBe(true);
    expect(service.submits()).toBe(1);
  });

  test('the end of both streams changes nothing', async () => {
    const { place, service, started, goOn } = await download('-o', 'boat.mp4');
    started.child.stdout.destroy();
    started.child.stderr.destroy();
    goOn();
    const run = await started.done;
    expect(run.exitCode).toBe(0);
    expect(run.files).toEqual(['boat.mp4']);
    expect((await readRecords(place)).open).toEqual([]);
    expect(service.host.requests).toHaveLength(1);
  });

  test('the end of the stream that the video was for keeps it for a file', async () => {
    const { place, service, started, goOn } = await download('-o', '-');
    started.child.stdout.destroy();
    goOn();
    const run = await started.done;
    expect(run.exitCode, run.stderr).toBe(13);
    const again = await runWan(['resume', '--all', '-o', '{slug}.{ext}'], { place, env: service.env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.files).toEqual(['a-paper-boat.mp4']);
    expect((await readFile(path.join(place.cwd, 'a-paper-boat.mp4'))).equals(service.video)).toBe(true);
    expect(service.submits()).toBe(1);
  });
});
