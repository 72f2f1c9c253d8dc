import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { pngFile } from '../media/probe-files.ts';
import { formServer } from '../helpers/form-server.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { makePlace, runWan, startWan } from '../helpers/run-wan.ts';
import { openSandbox, sandboxKey, type TestSandbox } from '../helpers/sandbox.ts';
import { expectRefusal } from './bad-input-checks.ts';
import { readRecords } from './records.ts';

const posts = (sandbox: TestSandbox) =>
  sandbox.requests.filter(({ method, url }) => method === 'POST' && !url.includes('/tasks'));

async function placeWithPicture() {
  const place = await makePlace();
  await writeFile(path.join(place.cwd, 'cat.png'), pngFile(640, 480));
  return place;
}

describe('wan upload', () => {
  test('prints the address alone; the same file again is not sent again', async () => {
    const place = await placeWithPicture();
    const sandbox = await openSandbox();
    const args = ['upload', 'cat.png', '--model', 'wan2.6-i2v'];
    const first = await runWan(args, { env: sandbox.env, place });
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^oss:\/\/dashscope-instant\/\S+-cat\.png\n$/u);
    expect(first.stderr).not.toContain(sandboxKey);

    const again = await runWan([...args, '--json'], { env: sandbox.env, place });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toEqual({
      schema: 'wan.upload/1',
      ok: true,
      upload: {
        url: first.stdout.trim(),
        expires_at: expect.stringMatching(/^\d{4}-.*Z$/u),
        provider: 'dashscope',
        model: 'wan2.6-i2v',
        path: path.join(place.cwd, 'cat.png'),
        kind: 'image',
        bytes: pngFile(640, 480).length,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/u),
        is_cached: true,
      },
      error: null,
    });
    expect(posts(sandbox)).toHaveLength(1);
  });

  test('another model is another upload, as the service binds them', async () => {
    const place = await placeWithPicture();
    const sandbox = await openSandbox();
    for (const model of ['wan2.6-i2v', 'wan2.7-i2v']) {
      // oxlint-disable-next-line no-await-in-loop
      await runWan(['upload', 'cat.png', '--model', model], { env: sandbox.env, place });
    }
    expect(posts(sandbox)).toHaveLength(2);
  });

  test('an upload with less than six of its hours left is made again', async () => {
    const place = await placeWithPicture();
    const sandbox = await openSandbox();
    const args = ['upload', 'cat.png', '--model', 'wan2.6-i2v'];
    await runWan(args, { env: sandbox.env, place });
    const [name = ''] = (await readDirectory(path.join(place.stateDirectory, 'uploads'))) ?? [];
    const file = path.join(place.stateDirectory, 'uploads', name);
    const entry = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const soon = new Date(Date.now() + 5 * 3_600_000).toISOString();
    await writeFile(file, JSON.stringify({ ...entry, expires_at: soon }));
    await runWan(args, { env: sandbox.env, place });
    expect(posts(sandbox)).toHaveLength(2);
  });

  test('needs the model on DashScope', async () => {
    const place = await placeWithPicture();
    const sandbox = await openSandbox();
    const run = await runWan(['upload', 'cat.png'], { env: sandbox.env, place });
    expectRefusal(run, 2, /binds an upload to the model/u, /--model wan2\.6-i2v-flash/u);
    expect(sandbox.requests).toEqual([]);
  });

  test('AceData takes files with a token of its console, and says how to do without one', async () => {
    const place = await placeWithPicture();
    const sandbox = await openSandbox({ provider: 'acedata' });
    const refused = await runWan(['upload', 'cat.png'], { env: sandbox.env, place });
    expectRefusal(
      refused,
      3,
      /only with a key for uploads/u,
      /https address, or set ACEDATACLOUD_PLATFORM_TOKEN/u,
    );
    const env = { ...sandbox.env, ACEDATACLOUD_PLATFORM_TOKEN: 'platform-e2e-secret' };
    const run = await runWan(['upload', 'cat.png', '-v'], { env, place });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\S+\.png\n$/u);
    expect(run.stderr).not.toContain('platform-e2e-secret');
  });

  test('SinanCode takes files with its own key', async () => {
    const place = await placeWithPicture();
    const sandbox = await openSandbox({ provider: 'sinancode' });
    const run = await runWan(['upload', 'cat.png'], { env: sandbox.env, place });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\S+\.png\n$/u);
  });
});

