import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace, runWan, type Place } from '../helpers/run-wan.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { expectRefusal, linesWith, recordsOf } from './bad-input-checks.ts';
import { readDocument, readJob, readRecords } from './records.ts';

// Jobs that a kill, a hand or another program has left in an unusual state.

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '2'];

type Change = (record: Record<string, unknown> & { outputs: object[] }) => object;

/** Rewrites the place's only record by hand, and puts it back among the open ones. */
async function editRecord(place: Place, change: Change): Promise<void> {
  const [[open], [done]] = await Promise.all([recordsOf(place, 'open'), recordsOf(place, 'done')]);
  const file = path.join(
    place.stateDirectory,
    ...(open === undefined ? ['done', done ?? ''] : ['open', open]),
  );
  const record = JSON.parse(await readFile(file, 'utf8')) as Parameters<Change>[0];
  await rm(file);
  await mkdir(path.join(place.stateDirectory, 'open'), { recursive: true });
  const name = path.join(place.stateDirectory, 'open', path.basename(file));
  await writeFile(name, JSON.stringify({ ...record, ...change(record) }));
}

/** A job that was saved. */
async function savedJob(more: readonly string[] = []) {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox()]);
  const options = { place, env: sandbox.env };
  const run = await runWan([...wish, ...more, '--json'], options);
  expect(run.exitCode, run.stderr).toBe(0);
  const { id, outputs } = readJob(run.stdout);
  const file = outputs[0]?.path ?? '';
  return { place, sandbox, options, id: id ?? '', file, video: await readFile(file) };
}

/** A job that the service has accepted; its task does not end. */
async function acceptedJob() {
  const [place, sandbox] = await Promise.all([makePlace(), openSandbox({ latencyMs: notBeforePassed })]);
  const options = { place, env: sandbox.env };
  const run = await runWan([...wish, '--no-wait', '--print', 'id'], options);
  expect(run.exitCode, run.stderr).toBe(0);
  return { place, sandbox, options, id: run.stdout.trim() };
}

test('--force of the first command does not outlive it: what lies at the name now is somebody’s', async () => {
  const { place, sandbox, options, id, file, video } = await savedJob(['-f', '-o', 'f.mp4']);
  expect(file).toBe(path.join(place.cwd, 'f.mp4'));
  await rename(file, path.join(place.cwd, 'moved.mp4'));
  await writeFile(file, 'precious');
  const refused = await runWan(['download', id], options);
  expectRefusal(refused, 2, /f\.mp4 is there already/u, /--force/u);
  expect(await readFile(file, 'utf8')).toBe('precious');
  expect(refused.files).toEqual(['f.mp4', 'moved.mp4']);
  const waited = await runWan(['wait', id], options);
  expectRefusal(waited, 2, /f\.mp4 is there already/u, /--force/u);
  expect(sandbox.downloads()).toHaveLength(1);

  const forced = await runWan(['download', id, '-f'], options);
  expect(forced.exitCode, forced.stderr).toBe(0);
  expect(forced.stdout).toBe(`${file}\n`);
  expect(await readFile(file)).toEqual(video);
  expect(forced.files).toEqual(['f.mp4', 'moved.mp4']);
});

test.each(['status', 'wait', 'download'])(
  '%s: a sender that died while sending leaves it open whether the service accepted the job',
  async (command) => {
    const { place, sandbox, options, id } = await acceptedJob();
    await editRecord(place, () => ({ status: 'submitting', task_id: null, submitted_at: null }));
    const before = sandbox.requests.length;
    const run = await runWan([command, id], options);
    expect(run.exitCode, run.stderr).toBe(14);
    expect(linesWith(run.stderr, 'error:')).toEqual([
      expect.stringContaining('not known whether the service accepted'),
    ]);
    expect(linesWith(run.stderr, 'hint:')).toEqual([expect.stringMatching(/^hint: wan resume /u)]);
    expect(run.stdout + run.stderr).not.toMatch(/never (?:accepted|sent)|nothing was sent/u);
    expect(sandbox.requests).toHaveLength(before);
    expect(run.files).toEqual([]);

    const told = await runWan([command, id, '--json'], options);
    expect(readDocument(told.stdout)).toMatchObject({
      ok: false,
      job: { id, status: 'unconfirmed' },
      error: { class: 'unconfirmed', exit_code: 14 },
    });
  },
);

