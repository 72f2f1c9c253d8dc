import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rudeServer } from '../helpers/rude-server.ts';
import { runWan } from '../helpers/run-wan.ts';
import { environmentFor, openSandbox, type TestSandbox } from '../helpers/sandbox.ts';
import { readRecords } from './records.ts';

const wish = ['t2v', 'a paper boat', '--size', '1280x720', '-d', '2', '-o', 'clip.mp4'];

async function expectWhole(sandbox: TestSandbox, directory: string): Promise<void> {
  const link = sandbox.downloads()[0]?.url ?? '';
  const served = Buffer.from(await (await fetch(`${sandbox.origin}${link}`)).arrayBuffer());
  const saved = await readFile(path.join(directory, 'clip.mp4'));
  expect(saved.equals(served)).toBe(true);
}

test('continues a download that was cut, from the byte it has reached', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'download', drop: 'mid' }] });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  const [first, second, ...more] = sandbox.downloads();
  expect(more).toEqual([]);
  expect(first).toMatchObject({ status: 200 });
  expect(second).toMatchObject({
    status: 206,
    url: first?.url,
    headers: {
      range: expect.stringMatching(/^bytes=[1-9]\d+-$/u) as string,
      'if-range': expect.stringMatching(/^"[0-9A-F]{32}"$/u) as string,
    },
  });
  await expectWhole(sandbox, run.place.cwd);
  expect(run.files).toEqual(['clip.mp4']);
  expect(sandbox.submits()).toHaveLength(1);
});

test.each([
  [
    'the server ignores the range',
    [
      { on: 'download', drop: 'mid' },
      { on: 'download', after: 1, range: 'ignore' },
    ],
  ],
  ['the file is another one', [{ on: 'download', drop: 'mid', headers: { ETag: '"another"' } }]],
  [
    'the range starts elsewhere',
    [
      { on: 'download', drop: 'mid' },
      { on: 'download', after: 1, headers: { 'Content-Range': 'bytes 5-9/10' } },
    ],
  ],
  ['the length promised is too long', [{ on: 'download', headers: { 'Content-Length': '99999999' } }]],
  ['the length promised is too short', [{ on: 'download', headers: { 'Content-Length': '1000' } }]],
  ['the store is busy', [{ on: 'download', status: 503 }]],
])('starts a download over, or tries again, when %s', async (_name, faults) => {
  const sandbox = await openSandbox({ faults });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  await expectWhole(sandbox, run.place.cwd);
  expect(run.files).toEqual(['clip.mp4']);
  expect(sandbox.submits()).toHaveLength(1);
});

test('asks the task for a fresh link when the old one has expired', async () => {
  const sandbox = await openSandbox({ latencyMs: 0, faults: [{ on: 'download', status: 403 }] });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(0);
  expect(sandbox.downloads().map(({ status }) => status)).toEqual([403, 200]);
  expect(sandbox.queries()).toHaveLength(2);
  await expectWhole(sandbox, run.place.cwd);
});

test('never saves an error page of the store as a video, and tries again when told to', async () => {
  const sandbox = await openSandbox({ faults: [{ on: 'download', times: 2, status: 403 }] });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(13);
  expect(run.stdout).toBe('');
  expect(run.files.filter((file) => file.endsWith('.mp4'))).toEqual([]);
  const { open } = await readRecords(run.place);
  expect(open).toMatchObject([{ status: 'succeeded', outputs: [{ path: null }] }]);
  const id = open[0]?.id ?? '';
  expect(run.stderr).toMatch(new RegExp(`^hint: .*wan download ${id}$`, 'mu'));
  expect(run.stderr).not.toContain('Signature=');

  const again = await runWan(['download', id], { env: sandbox.env, place: run.place });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stdout).toBe(`${path.join(run.place.cwd, 'clip.mp4')}\n`);
  expect(again.files).toEqual(['clip.mp4']);
  await expectWhole(sandbox, run.place.cwd);
  expect(sandbox.submits()).toHaveLength(1);
  expect((await readRecords(run.place)).open).toEqual([]);
});

test('gives up on a server that sends pages, and `wan download` saves the video later', async () => {
  const sandbox = await openSandbox({
    // Five attempts, and one more with a fresh link.
    faults: [{ on: 'download', times: 6, body: '<html><title>Sign in</title></html>' }],
  });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(13);
  expect(run.files.filter((file) => file.endsWith('.mp4'))).toEqual([]);
  const id = (await readRecords(run.place)).open[0]?.id ?? '';
  const again = await runWan(['download', id], { env: sandbox.env, place: run.place });
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.files).toEqual(['clip.mp4']);
  await expectWhole(sandbox, run.place.cwd);
});

/** The smallest service there is: every task is done at once, and its video is these bytes. */
async function serviceOf(video: Uint8Array, headers: Record<string, string>) {
  const server = await rudeServer(({ method, url, headers: asked }) => {
    if (method === 'POST') return { body: { output: { task_id: 'task-1', task_status: 'PENDING' } } };
    if (!url.includes('/tasks/')) return { headers, body: video };
    const link = `http://${asked.host}/clip.mp4?Expires=4000000000`;
    return { body: { output: { task_id: 'task-1', task_status: 'SUCCEEDED', video_url: link } } };
  });
  return environmentFor(server.origin);
}

// More than is held in memory before a connection must pause: at several sizes, as it is a matter of moments.
test.each([320, 450, 600])(
  'saves the last bytes of %i kB when the server hangs up after them',
  async (kilobytes) => {
    const clip = await readFile(new URL('../fixtures/moov-first.mp4', import.meta.url));
    const filler = Buffer.alloc(kilobytes * 1024 - clip.length);
    filler.writeUInt32BE(filler.length);
    filler.write('free', 4, 'latin1');
    const video = Buffer.concat([clip, filler]);
    const env = await serviceOf(video, { 'content-type': 'video/mp4', connection: 'close' });
    const run = await runWan(wish, { env });
    expect(run.exitCode, run.stderr).toBe(0);
    expect((await readFile(path.join(run.place.cwd, 'clip.mp4'))).equals(video)).toBe(true);
  },
);

const noVideo = 'This has the right length, and is no video at all. '.repeat(50);
const md5 = (text: string) => createHash('md5').update(text).digest('base64');

test.each([
  ['is no video', { body: noVideo, headers: { 'Content-MD5': md5(noVideo) } }],
  ['is not what its checksum says', { body: noVideo }],
])('keeps a whole file that %s under a name that promises nothing', async (_name, fault) => {
  const sandbox = await openSandbox({ faults: [{ on: 'download', times: 2, ...fault }] });
  const run = await runWan(wish, { env: sandbox.env });
  expect(run.exitCode, run.stderr).toBe(13);
  expect(run.stderr).toContain('clip.unverified.mp4');
  expect(run.files).toEqual(['clip.unverified.mp4']);
  expect(await readFile(path.join(run.place.cwd, 'clip.unverified.mp4'), 'utf8')).toBe(noVideo);
});
