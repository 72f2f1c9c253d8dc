import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makePlace, runWan, said, startWan, type Place } from '../helpers/run-wan.ts';
import { environmentFor, notBeforePassed, openSandbox } from '../helpers/sandbox.ts';
import { pngFile } from '../media/probe-files.ts';
import { readRecords } from './records.ts';

const boat = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5', '--job-key', 'boat'];

async function world(options: Parameters<typeof openSandbox>[0] = {}) {
  const sandbox = await openSandbox(options);
  const place = await makePlace();
  const wan = (...args: string[]) => runWan(args, { env: sandbox.env, place });
  return { sandbox, place, wan };
}

test('the same key is the same job: the second run reports the file that is there', async () => {
  const { sandbox, wan } = await world();
  const first = await wan(...boat, '-o', 'boat.mp4');
  const second = await wan(...boat, '-o', 'boat.mp4');
  expect([first.exitCode, second.exitCode], second.stderr).toEqual([0, 0]);
  expect(second.stdout).toBe(first.stdout);
  expect(second.stderr).toMatch(/the job key stands for job \w{12} \(succeeded\)/u);
  expect(second.stderr).not.toContain('usually');
  expect(sandbox.submits()).toHaveLength(1);
});

test('a key in another Unicode form, or with blanks around it, is the same key', async () => {
  const { sandbox, wan } = await world();
  const wish = ['t2v', 'a paper boat', '-d', '2', '-o', 'boat.mp4', '--job-key'];
  const runs = [];
  // oxlint-disable-next-line no-await-in-loop
  for (const key of ['caf\u00E9', 'cafe\u0301', ' caf\u00E9 ']) runs.push(await wan(...wish, key));
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(sandbox.submits()).toHaveLength(1);
});

test('goes on with a job that was only accepted', async () => {
  const { sandbox, wan } = await world();
  const accepted = await wan(...boat, '--no-wait');
  const again = await wan(...boat, '--no-wait');
  expect(again.stdout).toBe(accepted.stdout);
  const saved = await wan(...boat);
  expect(saved.exitCode, saved.stderr).toBe(0);
  expect(saved.files).toHaveLength(1);
  expect(sandbox.submits()).toHaveLength(1);
});

test('goes on with a job whose answer was lost', async () => {
  const { sandbox, wan } = await world({ faults: [{ on: 'submit', drop: 'after' }] });
  expect((await wan(...boat)).exitCode).toBe(14);
  const again = await wan(...boat);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(sandbox.submits()).toHaveLength(1);
});

test('sends a job that was prepared and could not be sent', async () => {
  const { sandbox, place, wan } = await world();
  // The same account at an address where nobody listens, and then at its own.
  await sandbox.close();
  expect((await wan(...boat)).exitCode).toBe(6);
  const [prepared] = (await readRecords(place)).open;
  expect(prepared).toMatchObject({ status: 'prepared', job_key: 'boat' });
  const back = await openSandbox({ port: sandbox.port });
  const sent = await runWan(boat, { env: back.env, place });
  expect(sent.exitCode, sent.stderr).toBe(0);
  expect(back.submits()).toHaveLength(1);
  expect((await readRecords(place)).done).toMatchObject([{ id: prepared?.id, status: 'succeeded' }]);
});

describe('a job that failed', () => {
  test('fails again under its key, and is made anew with --retry-failed', async () => {
    const { sandbox, wan } = await world({
      faults: [{ on: 'submit', task: 'FAILED', code: 'DataInspectionFailed', message: 'No.' }],
    });
    const [first, second] = [await wan(...boat), await wan(...boat)];
    expect([first.exitCode, second.exitCode]).toEqual([10, 10]);
    expect(second.stderr).toContain('DataInspectionFailed');
    expect(second.stderr).toMatch(/^hint: --retry-failed/mu);
    expect(sandbox.submits()).toHaveLength(1);
    const anew = await wan(...boat, '--retry-failed');
    expect(anew.exitCode, anew.stderr).toBe(0);
    expect(sandbox.submits()).toHaveLength(2);
    expect((await wan(...boat, '--retry-failed')).exitCode).toBe(0);
    expect(sandbox.submits()).toHaveLength(2);
  });

  test('before it was sent, by Ctrl-C, was never asked for', async () => {
    const { sandbox, place, wan } = await world({
      faults: [{ on: 'submit', status: 429, code: 'Throttling', headers: { 'Retry-After': '60' } }],
    });
    const started = await startWan(boat, { env: sandbox.env, place });
    await said(started, 'trying again');
    started.child.kill('SIGINT');
    expect((await started.done).exitCode).toBe(130);
    const again = await wan(...boat);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(sandbox.submits().map(({ status }) => status)).toEqual([429, 200]);
  });
});

