import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openClipService } from '../helpers/clip-service.ts';
import { makePlace, runWan, startWan } from '../helpers/run-wan.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { mountDisk } from '../helpers/small-disk.ts';
import { bmpFile } from '../media/probe-files.ts';
import { expectRefusal, linesWith } from './bad-input-checks.ts';
import { readRecords } from './records.ts';

const megabyte = 1024 * 1024;
const boat = ['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4'];

describe('a full state directory', () => {
  test.each([
    ['t2v', boat],
    ['t2v with a job key', [...boat, '--job-key', 'boat']],
    ['t2v in the sandbox of the program', [...boat, '--sandbox']],
    ['i2v with an upload', ['i2v', 'a', '--image', 'picture.bmp']],
  ])('stops %s before anything is sent', async (_name, args) => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    await writeFile(path.join(place.cwd, 'picture.bmp'), bmpFile(400, 400, 24));
    const disk = await mountDisk(place.stateDirectory, megabyte);
    await writeFile(path.join(place.stateDirectory, 'wan-state'), '');
    disk.fill();
    const run = await runWan(args, { place, env: sandbox.env });
    expectRefusal(run, 1, /ENOSPC/u, /WAN_STATE_DIR/u);
    expect(sandbox.requests).toEqual([]);
    disk.empty();
    const again = await runWan(args, { place, env: sandbox.env });
    expect(again.exitCode, again.stderr).toBe(0);
  });

  // One page more is left each time: each of the files that come before the send is the one too many, in turn.
  test('at every step of a run: the same command ends it when there is space, and pays once', async () => {
    const codes: number[] = [];
    /** How many submits each refused run had made. */
    const refused: number[] = [];
    for (let pages = 0; codes.at(-1) !== 0; pages += 1) {
      // oxlint-disable no-await-in-loop -- the number of steps shows only in the going
      const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
      const disk = await mountDisk(place.stateDirectory, megabyte);
      await writeFile(path.join(place.stateDirectory, 'wan-state'), '');
      disk.fill(pages);
      const args = [...boat, '--job-key', 'boat'];
      const run = await runWan(args, { place, env: sandbox.env });
      codes.push(run.exitCode);
      if (run.exitCode !== 0) {
        const { length } = sandbox.submits();
        // After it, what is too many is how the job goes on: then the way back to it is told.
        expect(length === 0 ? [1] : [1, 13, 14]).toContain(run.exitCode);
        const hint =
          length === 0
            ? /free some space.*WAN_STATE_DIR/u
            : /(?:; then wan (?:wait|download) \w{12}|wan wait --task-id \S+)$/u;
        expectRefusal(run, run.exitCode, /ENOSPC/u, hint);
        refused.push(length);
      }
      disk.empty();
      const again = await runWan(args, { place, env: sandbox.env });
      expect(again.exitCode, `with ${pages} pages free at first: ${again.stderr}`).toBe(0);
      expect(again.files).toEqual(['boat.mp4']);
      expect(sandbox.submits()).toHaveLength(1);
      expect((await readRecords(place)).open).toEqual([]);
      // oxlint-enable no-await-in-loop
    }
    expect(refused.filter((submits) => submits === 0).length, 'steps before the send').toBeGreaterThan(4);
    // A dozen times two runs.
  }, 180_000);

  test.each([
    ['is full', 'the command that is named', undefined],
    ['is full', 'resume --all', ['resume', '--all']],
    // As a file system does that has found itself broken.
    ['turns read-only', 'the command that is named', undefined],
    ['turns read-only', 'resume --all', ['resume', '--all']],
  ])(
    'that %s when the task id is to be written: it is told, and %s saves the video',
    async (how, _name, way) => {
      const [place, sandbox] = await Promise.all([
        makePlace(),
        openSandbox({ faults: [{ on: 'submit', delay: '2s' }] }),
      ]);
      const disk = await mountDisk(place.stateDirectory, megabyte);
      const started = await startWan(boat, { place, env: sandbox.env });
      // The last write before the answer, which takes two seconds.
      await vi.waitFor(
        async () => expect((await readRecords(place)).open).toMatchObject([{ status: 'submitting' }]),
        { timeout: 30_000, interval: 20 },
      );
      if (how === 'is full') disk.fill();
      else await disk.remount('ro');
      const run = await started.done;
      const taskId = String(sandbox.submits()[0]?.task_id);
      expectRefusal(
        run,
        14,
        new RegExp(`(?:ENOSPC|EROFS).*accepted the job as task ${taskId}`, 'u'),
        new RegExp(`^hint: wan wait --task-id ${taskId}$`, 'u'),
      );
      if (how === 'is full') disk.empty();
      else await disk.remount('rw');
      const hint = linesWith(run.stderr, 'hint: wan ')[0]?.replace('hint: wan ', '').split(' ') ?? [];
      const again = await runWan(way ?? hint, { place, env: sandbox.env });
      expect(again.exitCode, again.stderr).toBe(0);
      expect(again.files).toEqual([expect.stringMatching(/\.mp4$/u)]);
      expect(sandbox.submits()).toHaveLength(1);
    },
  );

  test('that turns read-only during the wait: the way back is told, and leads to the video later', async () => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: notBeforePassed })]);
    const disk = await mountDisk(place.stateDirectory, megabyte);
    const started = await startWan(boat, { place, env: sandbox.env });
    await vi.waitFor(() => expect(sandbox.queries().length).toBeGreaterThan(1), { timeout: 30_000 });
    await disk.remount('ro');
    sandbox.pass(notBeforePassed);
    const run = await started.done;
    expectRefusal(run, 1, /EROFS/u, /; then wan wait \w{12}$/u);
    await disk.remount('rw');
    const again = await runWan(['wait', '@last'], { place, env: sandbox.env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.files).toEqual(['boat.mp4']);
    expect(sandbox.submits()).toHaveLength(1);
  });

  test('while the job runs and is downloaded: the video is saved or its way told, and resume ends it', async () => {
    const [place, service] = await Promise.all([makePlace(), openClipService(2 * megabyte)]);
    const disk = await mountDisk(place.stateDirectory, megabyte);
    service.host.decide((_request, number) => {
      if (number === 1) disk.fill();
      return {};
    });
    const run = await runWan(boat, { place, env: service.env });
    expectRefusal(run, 13, /ENOSPC/u, /wan download \w{12}$/u);
    disk.empty();
    const again = await runWan(['resume', '--all'], { place, env: service.env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.files).toEqual(['boat.mp4']);
    expect(await readFile(path.join(place.cwd, 'boat.mp4'))).toEqual(service.video);
    expect(service.submits()).toBe(1);
    expect(service.host.requests, 'what was whole is not fetched again').toHaveLength(1);
  });

  test('does not keep the others from being read', async () => {
    const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
    const disk = await mountDisk(place.stateDirectory, megabyte);
    const made = await runWan([...boat, '--no-wait', '--print', 'id'], { place, env: sandbox.env });
    const id = made.stdout.trim();
    disk.fill();
    for (const args of [['list'], ['show', id], ['status', id]]) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await runWan(args, { place, env: sandbox.env });
      expect([0, 8], run.stderr).toContain(run.exitCode);
      expect(run.stdout).toContain(args[0] === 'status' ? 'wan2.6-t2v' : id);
      // `status` writes what it learns, and says where it cannot; it is told all the same.
      if (args[0] === 'status') expect(run.stderr).toMatch(/^(?:note: .*could not be written down: .*\n)?$/u);
      else expect(run.stderr).not.toContain('ENOSPC');
    }
  });
});

