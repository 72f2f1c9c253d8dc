import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { bundle } from '../helpers/bundle.ts';
import { formServer } from '../helpers/form-server.ts';
import { killChildren, startChild } from '../store/child-process.ts';

afterEach(killChildren);

test('100 MB take no more memory than a small file', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'wan-form-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const script = await bundle('test/net/post-form-child.ts', directory);
  const server = await formServer();
  const peak = async (bytes: number) => {
    const file = path.join(directory, `${bytes}.mp4`);
    const content = randomBytes(bytes);
    await writeFile(file, content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const answer = await startChild(script, [server.url.href, file, sha256]).ask();
    const [status, kilobytes] = answer.split(' ');
    expect(status).toBe('200');
    const seen = server.forms.at(-1);
    const boundary = /boundary=(.+)$/u.exec(seen?.headers['content-type'] ?? '')?.[1] ?? '';
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${bytes}.mp4"\r\nContent-Type: video/mp4\r\n\r\n`;
    const form = createHash('sha256').update(head).update(content).update(`\r\n--${boundary}--\r\n\r\n`);
    expect(seen?.sha256).toBe(form.digest('hex'));
    return Number(kilobytes) / 1000;
  };
  const small = await peak(10_000);
  const large = await peak(100_000_000);
  expect(server.forms.at(-1)?.bytes).toBeGreaterThan(100_000_000);
  expect(large - small).toBeLessThan(40);
});