describe('where no uploads are taken', () => {
  test('a dry run and the real one say the same, and neither leaves a record', async () => {
    const place = await placeWithPicture();
    const sandbox = await openSandbox({ provider: 'acedata' });
    const args = ['i2v', 'it moves', '-i', 'cat.png', '-m', 'wan2.6-i2v'];
    for (const more of [['--dry-run'], []]) {
      // oxlint-disable-next-line no-await-in-loop
      const run = await runWan([...args, ...more], { env: sandbox.env, place });
      expectRefusal(run, 3, /only with a key for uploads/u, /set ACEDATACLOUD_PLATFORM_TOKEN/u);
    }
    expect(await readRecords(place)).toEqual({ open: [], done: [] });
    expect(sandbox.requests).toEqual([]);
    const env = { ...sandbox.env, ACEDATACLOUD_PLATFORM_TOKEN: 'platform-e2e-secret' };
    const run = await runWan([...args, '--dry-run'], { env, place });
    expect(run.exitCode, run.stderr).toBe(0);
  });

  const gone = [{ on: 'policy', times: 99, status: 404, code: 'NotFound', message: 'no such path' }];

  test('a small image goes along in the request', async () => {
    const place = await placeWithPicture();
    const sandbox = await openSandbox({ faults: gone });
    const run = await runWan(['i2v', 'it moves', '-i', 'cat.png', '--resolution', '720P', '-d', '2'], {
      env: sandbox.env,
      place,
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stderr).toContain('goes along in the request itself');
    const body = JSON.stringify(sandbox.submits()[0]?.body);
    expect(body).toContain(`data:image/png;base64,${pngFile(640, 480).toString('base64')}`);
    expect(sandbox.submits()[0]?.headers['x-dashscope-ossresourceresolve']).toBeUndefined();
  });

  test('a clip cannot, and nothing is submitted', async () => {
    const place = await makePlace();
    const fixture = await readFile(new URL('../fixtures/moov-first.mp4', import.meta.url));
    await writeFile(path.join(place.cwd, 'a.mp4'), fixture);
    const sandbox = await openSandbox({ faults: gone });
    const run = await runWan(['r2v', 'character1 waves', '--ref', 'a.mp4'], { env: sandbox.env, place });
    expectRefusal(run, 6, /a\.mp4|upload/u, /https/u);
    expect(sandbox.submits()).toEqual([]);
  });
});

describe('a store that answers before it has the file', () => {
  async function hastyService() {
    const store = await formServer({ isEarly: true });
    const data = {
      policy: 'cA==',
      signature: 'c2ln',
      upload_dir: 'dir',
      upload_host: store.url.href,
      oss_access_key_id: 'id',
    };
    const service = await rudeServer([{ body: { data } }]);
    const env = { DASHSCOPE_API_KEY: 'sk-test', DASHSCOPE_HTTP_BASE_URL: `${service.origin}/api/v1` };
    const place = await makePlace();
    await writeFile(path.join(place.cwd, 'cat.png'), pngFile(640, 480));
    await truncate(path.join(place.cwd, 'cat.png'), 9_000_000);
    return { service, store, env, place };
  }

  test('is not believed: nothing is submitted, and the signal that ends the tries is heard', async () => {
    const { service, store, env, place } = await hastyService();
    const run = await startWan(['i2v', 'it moves', '-i', 'cat.png', '-m', 'wan2.6-i2v'], { env, place });
    let heard = '';
    run.child.stderr?.on('data', (data: Buffer) => {
      heard += data.toString();
      if (heard.includes('trying again')) run.child.kill('SIGTERM');
    });
    const { exitCode, stderr } = await run.done;
    expect(exitCode, stderr).toBe(143);
    expect(stderr).toContain('nothing was sent');
    expect(store.forms).toHaveLength(1);
    expect(service.requests.map(({ method }) => method)).toEqual(['GET']);
    expect(await readDirectory(path.join(place.stateDirectory, 'uploads'))).toBeUndefined();
  });
});

describe('a data URL', () => {
  test('goes out as it is where the model reads such', async () => {
    const place = await makePlace();
    const sandbox = await openSandbox();
    const url = `data:image/png;base64,${pngFile(640, 480).toString('base64')}`;
    const run = await runWan(['i2v', 'it moves', '-i', url, '--resolution', '720P', '-d', '2', '--json'], {
      env: sandbox.env,
      place,
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(JSON.stringify(sandbox.submits()[0]?.body)).toContain(url);
    // Its bytes help nobody in a document.
    expect(run.stdout.length).toBeLessThan(5000);
  });

  test('is uploaded where it does not', async () => {
    const place = await makePlace();
    const sandbox = await openSandbox();
    const url = `data:image/png;base64,${pngFile(640, 480).toString('base64')}`;
    const run = await runWan(['vace', 'image-reference', 'a girl', '--ref', url, '-q'], {
      env: sandbox.env,
      place,
    });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(JSON.stringify(sandbox.submits()[0]?.body)).toMatch(/oss:\/\/[^"]+\.png/u);
  });
});

test('Ctrl-C during an upload leaves a record that says so, and nothing is submitted', async () => {
  const place = await placeWithPicture();
  const sandbox = await openSandbox({ faults: [{ on: 'policy', times: 9, delay: '40s' }] });
  const wan = await startWan(['i2v', 'it moves', '-i', 'cat.png', '-v'], { env: sandbox.env, place });
  for await (const chunk of wan.child.stderr as AsyncIterable<Buffer>) {
    if (chunk.toString().includes('/api/v1/uploads')) break;
  }
  wan.child.kill('SIGINT');
  const run = await wan.done;
  expect(run.exitCode).toBe(130);
  const { open: left, done } = await readRecords(place);
  expect(left).toEqual([]);
  expect(done).toMatchObject([{ status: 'canceled' }]);
  expect(sandbox.submits()).toEqual([]);
});

test('a hundred megabytes need no more memory than a few', async () => {
  const place = await makePlace();
  const fixture = await readFile(new URL('../fixtures/moov-last.mp4', import.meta.url));
  const sizes = { 'small.mp4': 1, 'large.mp4': 99 };
  for (const [name, megabytes] of Object.entries(sizes)) {
    // oxlint-disable-next-line no-await-in-loop
    await writeClip(path.join(place.cwd, name), fixture, megabytes * 1024 * 1024);
  }
  const sandbox = await openSandbox();
  const peaks: number[] = [];
  for (const name of Object.keys(sizes)) {
    // oxlint-disable-next-line no-await-in-loop
    const run = await runWan(['upload', name, '--model', 'wan2.6-r2v'], {
      env: sandbox.env,
      place,
      node: ['--import', tellPeak],
    });
    expect(run.exitCode, run.stderr).toBe(0);
    peaks.push(Number(/VmHWM:\s+(\d+) kB/u.exec(run.stderr)?.[1]) / 1024);
  }
  const [small = Number.NaN, large = Number.NaN] = peaks;
  expect(large - small, `${small} MB, then ${large} MB`).toBeLessThan(40);
});

/** Prints the process's peak memory as the system counts it, at its end. */
const tellPeak = `data:text/javascript,${encodeURIComponent(
  `import { readFileSync, writeSync } from 'node:fs';
   process.on('exit', () => writeSync(2, readFileSync('/proc/self/status', 'latin1')));`,
)}`;

/** A whole MP4 of a given size: the rest is a box that says it is to be skipped. */
async function writeClip(file: string, clip: Buffer, bytes: number): Promise<void> {
  const skip = Buffer.alloc(8);
  skip.writeUInt32BE(bytes - clip.length);
  skip.write('free', 4, 'latin1');
  await writeFile(file, Buffer.concat([clip, skip]));
  await truncate(file, bytes);
  const handle = await open(file, 'r+');
  await handle.close();
}

async function readDirectory(directory: string): Promise<string[] | undefined> {
  const { readdir } = await import('node:fs/promises');
  return readdir(directory).catch(() => undefined);
}