describe('a full output directory', () => {
  async function world() {
    const [place, service] = await Promise.all([makePlace(), openClipService(2 * megabyte)]);
    const disk = await mountDisk(path.join(place.cwd, 'out'), 4 * megabyte);
    const args = ['t2v', 'a paper boat', '-d', '2', '-o', 'out/boat.mp4'];
    const wan = (...more: string[]) => runWan(more, { place, env: service.env });
    return { place, service, disk, args, wan };
  }

  async function expectSaved(
    { place, service }: Awaited<ReturnType<typeof world>>,
    again: { files: string[] },
  ) {
    expect(again.files.filter((name) => !name.includes('.filler'))).toEqual(['out/', 'out/boat.mp4']);
    const saved = await readFile(path.join(place.cwd, 'out', 'boat.mp4'));
    expect(saved.equals(service.video)).toBe(true);
    expect(service.submits()).toBe(1);
    expect((await readRecords(place)).open).toEqual([]);
  }

  test('from the start: exit 13, and the command that is named saves it when there is space', async () => {
    const here = await world();
    here.disk.fill(64);
    const run = await here.wan(...here.args);
    expectRefusal(run, 13, /not enough disk space in .*out: .* needed, .* free/u, /wan download \w{12}$/u);
    here.disk.empty();
    const id = /wan download (\w{12})$/mu.exec(run.stderr)?.[1] ?? '';
    const again = await here.wan('download', id);
    expect(again.exitCode, again.stderr).toBe(0);
    await expectSaved(here, again);
  });

  test('without room for a single byte as well', async () => {
    const here = await world();
    here.disk.fill();
    const run = await here.wan(...here.args);
    expectRefusal(run, 13, /full|space/u, /wan download \w{12}$/u);
    here.disk.empty();
    const again = await here.wan('resume', '--all');
    expect(again.exitCode, again.stderr).toBe(0);
    await expectSaved(here, again);
  });

  test.each([
    ['of an announced length', false],
    ['of no announced length', true],
  ])('in the middle of a video %s: what came is kept, and continued', async (_name, chunked) => {
    const here = await world();
    const { place, service, disk } = here;
    const part = path.join(place.cwd, 'out', 'boat.mp4.part');
    let goOn = () => {};
    const until = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    service.host.behave({ hold: { after: megabyte, until }, chunked }, {});
    const started = await startWan(here.args, { place, env: service.env });
    await vi.waitFor(async () => expect((await stat(part)).size).toBe(megabyte), { timeout: 30_000 });
    // Somebody else's file takes what was there for the rest.
    disk.fill();
    goOn();
    const run = await started.done;
    expectRefusal(run, 13, /the disk is full \(ENOSPC\)/u, /free some space.* wan download \w{12}$/u);
    expect(run.files).toEqual(['out/', 'out/.filler', 'out/boat.mp4.part', 'out/boat.mp4.part.json']);
    disk.empty();
    const again = await here.wan('download', /wan download (\w{12})$/mu.exec(run.stderr)?.[1] ?? '');
    expect(again.exitCode, again.stderr).toBe(0);
    const [first, second] = service.host.requests.map(({ headers }) => headers['range']);
    expect(first).toBeUndefined();
    const from = Number(/^bytes=(\d+)-$/u.exec(second ?? '')?.[1]);
    expect(from, 'nearly all of what came counts').toBeGreaterThan(megabyte * 0.8);
    await expectSaved(here, again);
  });
});