test.each([
  ['a literal name', ['-o', 'clips/mine.mp4']],
  ['the default name', []],
  ['a template', ['-o', 'clips/{slug}.{ext}']],
])('knows a file that was placed before a kill kept the record from saying so: %s', async (_name, more) => {
  const { place, sandbox, options, id, file, video } = await savedJob(more);
  const before = sandbox.requests.length;
  await editRecord(place, ({ outputs }) => ({ outputs: [{ ...outputs[0], path: null }] }));
  const run = await runWan(['download', id], options);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toBe(`${file}\n`);
  expect(run.files.filter((name) => !name.endsWith('/'))).toEqual([path.relative(place.cwd, file)]);
  expect(await readFile(file)).toEqual(video);
  expect(sandbox.requests).toHaveLength(before);
  expect(await readRecords(place)).toMatchObject({ open: [], done: [{ id, outputs: [{ path: file }] }] });
});

test('a sandbox job is saved later by a link of the sandbox that runs then', async () => {
  const place = await makePlace();
  const made = await runWan([...wish, '--sandbox', '--no-wait', '--print', 'id'], { place });
  expect(made.exitCode, made.stderr).toBe(0);
  const id = made.stdout.trim();
  const waited = await runWan(['wait', id], { place });
  expect(waited.exitCode, waited.stderr).toBe(0);
  const file = waited.stdout.trim();
  const video = await readFile(file);

  // Rendered, but not saved; and the port of that time is somebody else's now.
  await rm(file);
  const stranger = await rudeServer([{ hang: true }]);
  const url = `${stranger.origin}/dashscope-result/x.mp4?Signature=x`;
  await editRecord(place, ({ outputs }) => ({
    status: 'succeeded',
    outputs: [{ ...outputs[0], url, path: null, bytes: null, sha256: null }],
  }));
  const run = await runWan(['download', id], { place });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(run.stdout).toBe(`${file}\n`);
  expect(await readFile(file)).toEqual(video);
  expect(stranger.requests).toEqual([]);
});

describe('a file of the same length with other bytes is not the video', () => {
  test('under a literal name it is refused, and left alone', async () => {
    const { sandbox, options, id, file, video } = await savedJob(['-o', 'mine.mp4']);
    const other = Buffer.alloc(video.length, 'x');
    await writeFile(file, other);
    const run = await runWan(['download', id], options);
    expectRefusal(run, 2, /mine\.mp4 is there already/u, /--force/u);
    expect(await readFile(file)).toEqual(other);
    expect(sandbox.downloads()).toHaveLength(1);
  });

  test('under the default name the video goes beside it', async () => {
    const { sandbox, options, id, file, video } = await savedJob();
    const other = Buffer.alloc(video.length, 'x');
    await writeFile(file, other);
    const run = await runWan(['download', id], options);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toBe(`${file.replace(/\.mp4$/u, '-2.mp4')}\n`);
    expect(await readFile(run.stdout.trim())).toEqual(video);
    expect(await readFile(file)).toEqual(other);
    expect(sandbox.downloads()).toHaveLength(2);
  });
});

test('status of a job that was stopped before it was sent', async () => {
  const { place, sandbox, options, id } = await acceptedJob();
  const message = 'stopped before it was sent: nothing was sent';
  const error = { class: 'interrupted', code: null, message, hint: null, retryable: false, request_id: null };
  const unsent = { task_id: null, sent_at: null, submitted_at: null };
  await editRecord(place, () => ({ ...unsent, status: 'canceled', error }));
  const before = sandbox.requests.length;
  const run = await runWan(['status', id], options);
  expect(run.exitCode, run.stderr).toBe(9);
  expect(run.stdout).toMatch(new RegExp(`^canceled ${id} .*nothing was sent\n$`, 'u'));
  expect(linesWith(run.stderr, 'error:')).toEqual([`error: ${message}`]);
  expect(linesWith(run.stderr, 'hint:')).toEqual(['hint: run it again']);
  expect(sandbox.requests).toHaveLength(before);
});

test.each([
  ['quota', { status: 429, code: 'PostpaidBillOverdue' }, 4, 9],
  ['content_filter', { status: 400, code: 'DataInspectionFailed' }, 10, 10],
])('status of a job that was refused at its submit: %s', async (name, fault, first, later) => {
  const sandbox = await openSandbox({ faults: [{ on: 'submit', ...fault, message: 'No.' }] });
  const run = await runWan([...wish, '--json'], { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(first);
  const { job, error } = readDocument(run.stdout);
  expect(error?.class).toBe(name);
  await sandbox.close();
  const status = await runWan(['status', job?.id ?? ''], { place: run.place });
  expect(status.exitCode, status.stderr).toBe(later);
  expect(status.stdout).toMatch(new RegExp(`^failed ${job?.id} `, 'u'));
  expect(linesWith(status.stderr, 'error:')).toEqual([expect.stringContaining(`${fault.code}: No.`)]);
  expect(linesWith(status.stderr, 'hint:')).toEqual([expect.stringMatching(/\w/u)]);
});