describe('another request under the same key is a usage error', () => {
  test.each([
    ['another prompt', ['t2v', 'a steam boat', '--size', '1280x720', '-d', '5']],
    ['another flag', ['t2v', 'a paper boat', '--size', '1280x720', '-d', '6']],
    ['another mode', ['i2v', 'a paper boat', '--image', 'frame.png']],
    ['another model', ['t2v', 'a paper boat', '--size', '1280x720', '-d', '5', '-m', 'wan2.6-t2v']],
  ])('%s', async (_name, args) => {
    const { sandbox, place, wan } = await world({ latencyMs: notBeforePassed });
    await writeFile(path.join(place.cwd, 'frame.png'), pngFile(640, 480));
    expect((await wan(...boat, '--no-wait')).exitCode).toBe(0);
    const run = await wan(...args, '--job-key', 'boat');
    expect(run.exitCode, run.stderr).toBe(2);
    expect(run.stderr).toMatch(/the job key boat stands for another request/u);
    expect(sandbox.submits()).toHaveLength(1);
  });

  test('another file under the same name, but not the same file under another', async () => {
    const { sandbox, place, wan } = await world({ latencyMs: notBeforePassed });
    const file = (name: string) => path.join(place.cwd, name);
    await writeFile(file('a.png'), pngFile(640, 480));
    await writeFile(file('b.png'), pngFile(640, 480));
    const i2v = (image: string) => ['i2v', '--image', image, '--job-key', 'k', '--no-wait'];
    expect((await wan(...i2v('a.png'))).exitCode).toBe(0);
    const same = await wan(...i2v('b.png'));
    expect(same.exitCode, same.stderr).toBe(0);
    await writeFile(file('a.png'), pngFile(800, 600));
    expect((await wan(...i2v('a.png'))).exitCode).toBe(2);
    expect(sandbox.submits()).toHaveLength(1);
  });

  test('not where only saving, waiting and talking differ', async () => {
    const { sandbox, wan } = await world();
    expect((await wan(...boat, '--no-wait', '--json')).exitCode).toBe(0);
    const run = await wan(...boat, '-o', 'x.mp4', '--timeout', '5m', '-q', '--poll-interval', '100ms');
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.files).toEqual(['x.mp4']);
    expect(sandbox.submits()).toHaveLength(1);
  });
});

test('ten processes with one key buy one video, and all report it', async () => {
  const { sandbox, place } = await world();
  const runs = await Promise.all(
    Array.from({ length: 10 }, () => runWan([...boat, '-o', 'boat.mp4'], { env: sandbox.env, place })),
  );
  expect(
    runs.map(({ exitCode }) => exitCode),
    runs.map(({ stderr }) => stderr).join('\n'),
  ).toEqual(Array.from({ length: 10 }, () => 0));
  expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
  expect(sandbox.submits()).toHaveLength(1);
  expect((await readRecords(place)).done).toHaveLength(1);
  expect(runs[0]?.files).toContain('boat.mp4');
}, 120_000);

test('each of several videos has its own place under the key', async () => {
  const { sandbox, wan } = await world();
  const first = await wan(...boat, '-n', '2');
  const second = await wan(...boat, '-n', '2');
  expect([first.exitCode, second.exitCode], second.stderr).toEqual([0, 0]);
  expect(second.stdout).toBe(first.stdout);
  expect(sandbox.submits()).toHaveLength(2);
});

test('says on CI that keys do not outlive a new state directory, once', async () => {
  const { sandbox, place } = await world();
  const env = { ...sandbox.env, CI: 'true' };
  const warning = /job keys live in .* keep it between runs \(WAN_STATE_DIR\)/u;
  expect((await runWan([...boat, '--no-wait'], { env, place })).stderr).toMatch(warning);
  expect((await runWan(boat, { env, place })).stderr).not.toMatch(warning);
  const elsewhere = await makePlace();
  expect((await runWan([...boat, '--no-wait'], { env: sandbox.env, place: elsewhere })).stderr).not.toMatch(
    warning,
  );
});

test('a claim without a record, of a process that was killed in between, is taken over', async () => {
  const { sandbox, place, wan } = await world();
  expect((await wan(...boat, '--no-wait')).exitCode).toBe(0);
  await forgetRecords(place);
  await changeClaim(place, (claim) => ({ ...claim, recorded: false }));
  const run = await wan(...boat);
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.submits()).toHaveLength(2);
});

test('a claim whose record was written and is gone does not buy again', async () => {
  const { sandbox, place, wan } = await world();
  expect((await wan(...boat, '--no-wait')).exitCode).toBe(0);
  await forgetRecords(place);
  const run = await wan(...boat);
  expect(run.exitCode, run.stderr).toBe(1);
  expect(run.stderr).toMatch(/the record of job \w{12}, which the job key boat stands for, is gone/u);
  expect(sandbox.submits()).toHaveLength(1);
});

