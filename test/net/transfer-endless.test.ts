import { once } from 'node:events';
import { mkdtemp, statfs } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failureOf, useDownloads } from '../helpers/download-world.ts';
import { mountDisk } from '../helpers/small-disk.ts';

const world = useDownloads();
const piece = Buffer.alloc(1 << 20, 7);

test('a body without an end stops while there is room left on the disk', async () => {
  const disk = await mountDisk(await mkdtemp(path.join(tmpdir(), 'wan-endless-')), 40 * piece.length);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'video/mp4' });
    const send = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', send);
    send();
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const link = `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`;
  const error = await failureOf(
    world.download({ link, partPath: path.join(disk.directory, 'clip.mp4.part') }),
  );
  expect(error.message).toMatch(/does not say how long the file is, and it leaves .* MB in/u);
  expect(error.hint).toMatch(/free some space/u);
  const { bavail, bsize } = await statfs(disk.directory);
  expect(bavail * bsize).toBeGreaterThan(2_000_000);
  expect(bavail * bsize).toBeLessThan(8_000_000);
});
