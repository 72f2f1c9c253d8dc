import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent } from 'undici';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Asset } from '../../src/core/asset.ts';
import { postForm, type Form } from '../../src/net/post-form.ts';
import { bytesAsset, fileAsset } from '../../src/store/asset-file.ts';
import { bundle } from '../helpers/bundle.ts';
import { formServer } from '../helpers/form-server.ts';
import { rudeServer } from '../helpers/rude-server.ts';
import { killChildren, startChild } from '../store/child-process.ts';

afterEach(killChildren);

/** Less than a child has with a server that says nothing. */
const patience = { timeout: 20_000 };

const png = { extension: 'png', mimeType: 'image/png' };
const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7 + index / 251) % 256));

async function localFile(bytes: Uint8Array = content): Promise<{ path: string; asset: Asset }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'wan-form-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'cat.png');
  await writeFile(file, bytes);
  const { mtimeMs } = await stat(file);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    path: file,
    asset: fileAsset({ path: file, bytes: bytes.length, modifiedMs: mtimeMs, sha256 }, png),
  };
}

function formOf(asset: Asset): Form {
  const { bytes, mimeType, open } = asset;
  return {
    fields: [
      ['key', 'a/b.png'],
      ['policy', 'x=='],
    ],
    file: { field: 'file', name: 'b.png', bytes, mimeType, open },
  };
}

function send(url: URL, asset: Asset, patch: Partial<Parameters<typeof postForm>[2]> = {}) {
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  return postForm(url, formOf(asset), {
    dispatcher,
    headers: {},
    signal: new AbortController().signal,
    stallMs: 20_000,
    onProgress: () => {},
    ...patch,
  });
}