test('what the sandbox made under a key does not pass for a video of the service', async () => {
  const { sandbox, place, wan } = await world();
  expect((await wan(...boat)).exitCode).toBe(0);
  // No network leads there: what matters is that it would be asked.
  const real = { DASHSCOPE_API_KEY: 'sk-real', HTTPS_PROXY: 'http://127.0.0.1:9' };
  const run = await runWan([...boat, '--region', 'beijing'], { env: real, place });
  expect(run.exitCode, run.stderr).toBe(6);
  expect(run.stderr).not.toContain('the job key stands for');
  expect(sandbox.submits()).toHaveLength(1);
});

test.each([
  [['-n', '2'], ['-n', '3'], 2],
  [['-n', '2'], [], 2],
  [[], ['-n', '2'], 1],
])('%j and then %j under one key are two requests', async (first, second, bought) => {
  const { sandbox, wan } = await world({ latencyMs: notBeforePassed });
  expect((await wan(...boat, ...first, '--no-wait')).exitCode).toBe(0);
  const run = await wan(...boat, ...second, '--no-wait');
  expect(run.exitCode, run.stderr).toBe(2);
  expect(sandbox.submits()).toHaveLength(bought);
});

test('one of several that failed for good does not keep the others from being saved', async () => {
  const { sandbox, wan } = await world({
    latencyMs: notBeforePassed,
    faults: [{ on: 'submit', task: 'FAILED', code: 'InternalError', message: 'Oh.' }],
  });
  expect((await wan(...boat, '-n', '3', '--no-wait')).exitCode).toBe(0);
  sandbox.pass(notBeforePassed);
  expect((await wan(...boat, '-n', '3')).exitCode).toBe(12);
  const again = await wan(...boat, '-n', '3');
  expect(again.exitCode, again.stderr).toBe(12);
  expect(again.stdout.trim().split('\n')).toHaveLength(2);
  expect(sandbox.submits()).toHaveLength(3);
});

test('--dry-run holds the request against its key, and says what is there', async () => {
  const { sandbox, wan } = await world({ latencyMs: notBeforePassed });
  expect((await wan(...boat, '--no-wait')).exitCode).toBe(0);
  const same = await wan(...boat, '--dry-run');
  expect(same.exitCode, same.stderr).toBe(0);
  expect(same.stderr).toContain('nothing would be bought');
  expect((await wan(...boat, '--seed', '1', '--dry-run')).exitCode).toBe(2);
  // By lot it is without saying so, too.
  expect((await wan(...boat, '--seed', 'random', '--dry-run')).exitCode).toBe(0);
  expect(sandbox.submits()).toHaveLength(1);
});

async function changeClaim(place: Place, change: (claim: object) => object): Promise<void> {
  const keys = path.join(place.stateDirectory, 'keys');
  for (const name of await readdir(keys)) {
    const file = path.join(keys, name);
    await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')) as object)));
  }
}

async function forgetRecords(place: Place): Promise<void> {
  await rm(path.join(place.stateDirectory, 'open'), { recursive: true });
  await rm(path.join(place.stateDirectory, 'by-task'), { recursive: true });
}

test('a damaged claim is never just taken over', async () => {
  const { sandbox, place, wan } = await world();
  await wan(...boat, '--no-wait');
  const keys = path.join(place.stateDirectory, 'keys');
  for (const name of await readdir(keys)) await writeFile(path.join(keys, name), '{"job_id":');
  const run = await wan(...boat);
  expect(run.exitCode, run.stderr).toBe(1);
  expect(run.stderr).toContain('is damaged');
  expect(sandbox.submits()).toHaveLength(1);
});

test('a state directory that cannot be written to keeps anything from being sent', async () => {
  const { sandbox, place, wan } = await world();
  await mkdir(place.stateDirectory, { recursive: true });
  await writeFile(path.join(place.stateDirectory, 'wan-state'), '');
  await writeFile(path.join(place.stateDirectory, 'keys'), 'a file in the way');
  const run = await wan(...boat);
  expect(run.exitCode, run.stderr).toBe(1);
  expect(sandbox.submits()).toEqual([]);
});

test.each([
  [['--retry-failed'], /--retry-failed is about the job of a --job-key/u],
  [['--job-key', ' '], /--job-key takes 1 to 200/u],
  [['-n', '0'], /--count 0 is not between 1 and 100/u],
  [['-n', '101'], /--count 101 is not between/u],
  [['-n', '2', '-o', 'one.mp4'], /is one file, and there are several/u],
  [['-n', '2', '-o', '-'], /is one file, and there are several/u],
  [['--connections', '0'], /--connections 0/u],
])('%j is refused before anything is sent', async (args, message) => {
  const run = await runWan(['t2v', 'a boat', ...args], { env: environmentFor('http://127.0.0.1:9') });
  expect(run.exitCode, run.stderr).toBe(2);
  expect(run.stderr).toMatch(message);
});