/** The form as it must look, made by hand. */
function expectedForm(boundary: string, bytes: Uint8Array): Buffer {
  const part = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="b.png"\r\nContent-Type: image/png\r\n\r\n`;
  const fields = part('key', 'a/b.png') + part('policy', 'x==');
  return Buffer.concat([Buffer.from(fields + head), bytes, Buffer.from(`\r\n--${boundary}--\r\n\r\n`)]);
}

describe('a form', () => {
  test.each(['file', 'memory'])(
    'from %s arrives byte for byte, its length told, its file last',
    async (kind) => {
      const server = await formServer();
      const asset = kind === 'file' ? (await localFile()).asset : bytesAsset(content, 'cat.png', png);
      const told: number[] = [];
      const outcome = await send(server.url, asset, { onProgress: (sent) => told.push(sent) });
      expect(outcome).toMatchObject({ kind: 'reply', reply: { status: 200 } });
      const [seen] = server.forms;
      const boundary = /boundary=(.+)$/u.exec(seen?.headers['content-type'] ?? '')?.[1] ?? '';
      const expected = expectedForm(boundary, content);
      expect(seen).toMatchObject({
        bytes: expected.length,
        sha256: createHash('sha256').update(expected).digest('hex'),
        headers: { 'content-length': String(expected.length) },
      });
      expect(seen?.headers).not.toHaveProperty('transfer-encoding');
      expect(told).toEqual([content.length]);
    },
  );

  test('is not sent on to where a redirect points', async () => {
    const other = await formServer();
    const server = await formServer({ status: 307, headers: { location: other.url.href } });
    const outcome = await send(server.url, (await localFile()).asset);
    expect(outcome).toMatchObject({ kind: 'reply', reply: { status: 307 } });
    expect(other.forms).toEqual([]);
  });

  test('gives a huge answer up', async () => {
    const server = await rudeServer([{ body: Buffer.alloc(5 * 1024 * 1024, 'a') }]);
    const outcome = await send(new URL(server.origin), (await localFile()).asset);
    expect(outcome).toEqual({ kind: 'lost', reason: 'the answer is larger than 4 MiB' });
  });

  test.each([200, 204])('answered with %i before it was sent whole is lost', async (status) => {
    const server = await formServer({ status, isEarly: true });
    for (const { asset } of [await localFile(Buffer.alloc(40_000_000)), await localFile()])
      // oxlint-disable-next-line no-await-in-loop -- one after the other tells which
      expect(await send(server.url, asset)).toMatchObject({ kind: 'lost' });
  });

  test('refused before it was sent whole is refused', async () => {
    // One that hangs up as well may cut off its own answer: then it is lost, and that is the network's to decide.
    const server = await formServer({ status: 413, isEarly: true, headers: { connection: 'keep-alive' } });
    const { asset } = await localFile(Buffer.alloc(40_000_000));
    expect(await send(server.url, asset)).toMatchObject({ kind: 'reply', reply: { status: 413 } });
  });

  test.each(['answered early', 'refused', 'cut'])('%s keeps no process alive', patience, async (how) => {
    const { path: file, asset } = await localFile(Buffer.alloc(40_000_000));
    const script = await bundle('test/net/post-form-child.ts', path.dirname(file));
    const early = await formServer({ status: how === 'refused' ? 403 : 200, isEarly: true });
    const cutting = await rudeServer([{ drop: 'unread' }]);
    const child = startChild(script, [how === 'cut' ? cutting.origin : early.url.href, file, asset.sha256]);
    await child.ask();
    await expect(child.ask()).rejects.toThrow(/ended without an answer/u);
  });

  test('stops with the reason of the one who stops it', async () => {
    const server = await formServer();
    const controller = new AbortController();
    const reason = new Error('enough');
    server.watch(() => controller.abort(reason));
    const { asset } = await localFile(Buffer.alloc(40_000_000));
    await expect(send(server.url, asset, { signal: controller.signal })).rejects.toBe(reason);
    expect(server.forms[0]?.isWhole).toBe(false);
  });

  test('tells a refused connection from a lost answer', async () => {
    const { asset } = await localFile();
    const gone = await rudeServer([]);
    await gone.close();
    expect(await send(new URL(gone.origin), asset)).toMatchObject({ kind: 'never-sent' });
    const cutting = await rudeServer([{ drop: 'before' }]);
    expect(await send(new URL(cutting.origin), asset)).toMatchObject({ kind: 'lost' });
    const silent = await rudeServer([{ hang: true }]);
    expect(await send(new URL(silent.origin), asset, { stallMs: 200 })).toEqual({
      kind: 'lost',
      reason: 'no progress for 0 s',
    });
  });
});

describe('a file that is not what it was', () => {
  type Change = (file: string) => Promise<unknown> | void;
  test.each<[string, Change]>([
    ['removed', (file) => rm(file)],
    ['grown', (file) => appendFile(file, 'x')],
    ['shortened', (file) => truncate(file, 10)],
    ['written to', (file) => utimes(file, 1, 1)],
    ['a pipe', async (file) => (await rm(file), execFileSync('mkfifo', [file]))],
  ])('%s is refused before anything is sent', async (_name, change) => {
    const server = await formServer();
    const { path: file, asset } = await localFile();
    await change(file);
    await expect(send(server.url, asset)).rejects.toThrow(/cat\.png has changed since it was looked at/u);
    expect(server.forms).toEqual([]);
  });

  test('of other content with the same size and time does not arrive whole', async () => {
    const server = await formServer();
    const { path: file, asset } = await localFile();
    const { atime, mtime } = await stat(file);
    const exact = new Date(Math.floor(mtime.getTime()));
    await writeFile(file, Buffer.alloc(content.length));
    await utimes(file, atime, exact);
    await expect(send(server.url, asset)).rejects.toMatchObject({ exitCode: 2 });
    expect(server.forms.every((form) => !form.isWhole)).toBe(true);
  });

  test('growing while it is sent does not arrive whole', async () => {
    const server = await formServer();
    const { path: file, asset } = await localFile(Buffer.alloc(40_000_000));
    let writing: Promise<void> | undefined;
    server.watch(() => {
      writing ??= appendFile(file, 'x');
    });
    await expect(send(server.url, asset)).rejects.toThrow(/has changed/u);
    await writing;
    expect(server.forms[0]?.isWhole).toBe(false);
  });
});
